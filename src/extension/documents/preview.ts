/** What is first seen of an artifact: parsed from the preview beside its data, or the head of a text. */
import { isRecord, type Json } from '../../base/json';

/** As `Materializer.preview` of the SDK describes them. */
export type Preview =
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      readonly rows: readonly (readonly string[])[];
      /** Rows of the whole table. */
      readonly total: number | undefined;
      /** Columns of the whole table. */
      readonly allColumns: number | undefined;
    }
  | {
      readonly kind: 'histogram';
      /** One more than counts. */
      readonly edges: readonly number[];
      readonly counts: readonly number[];
      readonly first: readonly string[];
    }
  | { readonly kind: 'image'; readonly file: string }
  | {
      readonly kind: 'text';
      readonly text: string;
      /** What it is written in, for the fence: `json`. */
      readonly language: string;
      /** Where the rest of it is, when this is its first part only. */
      readonly cutFrom: string | undefined;
    };

/** Undefined: it is no preview, or one of a newer version. */
export function parsePreview(value: unknown): Preview | undefined {
  if (!isRecord(value)) return undefined;
  switch (value['kind']) {
    case 'table':
      return parseTable(value);
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
      if (typeof text !== 'string') return undefined;
      return { kind: 'text', text, language: '', cutFrom: undefined };
    }
    default:
      return undefined;
  }
}

function parseTable(value: Record<string, unknown>): Preview | undefined {
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

const MOST_COLUMNS = 12;
const LONGEST_CELL = 40;
const BAR = 40;

/** The preview as Markdown that is legible as plain text, too. */
export function previewLines(preview: Preview, folder: string): string[] {
  switch (preview.kind) {
    case 'table':
      return tablePreview(preview);
    case 'histogram':
      return histogramLines(preview);
    case 'image':
      return [`[${preview.file}](${fileUri(folder, preview.file)})`];
    case 'text':
      return textLines(preview);
  }
}

type Of<K extends Preview['kind']> = Extract<Preview, { kind: K }>;

function tablePreview({ columns, rows, total, allColumns }: Of<'table'>): string[] {
  const shown = columns.slice(0, MOST_COLUMNS);
  const lines = markdownTable(
    shown,
    rows.map((row) => row.slice(0, MOST_COLUMNS)),
  );
  const width = allColumns ?? columns.length;
  const parts = [
    ...(total !== undefined && total > rows.length ? [`${rows.length} of ${total} rows`] : []),
    ...(width > shown.length ? [`${shown.length} of ${width} columns`] : []),
  ];
  return parts.length > 0 ? [...lines, '', `${parts.join(', ')} are shown.`] : lines;
}

function histogramLines({ edges, counts, first }: Of<'histogram'>): string[] {
  const most = Math.max(...counts, 1);
  const labels = counts.map((_, at) => `${short(edges[at])} … ${short(edges[at + 1])}`);
  const width = Math.max(...labels.map((label) => label.length));
  const bars = counts.map((value, at) => {
    const bar = '█'.repeat(value === 0 ? 0 : Math.max(1, Math.round((value / most) * BAR)));
    return `${(labels[at] ?? '').padEnd(width)}  ${bar} ${value}`.trimEnd();
  });
  const head = first.length > 0 ? ['', `First values: ${first.join(', ')}`] : [];
  return ['```text', ...bars, '```', ...head];
}

const short = (value: number | undefined): string => String(Number((value ?? 0).toPrecision(4)));

function textLines({ text, language, cutFrom }: Of<'text'>): string[] {
  const runs = text.match(/`{3,}/g) ?? [];
  const fence = '`'.repeat(Math.max(2, ...runs.map((run) => run.length)) + 1);
  const lines = [`${fence}${language}`, ...text.replace(/\r\n?/g, '\n').split('\n'), fence];
  return cutFrom === undefined ? lines : [...lines, '', `The first part of \`${cutFrom}\`.`];
}

const fileUri = (folder: string, file: string): string =>
  `file://${encodeURI(`${folder.replaceAll('\\', '/')}/${file}`).replaceAll(/[()#?]/g, encodeURIComponent)}`;

/** A table whose columns are aligned in the text as well. */
export function markdownTable(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  const cells = [columns, ...rows].map((row) => columns.map((_, at) => cellText(row[at] ?? '')));
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((row) => row[at]?.length ?? 0)));
  const lines = cells.map(
    (row) => `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0] ?? '', rule, ...lines.slice(1)];
}

/** On one line, of bounded length; a bar would end the cell. */
export function cellText(value: Json, longest = LONGEST_CELL): string {
  const whole = typeof value === 'string' ? value : JSON.stringify(value);
  const line = whole.replaceAll(/\s+/g, ' ').trim();
  const cut = line.length > longest ? `${line.slice(0, longest)}…` : line;
  return cut.replaceAll('|', '\\|');
}
