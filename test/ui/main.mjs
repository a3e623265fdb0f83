// The ui suite: a person's clicks in a real VS Code (Playwright). Screenshots go to out/ui.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { prepareEditor } from '../support/editor/prepare.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const filter = process.argv[2];

prepareEditor('oldest');
const { status } = spawnSync(
  process.execPath,
  [
    path.join(root, 'node_modules/mocha/bin/mocha.js'),
    '--reporter',
    path.join(root, 'test/support/reporter.cjs'),
    '--timeout',
    '120000',
    '--bail=false',
    ...(filter ? ['--grep', filter] : []),
    'test/ui/**/*.test.mjs',
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(status ?? 1);
