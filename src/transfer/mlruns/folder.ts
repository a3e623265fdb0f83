// Reads the small files of an mlruns folder: descriptions in YAML, and trees of one value a file.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parse } from 'yaml';
import { messageOf } from '../../base/errors';
import { isRecord } from '../../base/json';
import type { Notes } from '../source';

/** A value larger than this is no parameter or tag. */
const MOST_BYTES = 16 * 1024 * 1024;
const AT_ONCE = 32;

export type Meta = Readonly<Record<string, unknown>>;

export interface FileRef {
  /** With `/`, whatever the system. */
  readonly key: string;
  readonly file: string;
}

/** The members of a `meta.yaml`; undefined, and a note, when it cannot be read. */
export async function readMeta(file: string, notes: Notes): Promise<Meta | undefined> {
  try {
    const text = await fs.promises.readFile(file, 'utf8');
    // PyYAML writes YAML 1.1; ids can be longer than a number holds.
    const value: unknown = parse(text, { version: '1.1', intAsBigInt: true, logLevel: 'error' });
    if (isRecord(value)) return value;
    notes(file, 'It holds no description, so what it describes was left out.');
  } catch (error) {
    notes(
      file,
      `It cannot be read (${messageOf(error).split('\n')[0]}), so what it describes was left out.`,
    );
  }
  return undefined;
}

/** Files below a folder, each with its path as key, by name; none when there is no such folder. */
export async function filesBelow(folder: string, prefix = ''): Promise<FileRef[]> {
  const found: FileRef[] = [];
  for (const entry of await entriesOf(folder)) {
    const file = path.join(folder, entry.name);
    const key = `${prefix}${entry.name}`;
    if (entry.isDirectory()) found.push(...(await filesBelow(file, `${key}/`)));
    else if (entry.isFile() && !isLitter(entry.name)) found.push({ key, file });
  }
  return found;
}

/** What operating systems and editors leave in folders. */
const isLitter = (name: string): boolean => name === '.DS_Store' || name === 'Thumbs.db';

/** Each file below a folder as key and value: parameters or tags. */
export async function readPairs(
  folder: string,
  notes: Notes,
): Promise<{ key: string; value: string }[]> {
  const files = await filesBelow(folder);
  const pairs: { key: string; value: string }[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const some = files.slice(from, from + AT_ONCE);
    const values = await Promise.all(some.map(({ file }) => readValue(file, notes)));
    some.forEach(({ key }, i) => {
      const value = values[i];
      if (value !== undefined) pairs.push({ key, value });
    });
  }
  return pairs;
}

async function readValue(file: string, notes: Notes): Promise<string | undefined> {
  try {
    const { size } = await fs.promises.stat(file);
    if (size > MOST_BYTES) {
      notes(file, `It has ${size} bytes, more than a value may have, and was left out.`);
      return undefined;
    }
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      await fs.promises.readFile(file),
    );
  } catch (error) {
    const why = error instanceof TypeError ? 'it is no UTF-8 text' : messageOf(error);
    notes(file, `It cannot be read (${why}) and was left out.`);
    return undefined;
  }
}

/** Names of the folders in a folder; a link to a folder counts, as it does for MLflow. */
export async function foldersIn(folder: string): Promise<string[]> {
  const entries = await entriesOf(folder);
  return entries
    .filter(
      (entry) =>
        entry.isDirectory() ||
        (entry.isSymbolicLink() &&
          (fs.statSync(path.join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() ??
            false)),
    )
    .map((entry) => entry.name);
}

async function entriesOf(folder: string): Promise<fs.Dirent[]> {
  try {
    const entries = await fs.promises.readdir(folder, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

export const isAbsent = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'ENOENT' || error.code === 'ENOTDIR');
