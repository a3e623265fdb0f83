// Checks types, format and lint of both languages.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureVenv } from './lib/venv.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
const fix = process.argv.includes('--fix');
const python = ensureVenv({
  name: 'test',
  requirements: path.join(root, 'test/requirements.txt'),
  log: console.log,
});

const CHECKS = [
  ...['pure', 'node', 'extension', 'webview', 'test'].map((p) => [
    process.execPath,
    [tsc, '-p', `tsconfig.${p}.json`],
  ]),
  [process.execPath, [biome, 'check', '--error-on-warnings', ...(fix ? ['--write'] : []), '.']],
  [python, ['-m', 'ruff', 'check', ...(fix ? ['--fix'] : []), 'python', 'examples', 'test']],
  [python, ['-m', 'ruff', 'format', ...(fix ? [] : ['--check']), 'python', 'examples', 'test']],
];

let failed = 0;
for (const [program, args] of CHECKS) {
  const result = spawnSync(program, args, { cwd: root, stdio: 'inherit' });
  if (result.status !== 0) {
    failed += 1;
    console.error(`failed: ${path.basename(args[0])} ${args.slice(1).join(' ')}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
