// Starts the server of a root, detached from this process, and says clearly why when it does not come.
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { RunlensError } from '../base/errors';
import { isRecord } from '../base/json';
import { type Discovery, type Launcher, SERVER_EXIT } from '../protocol/discovery';
import { findServer, isListening } from './discovery';
import { isAlive, sharesPids } from './identity';
import { readOwnFile } from './ownFile';
import { discoveryFile, type Environment, ensureStateFolder, launcherFile } from './state';

export interface LaunchOptions {
  /** Real path (findRoot). */
  readonly root: string;
  readonly launcher: Launcher;
  readonly idleMinutes?: number;
  readonly readOnly?: boolean;
  readonly port?: number;
  /** Milliseconds until a server that does not answer counts as failed; default 60,000. */
  readonly timeout?: number;
  readonly env?: Environment;
}

/** The running server, or else a new one. Several starters at once end with one server. */
export async function findOrStart(options: LaunchOptions): Promise<Discovery> {
  const running = await findServer(options.root, options.env);
  return running ?? startServer(options);
}

/**
 * Starts a server and waits until it answers. While the store belongs to one that does not answer it
 * is started again and again: the owner may be another starter's, be ending, or have just died.
 * @throws RunlensError `server.unwritable`, `server.owned`, `server.start` with its last words.
 */
export async function startServer(options: LaunchOptions): Promise<Discovery> {
  ensureStateFolder(options.env);
  const startedAt = Date.now();
  const errors = `${discoveryFile(options.root, options.env)}.stderr`;
  let end = watchEnd(spawnServer(options, errors));
  let patience = options.timeout ?? START_PATIENCE;
  let again = FIRST_PAUSE;
  for (let pause = 5; Date.now() - startedAt < patience; pause = Math.min(pause * 1.3, 25)) {
    const found = await findServer(options.root, options.env);
    if (found) return found;
    if (end.code === SERVER_EXIT.owned) {
      patience = Math.min(patience, OWNED_PATIENCE);
      if (Date.now() - end.at >= again) {
        again *= 2;
        end = watchEnd(spawnServer(options, errors));
      }
    } else if (end.reason) {
      throw startError(end, errors);
    }
    await delay(pause);
  }
  end.reason ??= 'it did not answer in time';
  throw startError(end, errors);
}

/** Asks a server to end and waits until it is gone; ends it by force when it does not go. */
export async function stopServer(
  discovery: Discovery,
  shutdown: () => Promise<unknown>,
): Promise<void> {
  // A server that cannot be asked is ended below all the same.
  await shutdown().catch(() => undefined);
  const canSignal = sharesPids(discovery.host);
  const isGone = async () =>
    canSignal ? !isAlive(discovery.pid) : !(await isListening(discovery));
  if (await waitFor(isGone, 10_000)) return;
  if (canSignal) process.kill(discovery.pid, 'SIGKILL');
  if (await waitFor(isGone, 5000)) return;
  throw new RunlensError(
    'server.stop',
    `The Runlens server (process ${discovery.pid}) does not end. End it by hand and try again.`,
  );
}

/** What the extension wrote for others who need a server; undefined when it never ran here. */
export function readLauncher(env?: Environment): Launcher | undefined {
  const text = readOwnFile(launcherFile(env), 0o022);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Damaged: as if there were none; the extension writes it anew.
    return undefined;
  }
  return isLauncher(value) ? value : undefined;
}

interface End {
  code: number | null;
  reason: string | undefined;
  at: number;
}

const START_PATIENCE = 60_000;
/** Who owns the store and does not answer has died, and its lock is free within 15 s. */
const OWNED_PATIENCE = 20_000;
const FIRST_PAUSE = 500;

function spawnServer(options: LaunchOptions, errors: string): ChildProcess {
  const { launcher, root, idleMinutes, port } = options;
  const stderr = fs.openSync(errors, 'w', 0o600);
  try {
    const child = spawn(
      launcher.runtime,
      [
        ...(launcher.args ?? []),
        launcher.server,
        '--root',
        root,
        ...(idleMinutes === undefined ? [] : ['--idle-minutes', String(idleMinutes)]),
        ...(port === undefined ? [] : ['--port', String(port)]),
        ...(options.readOnly ? ['--read-only'] : []),
      ],
      {
        // Its working folder must not keep the user's from being moved or unmounted.
        cwd: ensureStateFolder(options.env),
        detached: true,
        windowsHide: true,
        stdio: ['ignore', 'ignore', stderr],
        env: { ...process.env, ...options.env, ...launcher.env },
      },
    );
    child.unref();
    return child;
  } finally {
    fs.closeSync(stderr);
  }
}

/** Listens for good: Node ends a process over an error event without a listener. */
function watchEnd(child: ChildProcess): End {
  const end: End = { code: null, reason: undefined, at: 0 };
  child.once('error', (error) => {
    end.reason = `it could not be started: ${error.message}`;
  });
  child.once('exit', (code, signal) => {
    end.code = code;
    end.at = Date.now();
    end.reason = code === null ? `it was ended by ${signal}` : `it ended with code ${code}`;
  });
  return end;
}

function startError({ code, reason }: End, errors: string): RunlensError {
  const said = lastLines(errors);
  const words = said.trim().replace(/^runlens: /, '');
  switch (code) {
    case SERVER_EXIT.unwritable:
      return new RunlensError('server.unwritable', words);
    case SERVER_EXIT.owned:
      return new RunlensError('server.owned', words);
    default:
      return new RunlensError(
        'server.start',
        `The Runlens server did not start: ${reason}.${said}`,
      );
  }
}

/** The last lines that it wrote, behind a line break. */
function lastLines(file: string): string {
  const text = fs.readFileSync(file, 'utf8').trim();
  return text === '' ? '' : `\n${text.split('\n').slice(-12).join('\n')}`;
}

function isLauncher(value: unknown): value is Launcher {
  return (
    isRecord(value) &&
    typeof value['runtime'] === 'string' &&
    typeof value['server'] === 'string' &&
    typeof value['version'] === 'string' &&
    isRecord(value['env'])
  );
}

async function waitFor(condition: () => Promise<boolean>, ms: number): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until; await delay(20)) {
    if (await condition()) return true;
  }
  return false;
}

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
