/** What is first seen of an artifact, as Markdown: the preview beside its data, or the head of a text. */
import type { Json } from '../../base/json';
import type { ArtifactPreview } from '../../domain/artifactPreview';

export type Preview =
  | Exclude<ArtifactPreview, { kind: 'text' }>
  | {
      readonly kind: 'text';
      readonly text: string;
      /** What it is written in, for the fence: `json`. */
      readonly language?: string;
      /** Where the rest of it is, when this is its first part only. */
      readonly cutFrom?: string | undefined;
    };

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

function textLines({ text, language = '', cutFrom }: Of<'text'>): string[] {
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
