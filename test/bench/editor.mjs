// Time of `activate` inside a real VS Code: the extension measures itself, the suite reads it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { prepareEditor } from '../support/editor/prepare.mjs';
import { median, printTable, temporary } from './measure.mjs';

const PROBE = `
const vscode = require('vscode');
exports.run = async () => {
  const extension = vscode.extensions.getExtension('runlens.runlens');
  const api = await extension.activate();
  console.log('ACTIVATE ' + api.activationMs);
};
`;

export function benchEditor({ root }) {
  prepareEditor();
  const folder = temporary('editor');
  const tests = path.join(folder, 'probe.js');
  fs.writeFileSync(tests, PROBE);
  fs.cpSync(path.join(root, 'examples/digits'), path.join(folder, 'workspace'), {
    recursive: true,
  });
  const times = [1, 2, 3].map(() => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        path.join(root, 'test/support/editor/run.mjs'),
        `--extension=${root}`,
        `--tests=${tests}`,
        `--workspace=${path.join(folder, 'workspace')}`,
        `--out=${path.join(folder, 'out')}`,
      ],
      { encoding: 'utf8', env: { ...process.env, RUNLENS_STATE_DIR: path.join(folder, 'state') } },
    );
    const match = /ACTIVATE ([\d.]+)/.exec(stdout);
    if (!match) throw new Error(`activate was not measured:\n${stdout}\n${stderr}`);
    return Number(match[1]);
  });
  printTable('editor', [{ what: 'activate', runlens: median(times), unit: 'ms' }]);
}
