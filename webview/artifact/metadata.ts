/** Metadata of artifacts as rows: flattened by their keys, and statistics by column. */
import { isRecord, type Json, type JsonObject } from '../../src/base/json';

export interface MetadataRow {
  /** Keys from the outside to the inside, joined by dots. */
  readonly key: string;
  readonly value: Json;
}

/** More are no facts but data. */
export const MOST_ROWS = 2000;
const DEEPEST = 8;

/** One row per value that is no object; lists are values. At most `MOST_ROWS`. */
export function flattened(metadata: JsonObject): readonly MetadataRow[] {
  const rows: MetadataRow[] = [];
  const visit = (value: Json, key: string, depth: number) => {
    if (rows.length >= MOST_ROWS) return;
    const entries = isObject(value) && depth < DEEPEST ? Object.entries(value) : [];
    if (entries.length === 0) rows.push({ key, value });
    for (const [name, inner] of entries)
      visit(inner, key === '' ? name : `${key}.${name}`, depth + 1);
  };
  for (const [name, value] of Object.entries(metadata)) visit(value, name, 0);
  return rows;
}

const isObject = (value: Json): value is JsonObject => isRecord(value);

export const valueText = (value: Json): string =>
  typeof value === 'string' ? value : JSON.stringify(value);

/** Statistics of one column, or of an array as a whole (then without a name). */
export interface ColumnStatistics {
  readonly name: string;
  readonly values: Readonly<Record<string, Json>>;
}

/** As the SDK's materializers write them: of an array its own, of a table by column. */
export function statisticsOf(metadata: JsonObject): readonly ColumnStatistics[] {
  const statistics = metadata['statistics'] ?? null;
  if (!isObject(statistics)) return [];
  const entries = Object.entries(statistics);
  if (entries.length === 0) return [];
  const columns = entries.flatMap(([name, values]) => (isObject(values) ? [{ name, values }] : []));
  if (columns.length === entries.length) return columns;
  return [{ name: '', values: Object.fromEntries(entries) }];
}

/** In the order in which people ask for them; what else there is stands behind. */
const ORDER = ['type', 'count', 'nulls', 'unique', 'min', 'max', 'mean', 'std', 'sampled'];

/** Names of all statistics that some column has. */
export function statisticNames(columns: readonly ColumnStatistics[]): readonly string[] {
  const names = new Set(columns.flatMap(({ values }) => Object.keys(values)));
  const known = ORDER.filter((name) => names.has(name));
  return [...known, ...[...names].filter((name) => !ORDER.includes(name)).sort()];
}

/** Without what is drawn by itself. */
export function otherMetadata({ statistics, ...rest }: JsonObject): JsonObject {
  const shown = statistics !== undefined && isRecord(statistics);
  return shown || statistics === undefined ? rest : { ...rest, statistics };
}
