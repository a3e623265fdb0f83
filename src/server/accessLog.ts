// The access log of `runlens serve`: one line a request, who and what, and no secrets.
import * as fs from 'node:fs';
import type { Disposable } from '../base/disposable';
import { messageOf, RunlensError } from '../base/errors';

export interface AccessEntry {
  /** Milliseconds since 1970 when the request came. */
  readonly time: number;
  readonly remote: string;
  /** What the nearest proxy says of whom it asks for. */
  readonly forwardedFor: string | undefined;
  /** Name of the token; undefined when none was needed or none was valid. */
  readonly caller: string | undefined;
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** 0: the connection ended before an answer was begun. */
  readonly status: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Query values that help and are no secrets; of others only the name is written. */
const SHOWN = new Set([
  'run_id',
  'run_uuid',
  'experiment_id',
  'metric_key',
  'path',
  'max_results',
  'version',
]);
const MOST_TARGET = 500;

/** `time remote[,for] caller "METHOD target" status bytes ms`; names and targets are escaped. */
export function accessLine(entry: AccessEntry): string {
  const { time, remote, forwardedFor, caller, method, target, status, bytes, milliseconds } = entry;
  const from = forwardedFor === undefined ? remote : `${remote},${forwardedFor}`;
  const what = visible(`${method} ${shownTarget(target)}`);
  return [
    new Date(time).toISOString(),
    visible(from).replaceAll(' ', ''),
    caller ?? '-',
    `"${what}"`,
    status === 0 ? '-' : String(status),
    String(bytes),
    `${milliseconds.toFixed(1)}ms`,
  ].join(' ');
}

/** The target without query values that could be secrets, and of a length that a log bears. */
export function shownTarget(target: string): string {
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const query = question < 0 ? '' : target.slice(question + 1);
  const parts = query.split('&').filter((part) => part !== '');
  const shown = parts.map((part) => {
    const [name = '', value] = part.split(/=(.*)/s);
    return value === undefined || SHOWN.has(name) ? part : `${name}=…`;
  });
  // A part without `=` may be anything, a token too.
  const safe = shown.map((part) => (part.includes('=') ? part : '…'));
  const text = safe.length === 0 ? path : `${path}?${safe.join('&')}`;
  return text.length <= MOST_TARGET ? text : `${text.slice(0, MOST_TARGET)}…`;
}

/** Nothing that ends a line, a quoted text, or moves a terminal's cursor. */
const visible = (text: string): string =>
  text.replace(
    /["\\\p{Cc}\u2028\u2029]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

export interface AccessLog extends Disposable {
  write(entry: AccessEntry): void;
}

/** How often it is looked whether the file was moved away (logrotate). */
const LOOK_MS = 5000;

/**
 * Appends to a file, mode 0640, which is opened anew when it was moved or removed; `-` is standard output.
 * @param onFailure told once when lines cannot be written; requests go on.
 * @throws RunlensError `server.accessLog` when the file cannot be opened at first.
 */
export function openAccessLog(file: string, onFailure: (message: string) => void): AccessLog {
  if (file === '-') {
    return {
      write: (entry) => void process.stdout.write(`${accessLine(entry)}\n`),
      dispose: () => undefined,
    };
  }
  return new FileAccessLog(file, onFailure);
}

class FileAccessLog implements AccessLog {
  private fd: number;
  private lines: string[] = [];
  private hasFailed = false;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly file: string,
    private readonly onFailure: (message: string) => void,
  ) {
    this.fd = open(file);
    this.timer = setInterval(() => this.attempt(() => this.reopenWhenMoved()), LOOK_MS);
    this.timer.unref();
  }

  write(entry: AccessEntry): void {
    this.lines.push(`${accessLine(entry)}\n`);
    if (this.lines.length === 1) setImmediate(() => this.attempt(() => this.flush()));
  }

  dispose(): void {
    clearInterval(this.timer);
    this.attempt(() => this.flush());
    fs.closeSync(this.fd);
  }

  private flush(): void {
    const text = this.lines.join('');
    this.lines = [];
    if (text !== '') fs.writeSync(this.fd, text);
  }

  private reopenWhenMoved(): void {
    const there = fs.statSync(this.file, { throwIfNoEntry: false });
    if (there?.ino === fs.fstatSync(this.fd).ino) return;
    const opened = open(this.file);
    fs.closeSync(this.fd);
    this.fd = opened;
  }

  /** A full disk must not end the server. */
  private attempt(action: () => void): void {
    try {
      action();
      this.hasFailed = false;
    } catch (error) {
      if (!this.hasFailed) this.onFailure(`the access log cannot be written: ${messageOf(error)}`);
      this.hasFailed = true;
    }
  }
}

function open(file: string): number {
  try {
    return fs.openSync(file, 'a', 0o640);
  } catch (error) {
    throw new RunlensError(
      'server.accessLog',
      `The access log ${file} cannot be opened: ${messageOf(error)}. Choose another with --access-log.`,
      { cause: error },
    );
  }
}
