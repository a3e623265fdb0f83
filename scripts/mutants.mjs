// `npm run mutants [-- NAME]`: plants each bug of test/mutants/*.json in turn and runs the tests it names; a bug
// that no test notices is a failure. Each entry: name, file, find (a unique snippet), replace, tests (mocha pattern
// or pytest path).
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from './lib/venv.mjs';

const clone = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const root = copyTree();
const folder = path.join(root, 'test/mutants');
const only = process.argv[2];
const mutants = fs
  .readdirSync(folder)
  .filter((f) => f.endsWith('.json'))
  .sort()
  .flatMap((f) => JSON.parse(fs.readFileSync(path.join(folder, f), 'utf8')))
  .filter((m) => !only || m.name.includes(only));
const python = ensureVenv({ name: 'test', requirements: path.join(root, 'test/requirements.txt') });

/** Bugs are planted in a copy: nobody's work is in danger when this is stopped half-way. */
function copyTree() {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-mutants-'));
  process.once('exit', () => fs.rmSync(copy, { recursive: true, force: true }));
  process.once('SIGINT', () => process.exit(130));
  for (const name of fs.readdirSync(clone)) {
    if (/^(node_modules|out|\.git)$/.test(name)) continue;
    fs.cpSync(path.join(clone, name), path.join(copy, name), { recursive: true });
  }
  fs.symlinkSync(path.join(clone, 'node_modules'), path.join(copy, 'node_modules'), 'junction');
  return copy;
}

/** Whether the named tests pass. */
function passes(tests) {
  const isPython = tests.endsWith('.py');
  const [program, args] = isPython
    ? [python, ['-m', 'pytest', '-q', '-x', tests]]
    : [process.execPath, [path.join(root, 'node_modules/mocha/bin/mocha.js'), '--bail', tests]];
  const result = spawnSync(program, args, {
    cwd: root,
    encoding: 'utf8',
    timeout: 300_000,
    env: { ...process.env, RUNLENS_TEST_PYTHON: python, PYTHONPATH: path.join(root, 'python/src') },
  });
  return result.status === 0;
}

/** Plants one bug, asks the tests, and puts the file back. */
function isCaught({ name, file, find, replace, tests }) {
  const at = path.join(root, file);
  const original = fs.readFileSync(at, 'utf8');
  if (original.split(find).length !== 2)
    throw new Error(`${name}: its snippet is not once in ${file}`);
  const restore = () => fs.writeFileSync(at, original);
  process.once('SIGINT', restore);
  try {
    fs.writeFileSync(
      at,
      original.replace(find, () => replace),
    );
    return !passes(tests);
  } finally {
    restore();
    process.off('SIGINT', restore);
  }
}

const suites = [...new Set(mutants.map((m) => m.tests))];
for (const tests of suites) {
  if (passes(tests)) continue;
  console.error(`${tests} fails without any planted bug; mend that first`);
  process.exit(1);
}
let survived = 0;
for (const mutant of mutants) {
  const caught = isCaught(mutant);
  console.log(`${caught ? 'caught  ' : 'SURVIVED'}  ${mutant.name}`);
  if (!caught) survived += 1;
}
console.log(`${mutants.length - survived} caught, ${survived} survived`);
process.exit(survived === 0 && mutants.length > 0 ? 0 : 1);
