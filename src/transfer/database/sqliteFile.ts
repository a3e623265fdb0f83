// Opens a foreign SQLite file to be read: whole, in memory, and without trust in what it holds.
import * as fs from 'node:fs';
import type { Database, ParamsObject, SqlJsStatic, SqlValue } from 'sql.js';
import { messageOf, RunlensError } from '../../base/errors';
import { formatBytes } from '../../domain/display';

/** The file is held in memory while it is read, and twice for a moment. */
const MOST_BYTES = 1024 * 1024 * 1024;
const MAGIC = 'SQLite format 3\0';
/** Write and read version of the file format; 2 means that a WAL may belong to it. */
const FORMAT_BYTES = [18, 19] as const;
const READ_TRIES = 3;
const IDS = new Set(['experiment_id']);

export type Row = Readonly<Record<string, SqlValue | undefined>>;

export const isSqlite = (file: string): boolean => {
  const fd = fs.openSync(file, 'r');
  try {
    const start = Buffer.alloc(MAGIC.length);
    return (
      fs.readSync(fd, start, 0, start.length, 0) === start.length && start.toString() === MAGIC
    );
  } finally {
    fs.closeSync(fd);
  }
};

/**
 * A foreign database. Only ordinary tables are read, by columns that are there: triggers never fire,
 * since nothing is written, and views are ignored, since their content could be code.
 */
export class SqliteFile {
  private readonly tables = new Map<string, ReadonlySet<string>>();

  private constructor(
    private readonly db: Database,
    readonly path: string,
  ) {
    db.exec(
      'PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;',
    );
    for (const { name } of this.readAll(TABLES)) {
      if (typeof name === 'string') this.tables.set(name, this.columnsOf(name));
    }
  }

  /**
   * @throws RunlensError `import.database` when it is too large, is being written, has changes that
   *   are not in it yet, or is damaged.
   */
  static open(sqlite: SqlJsStatic, file: string): SqliteFile {
    refuseUnfinished(file);
    const bytes = readWhole(file);
    for (const at of FORMAT_BYTES) bytes[at] = 1;
    const db = new sqlite.Database(bytes);
    try {
      return new SqliteFile(db, file);
    } catch (error) {
      db.close();
      throw failed(file, `it cannot be read as a database (${messageOf(error)})`);
    }
  }

  has(table: string): boolean {
    return this.tables.has(table);
  }

  /** Whether a table has a column. */
  hasColumn(table: string, column: string): boolean {
    return this.tables.get(table)?.has(column) ?? false;
  }

  /** `SELECT` of columns of a table; those that this schema does not have are NULL. */
  select(table: string, columns: readonly string[], rest = ''): string {
    const list = columns.map((column) => {
      if (!this.hasColumn(table, column)) return `NULL AS "${column}"`;
      // Ids taken over from folders have more digits than a number holds.
      return IDS.has(column) ? `CAST("${column}" AS TEXT) AS "${column}"` : `"${column}"`;
    });
    return `SELECT ${list.join(', ')} FROM "${table}" ${rest}`;
  }

  /** The rows one after another, read as they are asked for. */
  *rows(sql: string, ...values: SqlValue[]): Generator<Row> {
    const statement = this.db.prepare(sql);
    try {
      statement.bind(values);
      while (statement.step()) yield statement.getAsObject() satisfies ParamsObject;
    } catch (error) {
      throw failed(this.path, `it is damaged (${messageOf(error)})`);
    } finally {
      statement.free();
    }
  }

  readAll(sql: string, ...values: SqlValue[]): Row[] {
    return [...this.rows(sql, ...values)];
  }

  /** Makes an index in the copy in memory, where an old schema has none that begins so. */
  index(table: string, column: string): void {
    if (!this.hasColumn(table, column)) return;
    const [known] = this.readAll(
      `SELECT 1 FROM pragma_index_list(?) l, pragma_index_info(l.name) c
       WHERE c.seqno = 0 AND c.name = ? LIMIT 1`,
      table,
      column,
    );
    if (!known) this.db.exec(`CREATE INDEX "runlens_${table}" ON "${table}" ("${column}")`);
  }

  close(): void {
    this.db.close();
  }

  private columnsOf(table: string): ReadonlySet<string> {
    const rows = this.readAll('SELECT name FROM pragma_table_info(?)', table);
    return new Set(rows.flatMap(({ name }) => (typeof name === 'string' ? [name] : [])));
  }
}

/** Virtual tables are left out: their content comes from code. */
const TABLES = `SELECT name FROM sqlite_master WHERE type = 'table'
  AND sql LIKE 'CREATE TABLE%' AND name NOT LIKE 'sqlite_%' AND instr(name, '"') = 0`;

const failed = (file: string, why: string): RunlensError =>
  new RunlensError('import.database', `${file} was not read: ${why}.`);

/** Changes that SQLite keeps beside the file would be missing, or half done. */
function refuseUnfinished(file: string): void {
  const size = (suffix: string) =>
    fs.statSync(`${file}${suffix}`, { throwIfNoEntry: false })?.size ?? 0;
  if (size('-wal') > 0) {
    throw failed(
      file,
      `changes in ${file}-wal are not in it yet. End what writes to it (mlflow server, scripts), or ` +
        `run: sqlite3 ${file} "PRAGMA wal_checkpoint(TRUNCATE)"`,
    );
  }
  if (size('-journal') > 0) {
    throw failed(
      file,
      `a change is under way or was broken off (${file}-journal). Wait for its end, or open it once ` +
        'with MLflow, which mends it',
    );
  }
}

/** The bytes as they were at one moment. */
function readWhole(file: string): Uint8Array {
  for (let attempt = 0; attempt < READ_TRIES; attempt++) {
    const before = fs.statSync(file);
    if (before.size > MOST_BYTES) {
      throw failed(
        file,
        `it has ${formatBytes(before.size)}, and at most ${formatBytes(MOST_BYTES)} can be held in ` +
          'memory. Serve it with mlflow server and add that as a remote server',
      );
    }
    const bytes = fs.readFileSync(file);
    const after = fs.statSync(file);
    if (before.mtimeMs === after.mtimeMs && before.size === after.size) return bytes;
  }
  throw failed(
    file,
    'it is being written all the time. Try again when what writes to it has ended',
  );
}
