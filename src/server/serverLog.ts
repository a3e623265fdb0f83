// The server's own log: `<data>/logs/server.log`, with one older file kept.
import * as fs from 'node:fs';
import * as path from 'node:path';

const MOST_BYTES = 1024 * 1024;

export interface ServerLog {
  readonly file: string | undefined;
  write(line: string): void;
  /** An error with its stack and cause. */
  error(what: string, error: unknown): void;
}

/** Without a folder (a store that is only read) lines go to stderr. */
export function openServerLog(folder: string | undefined): ServerLog {
  const file = folder === undefined ? undefined : path.join(folder, 'logs', 'server.log');
  if (file !== undefined) fs.mkdirSync(path.dirname(file), { recursive: true });
  const write = (line: string) => {
    const text = `${new Date().toISOString()} [${process.pid}] ${line}\n`;
    if (file === undefined || !append(file, text)) process.stderr.write(text);
  };
  return { file, write, error: (what, error) => write(`${what}: ${describe(error)}`) };
}

/** @returns false when the disk refuses: a full disk must not end the server. */
function append(file: string, text: string): boolean {
  try {
    const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size + text.length > MOST_BYTES) fs.renameSync(file, `${file}.1`);
    fs.appendFileSync(file, text);
    return true;
  } catch {
    return false;
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\n  caused by ${describe(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
