// Finds out what a path holds: an mlruns folder, an mlflow.db, or a folder with one of them.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { SqlJsStatic } from 'sql.js';
import { RunlensError } from '../base/errors';
import type { SourceKind } from '../protocol/control';
import { openDatabase } from './database/databaseSource';
import { isSqlite } from './database/sqliteFile';
import { isMlruns, openMlruns } from './mlruns/mlrunsSource';
import type { MlflowSource, Notes } from './source';

export interface Located {
  readonly kind: SourceKind;
  /** Real path of the folder or file that holds the data. */
  readonly path: string;
}

/** @throws RunlensError `import.notFound` */
export function locate(given: string): Located {
  if (!fs.existsSync(given)) throw notFound(`There is no ${given}.`);
  const real = fs.realpathSync(given);
  if (!fs.statSync(real).isDirectory()) {
    if (isSqlite(real)) return { kind: 'mlflow.db', path: real };
    throw notFound(`${given} is no SQLite database. Choose an mlruns folder or an mlflow.db.`);
  }
  const found = [real, path.join(real, 'mlruns')]
    .filter((folder) => isMlruns(folder))
    .map((folder): Located => ({ kind: 'mlruns', path: folder }));
  const database = path.join(real, 'mlflow.db');
  if (fs.existsSync(database) && isSqlite(database))
    found.push({ kind: 'mlflow.db', path: database });
  const [only, other] = found;
  if (only && other) {
    throw notFound(`${given} holds more than one: choose ${only.path} or ${other.path}.`);
  }
  if (only) return only;
  if (isMlruns(path.dirname(real)) && fs.existsSync(path.join(real, 'meta.yaml'))) {
    throw notFound(
      `${given} is one experiment. Choose the folder around it: ${path.dirname(real)}.`,
    );
  }
  throw notFound(
    `${given} holds no MLflow data: neither an mlruns folder with experiments nor an mlflow.db.`,
  );
}

const notFound = (message: string): RunlensError => new RunlensError('import.notFound', message);

export interface OpenOptions {
  readonly sqlite: SqlJsStatic;
  readonly artifacts?: string | undefined;
  readonly notes: Notes;
}

/** @throws RunlensError `import.database` */
export function openSource({ kind, path: file }: Located, options: OpenOptions): MlflowSource {
  return kind === 'mlruns'
    ? openMlruns({ path: file, ...options })
    : openDatabase({ path: file, ...options });
}
