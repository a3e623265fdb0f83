// Finds a Python interpreter without any extension, and asks one what it is.
import { execFile } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { messageOf, RunlensError } from '../base/errors';
import { isRecord } from '../base/json';
import type { Environment } from './state';

export interface Interpreter {
  /** Absolute; a virtual environment's own, not what it links to. */
  readonly executable: string;
  /** `3.12.4` */
  readonly version: string;
  /** Which of the modules asked for can be imported. */
  readonly modules: Readonly<Record<string, boolean>>;
}

export const LEAST_PYTHON: readonly [number, number] = [3, 10];

/** Prints one JSON line; finds modules without importing them. */
const PROBE = `
import importlib.util, json, sys
def has(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False
print(json.dumps({
    "executable": sys.executable,
    "version": ".".join(map(str, sys.version_info[:3])),
    "modules": {name: has(name) for name in sys.argv[1:]},
}))
`;

/**
 * What an interpreter is. `-I` keeps files of the working folder from being imported.
 * @throws RunlensError `python.broken`
 */
export async function probePython(
  command: string,
  modules: readonly string[] = [],
  timeout = 15_000,
): Promise<Interpreter> {
  try {
    const value: unknown = JSON.parse(await run(command, ['-I', '-c', PROBE, ...modules], timeout));
    if (isInterpreter(value)) return value;
    throw new Error('its answer was not understood');
  } catch (error) {
    throw new RunlensError(
      'python.broken',
      `${command} could not be run as Python: ${messageOf(error)}. Select another interpreter.`,
      { cause: error },
    );
  }
}

export function isSupported({ version }: Pick<Interpreter, 'version'>): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_PYTHON;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

export interface FindPythonOptions {
  /** The project's folder. */
  readonly folder: string;
  /** What the user chose; then nothing else is tried. */
  readonly setting?: string;
  readonly modules?: readonly string[];
  readonly env?: Environment;
}

/**
 * The first that works and is new enough: the setting, the folder's `.venv` or `venv`, the active
 * environment (VIRTUAL_ENV, CONDA_PREFIX), then the PATH.
 * @throws RunlensError `python.missing`, or `python.broken` and `python.old` for the setting.
 */
export async function findPython(options: FindPythonOptions): Promise<Interpreter> {
  const { folder, setting, modules } = options;
  if (setting) return probeSetting(path.resolve(folder, expandHome(setting)), modules);
  for (const candidate of candidates(options)) {
    const found = await tryProbe(candidate, modules);
    if (found) return found;
  }
  throw new RunlensError(
    'python.missing',
    `No Python ${LEAST_PYTHON.join('.')} or newer was found: not in ${folder} (.venv, venv), not ` +
      'as active environment, not on the PATH. Install one, or select an interpreter.',
  );
}

/** Programs to try, without those whose file is not there. */
export function candidates({ folder, env = process.env }: FindPythonOptions): string[] {
  const environments = [
    path.join(folder, '.venv'),
    path.join(folder, 'venv'),
    env['VIRTUAL_ENV'],
    env['CONDA_PREFIX'],
  ];
  const inside = environments.flatMap((prefix) => (prefix ? [interpreterIn(prefix)] : []));
  return [...inside.filter((file) => fs.existsSync(file)), ...NAMES];
}

const isWindows = process.platform === 'win32';
const NAMES = isWindows ? ['py', 'python', 'python3'] : ['python3', 'python'];

function interpreterIn(prefix: string): string {
  if (!isWindows) return path.join(prefix, 'bin', 'python');
  // Conda has its python.exe in the environment's own folder.
  const inScripts = path.join(prefix, 'Scripts', 'python.exe');
  return fs.existsSync(inScripts) ? inScripts : path.join(prefix, 'python.exe');
}

async function probeSetting(command: string, modules?: readonly string[]): Promise<Interpreter> {
  const found = await probePython(command, modules);
  if (isSupported(found)) return found;
  throw new RunlensError(
    'python.old',
    `${command} is Python ${found.version}; Runlens needs ${LEAST_PYTHON.join('.')} or newer.`,
  );
}

async function tryProbe(
  command: string,
  modules?: readonly string[],
): Promise<Interpreter | undefined> {
  try {
    const found = await probePython(command, modules);
    return isSupported(found) ? found : undefined;
  } catch {
    // A candidate that is not there or does not work is no error: the next one is tried.
    return undefined;
  }
}

function expandHome(file: string): string {
  const home = process.env['HOME'] ?? process.env['USERPROFILE'];
  return home && /^~[/\\]/.test(file) ? path.join(home, file.slice(2)) : file;
}

function run(command: string, args: string[], timeout: number): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      args,
      { timeout, windowsHide: true, encoding: 'utf8' },
      (error, stdout, stderr) => {
        if (!error) resolve(stdout);
        else reject(new Error(stderr.trim().split('\n').at(-1) || error.message, { cause: error }));
      },
    );
  });
}

function isInterpreter(value: unknown): value is Interpreter {
  return (
    isRecord(value) &&
    typeof value['executable'] === 'string' &&
    typeof value['version'] === 'string' &&
    isRecord(value['modules'])
  );
}
