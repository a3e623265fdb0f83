// Packs the extension: runlens.vsix, as users get it. Fails above the size that users were promised.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const LIMIT_MB = 3;
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = path.join(root, 'runlens.vsix');
const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
const result = spawnSync(process.execPath, [vsce, 'package', '--no-dependencies', '--out', out], {
  cwd: root,
  encoding: 'utf8',
});
if (result.status !== 0) {
  console.error(`${result.stdout}\n${result.stderr}`);
  process.exit(1);
}
const size = fs.statSync(out).size / 1e6;
if (size > LIMIT_MB) {
  console.error(`runlens.vsix has ${size.toFixed(2)} MB; its limit is ${LIMIT_MB} MB`);
  process.exit(1);
}
console.log(`packed runlens.vsix, ${size.toFixed(2)} MB`);
