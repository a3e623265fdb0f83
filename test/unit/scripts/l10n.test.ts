// Texts for translators: found in the source as they are said, and shown in a pseudo language.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleOf, pseudo, textsIn } from '../../../scripts/lib/l10n.mjs';

const root = path.resolve(__dirname, '../../..');
const SCRIPT = path.join(root, 'scripts/l10n.mjs');
const run = (...args: string[]) =>
  spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' });

describe('texts of the source', () => {
  const cases: [string, string[]][] = [
    ["t('Open {0}', name)", ['Open {0}']],
    ['t(\n  "Don\'t",\n)', ["Don't"]],
    ["t('It\\'s' +\n 'one')", ["It'sone"]],
    ["t('a\\nb', t('inner'))", ['a\nb', 'inner']],
    ['t(`plain`)', ['plain']],
    ['t(`of ${name}`)', []],
    ['t(text)', []],
    ["format('no'); at('no'); $t('no')", []],
    ['export function t(english: string) {}', []],
  ];
  for (const [source, texts] of cases) {
    it(JSON.stringify(source), () => assert.deepEqual(textsIn(source), texts));
  }

  it('are the bundle that is shipped', () => {
    const { status, stderr } = run('--check');
    assert.equal(status, 0, stderr);
  });
});

describe('the pseudo language', () => {
  it('is longer, accented, and keeps what programs read', () => {
    const text = 'Show {0} of $(filter) `runs.csv` in [Log](command:runlens.showLog)';
    const said = pseudo(text);
    assert.ok(said.length >= text.length * 1.3);
    for (const kept of ['{0}', '$(filter)', '`runs.csv`', '](command:runlens.showLog)']) {
      assert.ok(said.includes(kept), kept);
    }
    assert.doesNotMatch(said, /Show|Log\]/);
  });

  it('says every text of the bundle and of the manifest otherwise, with the same holes', () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'l10n-'));
    try {
      assert.equal(run('--pseudo', folder).status, 0);
      const read = (file: string): Record<string, string> =>
        JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'));
      const bundle = read('l10n/bundle.l10n.qps-ploc.json');
      assert.ok(Object.keys(bundle).length > 100);
      const holes = (text: string) => [...text.matchAll(/\{\d+\}/g)].map(String).sort();
      for (const [english, said] of Object.entries(bundle)) {
        assert.notEqual(said, english);
        assert.deepEqual(holes(said), holes(english), english);
      }
      const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.nls.json'), 'utf8'));
      assert.deepEqual(Object.keys(read('package.nls.qps-ploc.json')), Object.keys(manifest));
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is sorted, each text once', () => {
    assert.deepEqual(Object.keys(bundleOf(['b', 'a', 'b'])), ['a', 'b']);
  });
});
