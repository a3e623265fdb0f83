// The SQLite database in memory (sql.js): opening it, and one prepared statement per query text.
import initSqlJs, { type Database, type SqlJsStatic, type SqlValue, type Statement } from 'sql.js';
import { DatabaseFile, type Frozen, frozenBytes } from './databaseFile';
import { damaged } from './errors';

export type Value = SqlValue;
export type Row = readonly SqlValue[];

/** Statements kept prepared; searches make their own texts, so the number is bounded. */
const MAX_STATEMENTS = 256;

/** One megabyte. */
const WORTH_VACUUM_PAGES = 256;

const PRAGMAS = `
  PRAGMA journal_mode = memory;
  PRAGMA locking_mode = exclusive;
  PRAGMA cache_size = -8192;
  PRAGMA temp_store = memory;
  PRAGMA synchronous = off;
  PRAGMA trusted_schema = off;
  PRAGMA case_sensitive_like = on;
`;

/**
 * Compiles SQLite. sql.js keeps its first promise for the life of the process, so a missing file
 * must be found before (the bytes are read by the caller).
 */
export function loadSqlite(wasm: Uint8Array): Promise<SqlJsStatic> {
  // `useOldExtensionFunctions` is not in the published types; without it 1.16 prints a deprecation.
  const config = { wasmBinary: wasm.slice().buffer, useOldExtensionFunctions: false };
  return initSqlJs(config);
}

/** One open database. */
export class Sql {
  private readonly statements = new Map<string, Statement>();
  private open = false;

  private constructor(
    private readonly db: Database,
    private readonly file: DatabaseFile,
  ) {
    db.exec(PRAGMAS);
    db.create_function('fold', (text: unknown) =>
      typeof text === 'string' ? text.toLowerCase() : null,
    );
    db.create_function('numeric', (text: unknown) =>
      typeof text === 'string' ? spelledNumber(text) : null,
    );
  }

  /**
   * `bytes` are taken over, not copied.
   * @throws RunlensError `store.damaged` for a file that is no database or carries code.
   */
  static open(sqlite: SqlJsStatic, bytes?: Uint8Array): Sql {
    const file = new DatabaseFile(bytes ?? emptyDatabase(sqlite));
    // sql.js calls on it what DatabaseFile names; the types ask for the whole of a typed array.
    const db = new sqlite.Database(file as unknown as Uint8Array);
    try {
      const [code] = db.exec(
        "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view') LIMIT 1",
      );
      if (code) throw damaged(`The snapshot holds a trigger or view (${code.values[0]?.[0]}).`);
      return new Sql(db, file);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  exec(sql: string): void {
    this.db.exec(sql);
  }

  run(sql: string, ...values: Value[]): void {
    this.prepare(sql).run(values);
  }

  /** The first row, or undefined. */
  get(sql: string, ...values: Value[]): Row | undefined {
    const statement = this.prepare(sql);
    statement.bind(values);
    try {
      return statement.step() ? statement.get() : undefined;
    } finally {
      statement.reset();
    }
  }

  all(sql: string, ...values: Value[]): Row[] {
    const statement = this.prepare(sql);
    statement.bind(values);
    const rows: Row[] = [];
    try {
      while (statement.step()) rows.push(statement.get());
    } finally {
      statement.reset();
    }
    return rows;
  }

  /** Starts the transaction of a commit group, unless it is open. */
  begin(): void {
    if (this.open) return;
    this.run('BEGIN');
    this.open = true;
  }

  end(): void {
    if (!this.open) return;
    this.run('COMMIT');
    this.open = false;
  }

  /** Runs `work` so that it happens wholly or not at all, inside the group's transaction. */
  atomic(work: () => void): void {
    this.begin();
    this.run('SAVEPOINT part');
    try {
      work();
    } catch (error) {
      this.run('ROLLBACK TO part');
      this.run('RELEASE part');
      throw error;
    }
    this.run('RELEASE part');
  }

  /** The bytes of an ordinary SQLite file. Statements and pragmas survive. */
  export(): Uint8Array {
    this.end();
    return this.db.export();
  }

  /**
   * The database as an ordinary SQLite file, as it is after `stamp` wrote something to it. Costs
   * nothing at once: the bytes are read while SQLite goes on writing.
   */
  freeze(stamp: () => void): Frozen {
    this.end();
    const { writes } = this.file;
    this.begin();
    stamp();
    this.end();
    // A file that SQLite once cut (VACUUM does) is no longer ours: its bytes are asked for instead.
    const isOurs = this.file.writes > writes && this.file.size === this.size();
    return isOurs ? this.file.freeze() : frozenBytes(this.db.export());
  }

  /**
   * Gives back the pages that nothing uses, when they are worth it: all others are written anew,
   * which takes about a second for 100 MB.
   */
  vacuum(): void {
    this.end();
    const pages = (pragma: string) => number(this.get(`PRAGMA ${pragma}`)?.[0]);
    const free = pages('freelist_count');
    if (free < WORTH_VACUUM_PAGES || free < pages('page_count') / 4) return;
    this.db.exec('VACUUM');
  }

  /** Bytes of the database. */
  size(): number {
    return number(this.get('PRAGMA page_count')?.[0]) * 4096;
  }

  close(): void {
    this.statements.clear();
    this.db.close();
  }

  private prepare(sql: string): Statement {
    const known = this.statements.get(sql);
    if (known) return known;
    if (this.statements.size >= MAX_STATEMENTS) this.forgetOldest();
    const statement = this.db.prepare(sql);
    this.statements.set(sql, statement);
    return statement;
  }

  private forgetOldest(): void {
    for (const [sql, statement] of this.statements) {
      statement.free();
      this.statements.delete(sql);
      return;
    }
  }
}

/** A file must not be empty to be handed to sql.js. */
function emptyDatabase(sqlite: SqlJsStatic): Uint8Array {
  const db = new sqlite.Database();
  try {
    db.exec('PRAGMA user_version = 1; PRAGMA user_version = 0;');
    return db.export();
  } finally {
    db.close();
  }
}

const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;

/** The decimal number that a text spells, or null. */
const spelledNumber = (text: string): number | null => (DECIMAL.test(text) ? Number(text) : null);

/** A column that holds a number; a missing one is 0. */
export const number = (value: Value | undefined): number => (typeof value === 'number' ? value : 0);

export const maybeNumber = (value: Value | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;

export const text = (value: Value | undefined): string => (typeof value === 'string' ? value : '');

export const maybeText = (value: Value | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

export const bytes = (value: Value | undefined): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : undefined;
