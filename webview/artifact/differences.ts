/** How two versions differ: facts and metadata by key, first rows of tables by place. */
import type { Json } from '../../src/base/json';
import { formatBytes } from '../../src/domain/display';
import type { FileTable, TableCell } from '../../src/protocol/files';
import type { ArtifactRow } from '../../src/protocol/rows';
import { t } from '../shared/texts';
import { flattened, valueText } from './metadata';

export interface Difference {
  readonly key: string;
  /** Undefined: it is not there. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly isEqual: boolean;
  /** After minus before, of two numbers; in bytes for the size. */
  readonly by: number | undefined;
  readonly isBytes?: boolean;
}

export type VersionFacts = Pick<
  ArtifactRow,
  'type' | 'materializer' | 'size' | 'metadata' | 'tags' | 'artifactType' | 'files'
>;

/** Facts first, then metadata by key, as the newer version has them; what only the older has comes last. */
export function versionDifferences(
  before: VersionFacts,
  after: VersionFacts,
): readonly Difference[] {
  const facts = [
    differenceOf(t('Type'), before.type, after.type),
    differenceOf(t('Saved by'), before.materializer, after.materializer),
    differenceOf(t('Kind'), before.artifactType ?? 'data', after.artifactType ?? 'data'),
    {
      ...differenceOf(t('Size'), formatBytes(before.size), formatBytes(after.size)),
      // Two sizes may be written alike.
      isEqual: before.size === after.size,
      by: after.size - before.size,
      isBytes: true,
    },
    differenceOf(t('Files'), before.files.length, after.files.length),
    differenceOf(t('Tags'), tagsText(before), tagsText(after)),
  ];
  const [older, newer] = [before, after].map(
    ({ metadata }) => new Map(flattened(metadata).map(({ key, value }) => [key, value])),
  );
  const keys = new Set([...(newer?.keys() ?? []), ...(older?.keys() ?? [])]);
  return [...facts, ...[...keys].map((key) => differenceOf(key, older?.get(key), newer?.get(key)))];
}

const tagsText = ({ tags = [] }: VersionFacts): string | undefined =>
  tags.length === 0 ? undefined : [...tags].sort().join(', ');

function differenceOf(key: string, before: Json | undefined, after: Json | undefined): Difference {
  const text = (value: Json | undefined) => (value === undefined ? undefined : valueText(value));
  const by = typeof before === 'number' && typeof after === 'number' ? after - before : undefined;
  return {
    key,
    before: text(before),
    after: text(after),
    isEqual: text(before) === text(after),
    by,
  };
}

/** A row of both tables at one place; undefined where one of them has ended. */
export interface RowPair {
  readonly index: number;
  readonly before: readonly TableCell[] | undefined;
  readonly after: readonly TableCell[] | undefined;
}

export interface TableDifference {
  /** Those that both have, in the newer one's order; of equal names the n-th is the n-th. */
  readonly columns: readonly {
    readonly name: string;
    readonly before: number;
    readonly after: number;
  }[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly rows: readonly RowPair[];
  /** Rows with a cell that is not the same, in columns of both, or that only one has. */
  readonly changed: number;
}

type Side = Pick<FileTable, 'columns' | 'rows'>;

/**
 * So many first rows can be compared: of a wide table a page has fewer rows than were asked for, and what did not come
 * is not gone. Behind the end of a table that was seen there is nothing: the other's rows are new ones.
 */
export function comparableRows(before: Page, after: Page): number {
  const known = ({ rows, total }: Page) =>
    total !== undefined && rows.length >= total ? Number.POSITIVE_INFINITY : rows.length;
  const longest = Math.max(before.rows.length, after.rows.length);
  return Math.min(longest, known(before), known(after));
}

type Page = Pick<FileTable, 'rows' | 'total'>;

/**
 * Of the first `length` rows, else of all that are here; columns are matched by name, so that a new one in between
 * changes nothing else.
 */
export function tableDifference(
  before: Side,
  after: Side,
  length: number = Math.max(before.rows.length, after.rows.length),
): TableDifference {
  const older = numbered(before.columns);
  const newer = numbered(after.columns);
  const all = [...new Set([...newer.keys(), ...older.keys()])].map((key) => ({
    name: key.slice(key.indexOf(' ') + 1),
    before: older.get(key) ?? -1,
    after: newer.get(key) ?? -1,
  }));
  const columns = all.filter((column) => column.before >= 0 && column.after >= 0);
  const rows = Array.from({ length }, (_, index) => ({
    index,
    before: before.rows[index],
    after: after.rows[index],
  }));
  return {
    columns,
    added: all.filter((column) => column.before < 0).map(({ name }) => name),
    removed: all.filter((column) => column.after < 0).map(({ name }) => name),
    rows,
    changed: rows.filter((row) => isChanged(row, columns)).length,
  };
}

/** A row that only one side has is changed. */
export const isChanged = (row: RowPair, columns: TableDifference['columns']): boolean =>
  !row.before || !row.after || columns.some((column) => !isSameCell(row, column));

/** A cell that only one side has is not the same. */
export function isSameCell(
  { before, after }: RowPair,
  column: { readonly before: number; readonly after: number },
): boolean {
  if (!before || !after || column.before < 0 || column.after < 0) return false;
  return before[column.before] === after[column.after];
}

/** `<how many of this name came before> <name>` → place. */
function numbered(columns: Side['columns']): Map<string, number> {
  const seen = new Map<string, number>();
  return new Map(
    columns.map(({ name }, index) => {
      const nth = seen.get(name) ?? 0;
      seen.set(name, nth + 1);
      return [`${nth} ${name}`, index];
    }),
  );
}
