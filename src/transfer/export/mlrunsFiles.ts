// Writes the files of an mlruns folder, so that PyYAML and MLflow's file store read them back.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Notes } from '../source';

export type MetaValue =
  | string
  | number
  | null
  | readonly never[]
  | Readonly<Record<string, string>>;

/** Keys in order, as MLflow writes them. */
export async function writeMeta(
  folder: string,
  meta: Readonly<Record<string, MetaValue>>,
): Promise<void> {
  await fs.promises.mkdir(folder, { recursive: true });
  const lines = Object.keys(meta)
    .sort()
    .map((key) => `${key}: ${yamlValue(meta[key] ?? null)}\n`);
  await fs.promises.writeFile(path.join(folder, 'meta.yaml'), lines.join(''));
}

function yamlValue(value: MetaValue): string {
  if (value === null) return 'null';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return yamlText(value);
  const entries = Object.entries(value).map(([key, item]) => `${yamlText(key)}: ${yamlText(item)}`);
  return Array.isArray(value) ? '[]' : `{${entries.join(', ')}}`;
}

/**
 * A double-quoted scalar: what it means depends on no version of YAML. Characters that PyYAML does
 * not let into a file, or takes for line ends, are escaped.
 */
export const yamlText = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * The file of a key; undefined, and a note, where no folder can hold it: a key that is the folder of
 * another (`a` and `a/b`), or that is no path inside.
 */
export async function keyFile(
  folder: string,
  key: string,
  notes: Notes,
): Promise<string | undefined> {
  const file = path.join(folder, ...key.split('/'));
  const isInside = !key.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (isInside && (await makeParent(file))) return file;
  notes(file, 'A folder cannot hold a file of this name beside the others; it was left out.');
  return undefined;
}

/** Whether the file can be there: no part of its path is a file, nor itself a folder. */
async function makeParent(file: string): Promise<boolean> {
  try {
    await fs.promises.mkdir(path.dirname(file), { recursive: true });
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
  return !(fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EEXIST' || error.code === 'ENOTDIR');

/** One file a key. */
export async function writePairs(
  folder: string,
  pairs: readonly { readonly key: string; readonly value: string }[],
  notes: Notes,
): Promise<void> {
  for (const { key, value } of pairs) {
    const file = await keyFile(folder, key, notes);
    if (file !== undefined) await fs.promises.writeFile(file, value);
  }
}

/** A number as Python's `float` reads it. */
export function pythonNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(value);
}
