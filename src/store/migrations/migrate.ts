// Brings a database of an older schema to the current one.
import type { Sql } from '../database';
import { number } from '../database';
import { V1 } from './v1';
import { V2 } from './v2';
import { V3 } from './v3';
import { V4 } from './v4';

/** The script that leads from version n-1 to n stands at index n-1. Released ones never change. */
const MIGRATIONS: readonly string[] = [V1, V2, V3, V4];

export const SCHEMA_VERSION = MIGRATIONS.length;

export const schemaVersion = (sql: Sql): number => number(sql.get('PRAGMA user_version')?.[0]);

/**
 * Runs what is missing, all or nothing; an empty database gets the whole schema. The caller keeps a
 * copy of the file first.
 * @returns whether anything was done.
 */
export function migrate(sql: Sql): boolean {
  const from = schemaVersion(sql);
  if (from >= SCHEMA_VERSION) return false;
  sql.atomic(() => {
    for (const script of MIGRATIONS.slice(from)) sql.exec(script);
    sql.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
  sql.end();
  return true;
}
