// Artifact files: paths that must not escape, streaming writes, outputs that become read-only.
import * as assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { checkBlobPath } from '../../../src/store/blobPath';
import { createBlobs } from '../../../src/store/blobs';
import { nodeFiles } from '../../../src/store/files';
import { cleanUp, FaultyFiles, tempFolder } from './support';

async function* parts(...list: readonly (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of list) yield typeof part === 'string' ? Buffer.from(part) : part;
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
}

const GOOD = [
  'artifacts',
  'artifacts/0/abc/model/data.pkl',
  'artifacts/_/model/1',
  'artifacts/0/a/name with space.txt',
  'artifacts/0/a/äöü.png',
  'artifacts/0/a/.hidden',
  'artifacts/0/a/...hidden',
  'artifacts/0/a/100%.txt',
  'artifacts/0/a/images/dog%step%1%timestamp%17%5cab.png',
  'artifacts/0/a/console.log',
  'artifacts/0/a/a%20b',
];
const BAD = [
  '',
  '/',
  '/etc/passwd',
  'etc/passwd',
  'views/x',
  'artifactsx/a',
  'artifacts/',
  'artifacts//a',
  'artifacts/./a',
  'artifacts/..',
  'artifacts/../store',
  'artifacts/0/../../x',
  'artifacts/0/a/..',
  'artifacts/0/.. /x',
  'artifacts/0/..%2f..%2fx',
  'artifacts/%2e%2e/x',
  'artifacts/%2E./x',
  'artifacts/%252e%252e/x',
  'artifacts/%25252e%25252e%25252fx',
  '%2fetc/passwd',
  '%61rtifacts/..',
  'artifacts\\0\\a',
  'artifacts/0/..\\..\\x',
  'artifacts/0/%5c..%5cx',
  '\\\\server\\share',
  'C:/x',
  'C:\\x',
  'artifacts/C:/x',
  'artifacts/c%3a/x',
  'artifacts/0/a\0b',
  'artifacts/0/a%00b',
  'artifacts/0/CON',
  'artifacts/0/nul.txt',
  'artifacts/0/com1',
  'artifacts/0/LPT9.log',
  'artifacts/0/name.',
  'artifacts/0/name ',
];

describe('store blobs', () => {
  afterEach(cleanUp);

  it('takes ordinary paths', () => {
    for (const each of GOOD) assert.deepEqual(checkBlobPath(each), each.split('/'), each);
  });

  it('refuses what could lead elsewhere', () => {
    for (const each of BAD) {
      assert.throws(() => checkBlobPath(each), { code: 'path.invalid' }, JSON.stringify(each));
    }
  });

  it('any path that is taken stays in the folder, also decoded once or twice, on any system', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%',
      '2e',
      '2f',
      '5c',
      '25',
      'a',
      'C:',
      ' ',
    );
    const paths = fc.array(piece, { maxLength: 9 }).map((list) => `artifacts/${list.join('')}`);
    fc.assert(
      fc.property(paths, (each) => {
        try {
          checkBlobPath(each);
        } catch {
          return;
        }
        let form = each;
        for (let i = 0; i < 3; i++) {
          for (const system of [path.posix, path.win32]) {
            const resolved = system.resolve('/data', form);
            const inside = system.resolve('/data', 'artifacts');
            assert.ok(resolved === inside || resolved.startsWith(inside + system.sep), each);
          }
          form = form.replace(/%(2e|2f|5c|25|2E)/gi, (code) => decodeURIComponent(code));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('follows no symbolic link out of the folder', async () => {
    const [folder, outside] = [tempFolder(), tempFolder()];
    const blobs = createBlobs(folder, nodeFiles);
    fs.writeFileSync(path.join(outside, 'secret'), 's');
    await blobs.write('artifacts/0/a/real.txt', parts('x'));
    fs.symlinkSync(outside, path.join(folder, 'artifacts/0/a/out'));
    fs.symlinkSync(path.join(outside, 'secret'), path.join(folder, 'artifacts/0/a/file'));
    fs.symlinkSync('real.txt', path.join(folder, 'artifacts/0/a/inside'));
    for (const each of ['out', 'out/secret', 'out/new', 'file']) {
      const name = `artifacts/0/a/${each}`;
      assert.throws(() => blobs.resolve(name), { code: 'path.invalid' }, each);
      await assert.rejects(blobs.write(name, parts('y')), { code: 'path.invalid' });
      await assert.rejects(blobs.delete(name), { code: 'path.invalid' });
    }
    assert.equal(await textOf(blobs.read('artifacts/0/a/inside')), 'x');
    assert.equal(fs.readFileSync(path.join(outside, 'secret'), 'utf8'), 's');
    assert.deepEqual(fs.readdirSync(outside), ['secret']);
  });

  it('does not follow an artifact folder that is itself a link to elsewhere', () => {
    const [folder, outside] = [tempFolder(), tempFolder()];
    fs.symlinkSync(outside, path.join(folder, 'artifacts'));
    const blobs = createBlobs(folder, nodeFiles);
    assert.throws(() => blobs.resolve('artifacts/0/a'), { code: 'path.invalid' });
  });

  it('writes, reads, lists and deletes', async () => {
    const folder = tempFolder();
    const blobs = createBlobs(folder, nodeFiles);
    const written = await blobs.write('artifacts/0/a/sub/b.txt', parts('he', '', 'llo'));
    assert.deepEqual(written, {
      size: 5,
      sha256: createHash('sha256').update('hello').digest('hex'),
    });
    await blobs.write('artifacts/0/a/a.txt', parts());
    await blobs.write('artifacts/0/a/sub/b.txt', parts('again'));
    assert.equal(await textOf(blobs.read('artifacts/0/a/sub/b.txt')), 'again');
    const list = (await blobs.list('artifacts/0/a')).map((each) => [
      each.path,
      each.isDirectory,
      each.size,
    ]);
    assert.deepEqual(list, [
      ['a.txt', false, 0],
      ['sub', true, 0],
    ]);
    assert.deepEqual(await blobs.list('artifacts/0/none'), []);
    assert.deepEqual(await blobs.list('artifacts/0/a/a.txt'), []);
    assert.equal(await blobs.stat('artifacts/0/none'), undefined);
    assert.equal((await blobs.stat('artifacts/0/a/sub/b.txt'))?.size, 5);
    assert.deepEqual(
      (await blobs.list('artifacts')).map((each) => each.path),
      ['0'],
    );
    await blobs.delete('artifacts/0/a/sub');
    await blobs.delete('artifacts/0/a/sub');
    assert.deepEqual(
      (await blobs.list('artifacts/0/a')).map((each) => each.path),
      ['a.txt'],
    );
    await assert.rejects(blobs.delete('artifacts'), { code: 'path.invalid' });
  });

  it('streams bytes of any size and split exactly', async () => {
    const blobs = createBlobs(tempFolder(), nodeFiles);
    const size = 5 * 1024 * 1024 + 17;
    const bytes = Buffer.from(Array.from({ length: 4099 }, (_, i) => i % 251));
    const big = Buffer.concat(Array.from({ length: Math.ceil(size / bytes.length) }, () => bytes));
    const pieces: Uint8Array[] = [];
    for (let from = 0, step = 1; from < big.length; from += step, step = (step * 7) % 900_001) {
      pieces.push(big.subarray(from, from + step));
    }
    const written = await blobs.write('artifacts/0/a/big.bin', parts(...pieces));
    assert.equal(written.size, big.length);
    assert.equal(written.sha256, createHash('sha256').update(big).digest('hex'));
    const hash = createHash('sha256');
    for await (const chunk of blobs.read('artifacts/0/a/big.bin')) hash.update(chunk);
    assert.equal(hash.digest('hex'), written.sha256);
  });

  it('an upload that breaks off or a full disk leaves nothing behind and keeps the old file', async () => {
    const disk = new FaultyFiles();
    const folder = tempFolder();
    const blobs = createBlobs(folder, disk.layer);
    await blobs.write('artifacts/0/a/x', parts('old'));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('new');
      throw new Error('connection lost');
    }
    await assert.rejects(blobs.write('artifacts/0/a/x', broken()), /connection lost/);
    disk.fault = (call) => (call === 'later' ? 'fail' : undefined);
    await assert.rejects(blobs.write('artifacts/0/a/x', parts('new')), { code: 'ENOSPC' });
    assert.equal(await textOf(blobs.read('artifacts/0/a/x')), 'old');
    assert.deepEqual(fs.readdirSync(path.join(folder, 'artifacts/.staging')), []);
  });

  it('adopts a staged folder: renamed, read-only, with size, date and inode', async () => {
    const folder = tempFolder();
    const blobs = createBlobs(folder, nodeFiles);
    const staged = await blobs.stage('step1');
    assert.notEqual((await blobs.stage('step1')).path, staged.path);
    fs.mkdirSync(path.join(staged.absolute, 'parts'));
    fs.writeFileSync(path.join(staged.absolute, 'data.json'), '{}');
    fs.writeFileSync(path.join(staged.absolute, 'parts/1'), 'one');
    const files = await blobs.adopt(staged.path, 'artifacts/_/model/1');
    assert.deepEqual(
      files.map((file) => [file.path, file.size]),
      [
        ['data.json', 2],
        ['parts/1', 3],
      ],
    );
    const final = path.join(folder, 'artifacts/_/model/1/data.json');
    const stat = fs.statSync(final);
    assert.deepEqual([files[0]?.mtimeMs, files[0]?.ino], [stat.mtimeMs, stat.ino]);
    assert.equal(stat.mode & 0o777, 0o444);
    assert.ok(!fs.existsSync(staged.absolute));
    await blobs.delete('artifacts/_/model/1');
    assert.ok(!fs.existsSync(final));
  });

  it('adopts no link, and nothing over what is there', async () => {
    const folder = tempFolder();
    const blobs = createBlobs(folder, nodeFiles);
    const linked = await blobs.stage('s');
    fs.symlinkSync('/etc/hostname', path.join(linked.absolute, 'x'));
    const adopt = blobs.adopt(linked.path, 'artifacts/_/model/1');
    await assert.rejects(adopt, { code: 'path.invalid' });
    await blobs.write('artifacts/_/model/2/x', parts('there'));
    const other = await blobs.stage('s');
    await assert.rejects(blobs.adopt(other.path, 'artifacts/_/model/2'), { code: 'path.invalid' });
    assert.equal(await textOf(blobs.read('artifacts/_/model/2/x')), 'there');
  });

  it('refuses a step id that is a path', async () => {
    const blobs = createBlobs(tempFolder(), nodeFiles);
    await assert.rejects(blobs.stage('../../x'), { code: 'path.invalid' });
  });
});
