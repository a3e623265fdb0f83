// Texts for translators: found in the source as they are said, and shown in a pseudo language.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {
  bundleOf,
  pseudo,
  tablesUsed,
  textsIn,
  textsOfTable,
  unknownIn,
} from '../../../scripts/lib/l10n.mjs';

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
    [`t(\`of $${'{name}'}\`)`, []],
    ['t(text)', []],
    ["format('no'); at('no'); $t('no')", []],
    ['export function t(english: string) {}', []],
  ];
  for (const [source, texts] of cases) {
    it(JSON.stringify(source), () => assert.deepEqual(textsIn(source), texts));
  }

  it('are found in the tables that they are taken from', () => {
    const source = `const LOOKS: Record<string, Look> = {
      good: { icon: 'pass', text: 'went well' },
      'bad': { icon: 'error', text: "didn't" },
    };
    const WORDS = ['one', 'two'] as const;
    say(t(LOOKS[state].text), t(LOOKS[state]?.text), t(WORDS[at]), t(/* LOOKS.icon */ icon));`;
    assert.deepEqual(tablesUsed(source), [
      { table: 'LOOKS', property: 'text' },
      { table: 'LOOKS', property: 'text' },
      { table: 'WORDS', property: undefined },
      { table: 'LOOKS', property: 'icon' },
    ]);
    assert.deepEqual(textsOfTable(source, { table: 'LOOKS', property: 'text' }), [
      'went well',
      "didn't",
    ]);
    assert.deepEqual(textsOfTable(source, { table: 'WORDS', property: undefined }), ['one', 'two']);
    assert.equal(textsOfTable(source, { table: 'NONE', property: undefined }), undefined);
  });

  it('that stand nowhere are told', () => {
    assert.deepEqual(unknownIn("t('a'); t(\n  'b'); t(TABLE[x]); t(/* TABLE */ x); at(x)"), []);
    assert.deepEqual(unknownIn('say(t(name));'), ['t(name));']);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'l10n-'));
    try {
      const copy = path.join(folder, 'scripts');
      fs.cpSync(path.join(root, 'scripts/lib/l10n.mjs'), path.join(copy, 'lib/l10n.mjs'));
      fs.cpSync(SCRIPT, path.join(copy, 'l10n.mjs'));
      for (const name of ['src/extension', 'src/domain', 'src/protocol', 'webview', 'l10n']) {
        fs.mkdirSync(path.join(folder, name), { recursive: true });
      }
      fs.writeFileSync(path.join(folder, 'webview/page.ts'), "say(t('a'), t(name));\n");
      const script = path.join(copy, 'l10n.mjs');
      const { status, stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
      assert.match(stderr, /page\.ts: nobody can translate t\(name\)/);
      assert.equal(status, 1);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });

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
