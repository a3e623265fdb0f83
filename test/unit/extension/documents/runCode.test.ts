// Code of two runs: which files differ, with their texts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { changesBetween } from '../../../../src/extension/documents/runCode';

describe('the code of two runs', () => {
  let base: string;
  const write = (file: string, content: string | Uint8Array) => {
    const at = path.join(base, file);
    fs.mkdirSync(path.dirname(at), { recursive: true });
    fs.writeFileSync(at, content);
  };
  beforeEach(() => {
    base = fs.mkdtempSync(path.join(os.tmpdir(), 'code-'));
    fs.mkdirSync(path.join(base, 'a'));
    fs.mkdirSync(path.join(base, 'b'));
  });
  afterEach(() => fs.rmSync(base, { recursive: true, force: true }));

  const changes = () => changesBetween(path.join(base, 'a'), path.join(base, 'b'));

  it('differs in what was changed, added and removed, by path', async () => {
    write('a/same.py', 'x = 1\n');
    write('b/same.py', 'x = 1\n');
    write('a/steps/fit.py', 'rate = 0.1\n');
    write('b/steps/fit.py', 'rate = 0.2\n');
    write('a/gone.py', 'old\n');
    write('b/new.py', '');
    assert.deepEqual(await changes(), [
      { path: 'gone.py', before: 'old\n', after: undefined },
      { path: 'new.py', before: undefined, after: '' },
      { path: path.join('steps', 'fit.py'), before: 'rate = 0.1\n', after: 'rate = 0.2\n' },
    ]);
  });

  it('is not its repository, and of a binary file tells only that it differs', async () => {
    write('a/.git/HEAD', 'one');
    write('b/.git/HEAD', 'two');
    write('a/data.bin', new Uint8Array([0, 1]));
    write('b/data.bin', new Uint8Array([0, 2]));
    const [only, ...others] = await changes();
    assert.deepEqual([only?.path, others.length], ['data.bin', 0]);
    assert.match(only?.before ?? '', /2 bytes, SHA-256 [0-9a-f]{64}/);
    assert.notEqual(only?.before, only?.after);
  });
});
