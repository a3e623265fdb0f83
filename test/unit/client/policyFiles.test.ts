// Which files a pattern of a cache policy matches, and when they are read again.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PolicyFileReader } from '../../../src/client/policyFiles';

const FILES = [
  'a.csv',
  'data/a.csv',
  'data/b.csv',
  'data/b.txt',
  'data/.hidden.csv',
  'data/deep/c.csv',
  'data/deep/er/d.csv',
  'data/x[1].csv',
  '.runlens/store.csv',
  '.git/e.csv',
];

const CASES: readonly (readonly [pattern: string, matches: readonly string[]])[] = [
  ['a.csv', ['a.csv']],
  ['./data//a.csv', ['data/a.csv']],
  ['data/*.csv', ['data/a.csv', 'data/b.csv', 'data/x[1].csv']],
  ['data/?.csv', ['data/a.csv', 'data/b.csv']],
  ['data/[!a].csv', ['data/b.csv']],
  ['data/[ab].*', ['data/a.csv', 'data/b.csv', 'data/b.txt']],
  ['data/.*.csv', ['data/.hidden.csv']],
  [
    'data/**/*.csv',
    ['data/a.csv', 'data/b.csv', 'data/deep/c.csv', 'data/deep/er/d.csv', 'data/x[1].csv'],
  ],
  ['*/deep/**', ['data/deep/c.csv', 'data/deep/er/d.csv']],
  ['**/d.csv', ['data/deep/er/d.csv']],
  ['data/deep', ['data/deep/c.csv', 'data/deep/er/d.csv']],
  ['data/deep/', ['data/deep/c.csv', 'data/deep/er/d.csv']],
  ['missing', []],
  ['data/*.json', []],
  ['../outside.csv', []],
  ['.runlens/*.csv', []],
  ['**/e.csv', []],
];

describe('files of cache policies', () => {
  let root = '';
  let reader: PolicyFileReader;
  beforeEach(() => {
    root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-')));
    for (const file of FILES) write(file, file);
    reader = new PolicyFileReader(root);
  });
  afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

  function write(file: string, text: string): void {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  const sha = (text: string) => createHash('sha256').update(text).digest('hex');

  for (const [pattern, expected] of CASES) {
    it(`${pattern} is ${expected.join(', ') || 'nothing'}`, async () => {
      const found = await reader.match(pattern);
      assert.deepEqual(
        found.map(({ path: file }) => file),
        expected,
      );
      for (const { path: file, digest } of found) assert.equal(digest, sha(file));
    });
  }

  it('reads a file again when it changed, and sees those that come and go', async () => {
    await reader.match('data/*.csv');
    write('data/a.csv', 'other text');
    write('data/c.csv', 'new');
    fs.rmSync(path.join(root, 'data/b.csv'));
    const found = await reader.match('data/?.csv');
    assert.deepEqual(found, [
      { path: 'data/a.csv', digest: sha('other text') },
      { path: 'data/c.csv', digest: sha('new') },
    ]);
  });

  it('counts a link by what it points to, and goes round no links of folders', async () => {
    fs.symlinkSync(path.join(root, 'a.csv'), path.join(root, 'data/link.csv'));
    fs.symlinkSync(root, path.join(root, 'data/deep/round'));
    const found = await reader.match('data/**/*.csv');
    assert.deepEqual(
      found.find(({ path: file }) => file === 'data/link.csv')?.digest,
      sha('a.csv'),
    );
    assert.equal(found.length, 6);
  });

  it('answers at once with what it knows, and says when that has changed', async () => {
    const changed = new Promise<void>((resolve) => void reader.onDidChange(resolve));
    assert.equal(reader.known('a.csv'), undefined);
    await changed;
    assert.deepEqual(reader.known('a.csv'), [{ path: 'a.csv', digest: sha('a.csv') }]);
  });
});
