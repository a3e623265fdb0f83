// The server's arguments.
import * as path from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, RunlensError } from '../base/errors';
import { findRoot, realPath } from '../client/root';
import { SERVE_ARGS, SERVE_PORT, type ServeOptions, serveOptions } from './argsServe';

export interface ServerArgs {
  /** Real path. */
  readonly root: string;
  /** Undefined: the one it had before when that is free, else any. */
  readonly port: number | undefined;
  readonly idleMs: number;
  readonly readOnly: boolean;
  readonly version: boolean;
  /** Looks at the store instead of serving it. */
  readonly doctor: 'check' | 'repair' | undefined;
  /** Undefined: for one person on one machine. */
  readonly serve: ServeOptions | undefined;
}

export const USAGE =
  'server --root DIR [--port N] [--idle-minutes M] [--read-only] [--version]\n' +
  '  --root          folder whose runs are kept (default: by the root rule)\n' +
  '  --port          port on 127.0.0.1 (default: the last one when free)\n' +
  '  --idle-minutes  ends after so many minutes without use (default 30)\n' +
  '  --read-only     opens an existing store and changes nothing\n' +
  '  --doctor        checks the store and ends; with --repair also mends it\n' +
  '  --serve         for others too, in the foreground: see runlens serve --help\n';

/** @throws RunlensError `server.usage` */
export function parseServerArgs(argv: readonly string[]): ServerArgs {
  const values = parse(argv);
  const { root, port, version, 'idle-minutes': idle, 'read-only': readOnly, ...others } = values;
  const { doctor, repair, ...rest } = others;
  const serve = serveOptions(rest);
  return {
    root: root === undefined ? findRoot(process.cwd()) : realPath(path.resolve(root)),
    port: port === undefined ? serve && SERVE_PORT : numberOf('--port', port, 65_535),
    idleMs: serve
      ? Number.POSITIVE_INFINITY
      : numberOf('--idle-minutes', idle ?? '30', 1e6) * 60_000,
    readOnly: readOnly ?? false,
    version: version ?? false,
    doctor: doctor ? (repair ? 'repair' : 'check') : undefined,
    serve,
  };
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        root: { type: 'string' },
        port: { type: 'string' },
        'idle-minutes': { type: 'string' },
        'read-only': { type: 'boolean' },
        version: { type: 'boolean' },
        doctor: { type: 'boolean' },
        repair: { type: 'boolean' },
        ...SERVE_ARGS,
      },
    });
    return values;
  } catch (error) {
    throw usageError(messageOf(error), error);
  }
}

function numberOf(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= most) return value;
  throw usageError(`${name} must be a number from 0 to ${most}, not ${JSON.stringify(text)}.`);
}

const usageError = (message: string, cause?: unknown): RunlensError =>
  new RunlensError('server.usage', `${message}\n${USAGE}`, { cause });
