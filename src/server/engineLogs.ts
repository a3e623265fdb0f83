// The log files of steps and launches: `<data>/logs/<run>/<step>.log`, `<data>/logs/launch-<id>.log`.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf } from '../base/errors';
import type { LogId, LogPort } from '../pipeline/ports';
import { dropOldest, partsOf, type Rotation, rotated } from './logParts';

export interface LogContext {
  readonly data: string;
  /** `bytes`: where the log ends, counted from its beginning. */
  onGrown(id: string, bytes: number): void;
  warn(message: string): void;
  /** Default: five parts of 10 MB per step. */
  readonly rotation?: Rotation;
}

const ROTATION: Rotation = { partBytes: 10 * 1024 * 1024, parts: 5 };
/** Logs whose place in the whole is remembered, so that a batch of lines costs one look. */
const MOST_KNOWN = 1000;

/** Lines are written at once: a log is read while it grows. */
export function engineLogs({ data, onGrown, warn, rotation = ROTATION }: LogContext): LogPort {
  /** Bytes in the parts before the file that is written to. */
  const before = new Map<string, number>();
  const fileOf = (log: LogId) => logFile(data, log);
  const made = (log: LogId) => {
    const file = fileOf(log);
    if (!before.has(file)) fs.mkdirSync(path.dirname(file), { recursive: true });
    return file;
  };
  const startOf = (file: string): number => {
    const start = before.get(file) ?? partsOf(file).at(-1)?.start ?? 0;
    if (before.size >= MOST_KNOWN) before.clear();
    before.set(file, start);
    return start;
  };
  const grown = (log: LogId) => {
    const file = fileOf(log);
    onGrown(log.id, startOf(file) + sizeOf(file));
  };
  const append = (log: LogId, text: string) => {
    const file = made(log);
    const start = startOf(file);
    fs.appendFileSync(file, text);
    const end = start + sizeOf(file);
    if (end - start >= rotation.partBytes) {
      rotated(file, start);
      dropOldest(file, rotation.parts);
      before.set(file, end);
    }
    onGrown(log.id, end);
  };
  return {
    file: made,
    grown,
    // A full disk must not end the run: its log is then incomplete, and the server's log says so.
    append: (log, text) => {
      try {
        append(log, text);
      } catch (error) {
        // The folder may have been deleted meanwhile.
        before.delete(fileOf(log));
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

/**
 * Text from an offset to its last whole character, and where it ends. Offsets count from the
 * beginning of the log: of what was dropped since, the answer says how much it was.
 */
export function readLog(file: string, from: number): { text: string; next: number } {
  const parts = partsOf(file);
  const first = parts[0]?.start ?? 0;
  if (from < first) {
    const gone = `… ${first - from} bytes of earlier output are not kept\n`;
    return { text: from === 0 ? gone : `\n${gone}`, next: first };
  }
  const part = parts.findLast(({ start }) => start <= from);
  if (!part) return { text: '', next: from };
  const whole = wholeCharacters(readBytes(part.file, from - part.start));
  return { text: whole.toString('utf8'), next: from + whole.length };
}

function readBytes(file: string, from: number): Buffer {
  const length = Math.min(PART, Math.max(0, sizeOf(file) - from));
  if (length === 0) return Buffer.alloc(0);
  const bytes = Buffer.alloc(length);
  const handle = fs.openSync(file, 'r');
  try {
    return bytes.subarray(0, fs.readSync(handle, bytes, 0, length, from));
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
