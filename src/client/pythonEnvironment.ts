// Virtual environments made of a list of requirements, kept by their content; and the program that runs in one.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RunlensError } from '../base/errors';
import { type Interpreter, probePython } from './python';
import type { Environment } from './state';

export interface PythonRequirements {
  /** `3.11` or `3.11.4`: only the first two numbers must fit; undefined: any. */
  readonly python: string | undefined;
  /** Installed before the others. */
  readonly build: readonly string[];
  /** As in a requirements file; `-r file` is relative to `folder`. */
  readonly dependencies: readonly string[];
  /** Absolute. */
  readonly folder: string;
}

const isWindows = process.platform === 'win32';
const READY = 'runlens-ready.json';
const LOCK_POLL_MS = 500;
const LOCK_EMPTY_MS = 10_000;

/** Where environments are kept: the user's cache folder. */
export function environmentsFolder(env: Environment = process.env): string {
  const home = os.homedir();
  if (isWindows) return path.join(env['LOCALAPPDATA'] ?? home, 'runlens', 'environments');
  const cache = env['XDG_CACHE_HOME'] ?? path.join(home, '.cache');
  return path.join(cache, 'runlens', 'environments');
}

/**
 * The interpreter of an environment with these requirements: one made before for the same ones, or
 * made now.
 * @param base the interpreter to make it with, when its version fits.
 * @param say what happens, one line each; pip's own output goes to the terminal.
 * @throws RunlensError `environment.*`: no Python of that version, or pip failed; nothing is kept.
 */
export async function ensurePythonEnvironment(
  requirements: PythonRequirements,
  base: string,
  say: (line: string) => void,
): Promise<string> {
  const python = await fittingPython(requirements.python, base);
  const folder = path.join(environmentsFolder(), keyOf(requirements, python));
  const interpreter = interpreterOf(folder);
  if (isReady(folder)) return interpreter;
  return await locked(folder, say, async () => {
    if (isReady(folder)) return interpreter;
    say(`making an environment with Python ${python.version} in ${folder}`);
    fs.rmSync(folder, { recursive: true, force: true });
    await step([python.executable, '-m', 'venv', folder], requirements.folder);
    const pip = [interpreter, '-m', 'pip', 'install', '--disable-pip-version-check'];
    if (requirements.build.length > 0) {
      await step([...pip, ...requirements.build], requirements.folder);
    }
    const dependencies = requirements.dependencies.flatMap(pipArguments);
    if (dependencies.length > 0) await step([...pip, ...dependencies], requirements.folder);
    fs.writeFileSync(path.join(folder, READY), JSON.stringify(requirements, undefined, 2));
    return interpreter;
  });
}

/** `-r file` is two arguments to pip, and other lines are one. */
const pipArguments = (line: string): string[] => {
  const match = /^(-[rce]|--requirement|--constraint|--editable)\s+(.+)$/.exec(line.trim());
  return match ? [match[1] ?? '', match[2] ?? ''] : [line.trim()];
};

async function fittingPython(wanted: string | undefined, base: string): Promise<Interpreter> {
  const chosen = await probePython(base);
  const [major, minor] = wanted?.split('.') ?? [];
  if (!wanted || fits(chosen, wanted)) return chosen;
  const names = isWindows ? [] : [`python${major}.${minor ?? ''}`.replace(/\.$/, '')];
  for (const name of names) {
    const found = await probePython(name).catch(() => undefined);
    if (found && fits(found, wanted)) return found;
  }
  throw new RunlensError(
    'environment.python',
    `The project asks for Python ${wanted}, but ${chosen.executable} is ${chosen.version} and there is ` +
      `no ${names[0] ?? 'other one'} on the PATH. Install it, name one with --python, or run without ` +
      'the environment of the project: --env local.',
  );
}

function fits({ version }: Pick<Interpreter, 'version'>, wanted: string): boolean {
  const parts = wanted.split('.').slice(0, 2);
  return version.split('.').slice(0, parts.length).join('.') === parts.join('.');
}

/** What `-r` names counts by content; so does the interpreter that it is made with. */
function keyOf(requirements: PythonRequirements, python: Interpreter): string {
  const hash = createHash('sha256');
  const put = (text: string) => hash.update(`${Buffer.byteLength(text)}:${text}`);
  for (const text of [python.executable, python.version, ...requirements.build]) put(text);
  for (const line of requirements.dependencies) {
    put(line);
    const [, file] = pipArguments(line);
    if (file) put(contentOf(path.resolve(requirements.folder, file)));
  }
  return hash.digest('hex').slice(0, 32);
}

function contentOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return ''; // A folder (`-e .`), or missing: pip says so.
  }
}

const interpreterOf = (folder: string): string =>
  isWindows ? path.join(folder, 'Scripts', 'python.exe') : path.join(folder, 'bin', 'python');

const isReady = (folder: string): boolean =>
  fs.existsSync(path.join(folder, READY)) && fs.existsSync(interpreterOf(folder));

/** One process makes an environment; others wait for it. */
async function locked<T>(
  folder: string,
  say: (line: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const lock = `${folder}.lock`;
  for (let isFirst = true; !tryLock(lock); isFirst = false) {
    if (isFirst) say('another process makes this environment; waiting for it');
    await delay(LOCK_POLL_MS);
  }
  try {
    return await work();
  } finally {
    fs.rmSync(lock, { force: true });
  }
}

function tryLock(lock: string): boolean {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    if (isAbandoned(lock)) fs.rmSync(lock, { force: true });
    return false;
  }
}

/** Its process is gone. One that has just been made may still be empty. */
function isAbandoned(lock: string): boolean {
  const pid = Number(contentOf(lock));
  if (pid === 0)
    return (
      Date.now() - (fs.statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > LOCK_EMPTY_MS
    );
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return codeOf(error) !== 'EPERM';
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

async function step([program = '', ...args]: readonly string[], cwd: string): Promise<void> {
  const code = await runInForeground({ program, args, cwd, env: process.env, shell: false });
  if (code === 0) return;
  throw new RunlensError(
    'environment.failed',
    `\`${[path.basename(program), ...args].join(' ')}\` ended with exit code ${code}; its output is ` +
      'above. Nothing was kept: mend the requirements and run it again.',
  );
}

export interface ForegroundProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Environment;
  /** `program` is a line for the shell. */
  readonly shell: boolean;
}

/**
 * Runs a program with this process's own input and output. Ctrl-C reaches it by the terminal; this
 * process waits for its end.
 * @returns its exit code; 128 and the signal's number when a signal ended it.
 * @throws RunlensError `environment.start`
 */
export function runInForeground(what: ForegroundProgram): Promise<number> {
  const { program, args, cwd, env, shell } = what;
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { cwd, env, shell, stdio: 'inherit' });
    const ignore = () => undefined;
    process.on('SIGINT', ignore);
    child.once('error', (error) => {
      process.off('SIGINT', ignore);
      const message = `${program} could not be started: ${error.message}`;
      reject(new RunlensError('environment.start', message, { cause: error }));
    });
    child.once('exit', (code, signal) => {
      process.off('SIGINT', ignore);
      resolve(code ?? 128 + (signal ? os.constants.signals[signal] : 0));
    });
  });
}
