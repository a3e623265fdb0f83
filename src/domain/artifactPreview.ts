/** What is first seen of an artifact without loading it: the preview that the SDK writes beside its data. */
import { isRecord } from '../base/json';

/** Beside the data; no part of it. */
export const PREVIEW_FILE = '_preview.json';

/** Sidecars of the SDK begin with an underscore: they are no part of the value. */
export const isAside = (file: string): boolean =>
  file.slice(file.lastIndexOf('/') + 1).startsWith('_');

export interface HistogramPreview {
  readonly kind: 'histogram';
  /** One more than counts, rising. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  readonly first: readonly string[];
}

/** As `Materializer.preview` of the SDK describes them. */
export type ArtifactPreview =
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Rows of the whole table. */
      readonly total: number | undefined;
      /** Columns of the whole table. */
      readonly allColumns: number | undefined;
    }
  | HistogramPreview
  | { readonly kind: 'image'; readonly file: string }
  | { readonly kind: 'text'; readonly text: string };

/** @param text of a `_preview.json`. Undefined: it is no preview, or one of a newer version. */
export function parsePreview(text: string): ArtifactPreview | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Somebody wrote a file of this name: then it is no preview.
    return undefined;
  }
  return isRecord(value) ? previewOf(value) : undefined;
}

function previewOf(value: Readonly<Record<string, unknown>>): ArtifactPreview | undefined {
  switch (value['kind']) {
    case 'table':
      return tableOf(value);
    case 'histogram': {
      const [edges, counts] = [numbers(value['edges']), numbers(value['counts'])];
      if (counts.length === 0 || edges.length !== counts.length + 1) return undefined;
      return { kind: 'histogram', edges, counts, first: texts(value['first']) };
    }
    case 'image': {
      const file = value['file'];
      return typeof file === 'string' ? { kind: 'image', file } : undefined;
    }
    case 'text': {
      const text = value['text'];
      return typeof text === 'string' ? { kind: 'text', text } : undefined;
    }
    default:
      return undefined;
  }
}

function tableOf(value: Readonly<Record<string, unknown>>): ArtifactPreview | undefined {
  if (!Array.isArray(value['columns']) || !Array.isArray(value['rows'])) return undefined;
  return {
    kind: 'table',
    columns: texts(value['columns']),
    rows: value['rows'].map(texts),
    total: count(value['total']),
    allColumns: count(value['allColumns']),
  };
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const numbers = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((one): one is number => typeof one === 'number') : [];
const count = (value: unknown): number | undefined =>
  typeof value === 'number' && value >= 0 ? value : undefined;
