// Python for the example and the tests: finds an interpreter, makes a virtual environment in the cache.
import { spawnSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { CACHE } from './cache.mjs';

const MINIMUM = [3, 10];
const CANDIDATES =
  process.platform === 'win32' ? [['py', '-3'], ['python']] : [['python3'], ['python']];

/** The first Python on the PATH that is new enough. Throws with what to do when there is none. */
export function findPython() {
  const given = process.env.RUNLENS_PYTHON;
  const tooOld = [];
  for (const command of given ? [[given]] : CANDIDATES) {
    const [program, ...args] = command;
    const probe = spawnSync(
      program,
      [...args, '-c', 'import sys; print(sys.executable, *sys.version_info[:2], sep="|")'],
      { encoding: 'utf8', timeout: 20_000 },
    );
    if (probe.status !== 0) continue;
    const [executable, major, minor] = probe.stdout.trim().split('|');
    if (Number(major) === MINIMUM[0] && Number(minor) >= MINIMUM[1]) return executable;
    tooOld.push(`${executable} is Python ${major}.${minor}`);
  }
  const found = tooOld.length > 0 ? `${tooOld.join('; ')}, which is too old.` : 'None was found.';
  throw new Error(
    `Python ${MINIMUM.join('.')} or newer is needed. ${found}\n` +
      'Install it (https://www.python.org/downloads, `apt install python3 python3-venv`, `brew install python`),\n' +
      'or set RUNLENS_PYTHON to the path of one.',
  );
}

/**
 * A virtual environment with the packages of a requirements file, made once per content of that file.
 * @param {{name: string, requirements: string, log?: (line: string) => void}} options
 * @returns {string} absolute path of its interpreter
 */
export function ensureVenv({ name, requirements, log = () => {} }) {
  const base = findPython();
  const key = crypto
    .createHash('sha256')
    .update(base)
    .update(fs.readFileSync(requirements))
    .digest('hex');
  const dir = path.join(CACHE, `venv-${name}-${key.slice(0, 12)}`);
  const python = path.join(dir, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const done = path.join(dir, 'runlens-ready');
  if (fs.existsSync(done)) return python;
  fs.rmSync(dir, { recursive: true, force: true });
  fs.mkdirSync(CACHE, { recursive: true });
  log(`making a virtual environment (${name})`);
  run(base, ['-m', 'venv', dir], venvHelp(base));
  log(`installing ${path.basename(path.dirname(requirements))}/${path.basename(requirements)}`);
  run(
    python,
    ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements],
    `Is the Python package index reachable? Behind a proxy set PIP_INDEX_URL or HTTPS_PROXY and run this again.`,
  );
  fs.writeFileSync(done, '');
  return python;
}

function run(program, args, help) {
  const result = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (result.status === 0) return;
  const output = `${result.stdout ?? ''}\n${result.stderr ?? ''}${result.error?.message ?? ''}`;
  const tail = output.trim().split('\n').slice(-15).join('\n    ');
  throw new Error(`${path.basename(program)} ${args.join(' ')} failed:\n    ${tail}\n${help}`);
}

function venvHelp(base) {
  return (
    `${base} cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv.\n` +
    'Elsewhere install a Python from https://www.python.org/downloads, or set RUNLENS_PYTHON to one with the module venv.'
  );
}
