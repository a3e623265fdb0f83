// A log that has grown long lies in parts: `x.log.<offset>` are the older ones, `x.log` the newest.
import * as fs from 'node:fs';
import * as path from 'node:path';

export interface Rotation {
  /** A file that has reached this is put aside. */
  readonly partBytes: number;
  /** So many are kept, with the one that is written to. */
  readonly parts: number;
}

export interface LogFilePart {
  readonly file: string;
  /** Where it begins in the whole log, in bytes. */
  readonly start: number;
}

/** The parts that are there, oldest first. The names tell all, so that a restart loses nothing. */
export function partsOf(file: string): LogFilePart[] {
  const old = oldParts(file);
  const newest = old.at(-1);
  const start = newest ? newest.start + fs.statSync(newest.file).size : 0;
  return [...old, { file, start }];
}

function oldParts(file: string): LogFilePart[] {
  const prefix = `${path.basename(file)}.`;
  const folder = path.dirname(file);
  return namesIn(folder)
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => ({ file: path.join(folder, name), start: Number(name.slice(prefix.length)) }))
    .sort((a, b) => a.start - b.start);
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder);
  } catch {
    return []; // Nothing was written yet.
  }
}

/** Puts the file aside; the next line begins a new one. */
export function rotated(file: string, start: number): void {
  fs.renameSync(file, `${file}.${start}`);
}

export function dropOldest(file: string, parts: number): void {
  const old = oldParts(file);
  for (const { file: part } of old.slice(0, Math.max(0, old.length - (parts - 1)))) {
    fs.rmSync(part, { force: true });
  }
}
