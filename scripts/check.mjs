// Checks types, format and lint of both languages; `--only=typescript|python` checks one, `--fix` mends what it can.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from './lib/venv.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
const fix = process.argv.includes('--fix');
const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice(7);

function typescriptChecks() {
  return [
    ...['pure', 'node', 'extension', 'webview', 'test'].map((p) => [
      process.execPath,
      [tsc, '-p', `tsconfig.${p}.json`],
    ]),
    [process.execPath, [biome, 'check', '--error-on-warnings', ...(fix ? ['--write'] : []), '.']],
  ];
}

function pythonChecks() {
  const requirements = path.join(root, 'test/requirements.txt');
  const python = ensureVenv({ name: 'test', requirements, log: console.log });
  const folders = ['python', 'examples', 'test'];
  return [
    [python, ['-m', 'ruff', 'check', ...(fix ? ['--fix'] : []), ...folders]],
    [python, ['-m', 'ruff', 'format', ...(fix ? [] : ['--check']), ...folders]],
  ];
}

const CHECKS = { typescript: typescriptChecks, python: pythonChecks };
if (only && !CHECKS[only]) throw new Error(`Unknown: --only=${only}`);

let failed = 0;
for (const language of only ? [only] : Object.keys(CHECKS)) {
  for (const [program, args] of CHECKS[language]()) {
    const result = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
    if (result.status === 0) continue;
    failed += 1;
    console.error(`failed: ${path.basename(args[0])} ${args.slice(1).join(' ')}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
