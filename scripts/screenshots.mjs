// `npm run screenshots`: runs the ui suite and takes the pictures of the README from what it saw.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const PICTURES = {
  'stale-dark': 'lens',
  'looks-charts-dark-wide': 'charts',
  'panels-mouse-selected': 'runs',
  'panels-mouse-matrices': 'compare',
  'panels-mouse-why': 'pipeline',
  'looks-artifact-dark-wide': 'artifact-viewer',
  'panels-mouse-models-again': 'models',
  'run-with-dark': 'run-with',
  'preview-dark': 'preview',
  'hover-dark': 'hover',
  'from-here-dark': 'from-here',
  'stop-dark': 'stop',
  'waits-dark': 'waits',
  'artifact-dark': 'artifact',
  'diagnostic-fix-dark': 'diagnostic-fix',
  'notebook-dark': 'notebook',
  'mlproject-dark': 'mlproject',
  'debug-dark': 'debug',
};

const { status } = spawnSync(process.execPath, [path.join(root, 'scripts/test.mjs'), 'ui'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(1);
for (const [from, to] of Object.entries(PICTURES)) {
  fs.mkdirSync(path.join(root, 'docs/images'), { recursive: true });
  fs.copyFileSync(path.join(root, `out/ui/${from}.png`), path.join(root, `docs/images/${to}.png`));
}
