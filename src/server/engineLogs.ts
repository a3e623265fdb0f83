// The log files of steps and launches: `<data>/logs/<run>/<step>.log`, `<data>/logs/launch-<id>.log`.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf } from '../base/errors';
import type { LogId, LogPort } from '../pipeline/ports';

export interface LogContext {
  readonly data: string;
  onGrown(id: string, bytes: number): void;
  warn(message: string): void;
}

/** Lines are written at once: a log is read while it grows. */
export function engineLogs({ data, onGrown, warn }: LogContext): LogPort {
  const fileOf = (log: LogId) => logFile(data, log);
  const made = (log: LogId) => {
    const file = fileOf(log);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    return file;
  };
  const grown = (log: LogId) => onGrown(log.id, sizeOf(fileOf(log)));
  return {
    file: made,
    grown,
    // A full disk must not end the run: its log is then incomplete, and the server's log says so.
    append: (log, text) => {
      try {
        fs.appendFileSync(made(log), text);
        grown(log);
      } catch (error) {
        warn(`The log ${log.path} cannot be written: ${messageOf(error)}`);
      }
    },
  };
}

/** Where a log lies, whether it is there or not. */
export const logFile = (data: string, log: LogId): string =>
  path.join(data, 'logs', ...log.path.split('/'));

export const sizeOf = (file: string): number =>
  fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** At most so much text is answered at once. */
const PART = 1024 * 1024;

/** Text from an offset to its last whole character, and where it ends. */
export function readLog(file: string, from: number): { text: string; next: number } {
  const length = Math.min(PART, Math.max(0, sizeOf(file) - from));
  if (length === 0) return { text: '', next: from };
  const bytes = Buffer.alloc(length);
  const handle = fs.openSync(file, 'r');
  try {
    const read = fs.readSync(handle, bytes, 0, length, from);
    const whole = wholeCharacters(bytes.subarray(0, read));
    return { text: whole.toString('utf8'), next: from + whole.length };
  } finally {
    fs.closeSync(handle);
  }
}

/** Without the first bytes of a character whose rest is not there yet. */
function wholeCharacters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return needed > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
