/** What materializers found out of a value, as sections of the page of facts. */
import { isRecord, type Json, type JsonObject } from '../../base/json';
import { cellText, markdownTable } from './preview';

/** Shown in sections of their own, or repeated by the preview. */
const SECTIONS = new Set([
  'statistics',
  'parameters',
  'fields',
  'columns',
  'dtypes',
  'preview',
  'caution',
  'metadataError',
]);
const NUMBERS = ['count', 'nulls', 'min', 'max', 'mean', 'std', 'unique'] as const;
const LONGEST = 300;

/** The facts that fit into one line of a table. */
export const plainFacts = (metadata: JsonObject): [string, Json][] =>
  Object.entries(metadata).filter(([key]) => !SECTIONS.has(key));

/** A fact for the table at the top. */
export const cell = (value: Json): string => cellText(value, LONGEST);

export function metadataSections(metadata: JsonObject): string[] {
  const { statistics, parameters, fields, caution, metadataError } = metadata;
  const notes = [caution, metadataError].filter((note): note is string => typeof note === 'string');
  return [
    ...notes.flatMap((note) => ['', `> ${note}`]),
    ...section('Parameters', pairs(parameters)),
    ...section('Fields', pairs(fields)),
    ...section(...statisticsSection(statistics, metadata)),
  ];
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${title}`, '', ...lines];

function pairs(value: Json | undefined): string[] {
  if (!isRecord(value)) return [];
  const rows = Object.entries(value).map(([name, text]) => [name, display(text)]);
  return rows.length === 0 ? [] : markdownTable(['Name', 'Value'], rows);
}

/** Statistics by column, or of one array; without them the schema alone. */
function statisticsSection(
  statistics: Json | undefined,
  metadata: JsonObject,
): [string, readonly string[]] {
  if (!isRecord(statistics)) return ['Schema', schema(metadata)];
  if ('count' in statistics) {
    const row = NUMBERS.map((key) => display(statistics[key]));
    return ['Statistics', markdownTable([...NUMBERS], [row])];
  }
  const rows = Object.entries(statistics).map(([name, of]) => {
    const known = isRecord(of) ? of : {};
    return [name, display(known['type']), ...NUMBERS.map((key) => display(known[key]))];
  });
  if (rows.length === 0) return ['Schema', schema(metadata)];
  const lines = markdownTable(['column', 'type', ...NUMBERS], rows);
  const others = schema(metadata, rows.length);
  return ['Statistics', others.length > 0 ? [...lines, '', ...others] : lines];
}

/** Names and types of the columns from one on. */
function schema({ columns, dtypes }: JsonObject, from = 0): string[] {
  if (!Array.isArray(columns) || !Array.isArray(dtypes)) return [];
  const rows = columns.map((name, at) => [String(name), display(dtypes[at])]).slice(from);
  return rows.length === 0 ? [] : markdownTable(['column', 'type'], rows);
}

/** A number in six digits: the rest is noise to a reader. */
function display(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' && !Number.isInteger(value)) {
    return String(Number(value.toPrecision(6)));
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
