// `npm run mutants [-- NAME]`: plants each bug of test/mutants/*.json in turn and runs the tests it names; a bug
// that no test notices is a failure. Each entry: name, file, find (a unique snippet), replace, tests (mocha pattern
// or pytest path). One copy of the tree per core, so that bugs are tried side by side.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from './lib/venv.mjs';

const TIMEOUT_MS = 300_000;
const clone = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const only = process.argv[2];
const trees = Array.from({ length: os.availableParallelism() }, copyTree);
const folder = path.join(trees[0], 'test/mutants');
const mutants = fs
  .readdirSync(folder)
  .filter((f) => f.endsWith('.json'))
  .sort()
  .flatMap((f) => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8')))
  .filter((m) => !only || m.name.includes(only));
const python = ensureVenv({
  name: 'test',
  requirements: path.join(trees[0], 'test/requirements.txt'),
});

/** Bugs are planted in copies: nobody's work is in danger when this is stopped half-way. */
function copyTree() {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-mutants-'));
  process.once('exit', () => fs.rmSync(copy, { recursive: true, force: true }));
  for (const name of fs.readdirSync(clone)) {
    if (/^(node_modules|out|\.git)$/.test(name)) continue;
    fs.cpSync(path.join(clone, name), path.join(copy, name), { recursive: true });
  }
  fs.symlinkSync(path.join(clone, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  return copy;
}

/** Whether the named tests pass in a tree. */
function passes(root, tests) {
  const [program, args] = tests.endsWith('.py')
    ? [python, ['-m', 'pytest', '-q', '-x', tests]]
    : [process.execPath, [path.join(root, 'node_modules/mocha/bin/mocha.js'), '--bail', tests]];
  return new Promise((resolve, reject) => {
    // A group of its own: mocha runs its tests in a child, which would outlive it.
    const child = spawn(program, args, {
      cwd: root,
      stdio: 'ignore',
      detached: true,
      env: {
        ...process.env,
        RUNLENS_TEST_PYTHON: python,
        PYTHONPATH: path.join(root, 'python/src'),
      },
    });
    const end = () => process.kill(-child.pid, 'SIGKILL');
    const timer = setTimeout(end, TIMEOUT_MS);
    process.once('exit', end);
    child.once('error', reject).once('exit', (code) => {
      clearTimeout(timer);
      process.off('exit', end);
      resolve(code === 0);
    });
  });
}

/** Plants one bug in a tree, asks the tests, and puts the file back. */
async function isCaught(root, { name, file, find, replace, tests }) {
  const at = path.join(root, file);
  const original = fs.readFileSync(at, 'utf8');
  if (original.split(find).length !== 2)
    throw new Error(`${name}: its snippet is not once in ${file}`);
  try {
    fs.writeFileSync(
      at,
      original.replace(find, () => replace),
    );
    return !(await passes(root, tests));
  } finally {
    fs.writeFileSync(at, original);
  }
}

/** Gives each item to the next tree that is free. */
async function shareOut(items, work) {
  const queue = [...items];
  const empty = async (root) => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(root, item);
  };
  await Promise.all(trees.map(empty));
}

process.once('SIGINT', () => process.exit(130));
await shareOut(new Set(mutants.map((m) => m.tests)), async (root, tests) => {
  if (await passes(root, tests)) return;
  console.error(`${tests} fails without any planted bug; mend that first`);
  process.exit(1);
});
let survived = 0;
await shareOut(mutants, async (root, mutant) => {
  const caught = await isCaught(root, mutant);
  console.log(`${caught ? 'caught  ' : 'SURVIVED'}  ${mutant.name}`);
  if (!caught) survived += 1;
});
console.log(`${mutants.length - survived} caught, ${survived} survived`);
process.exit(survived === 0 && mutants.length > 0 ? 0 : 1);
