// Files of five gigabytes (with holes, so that they take no room) open at once: only a page of them is read.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Previews } from '../../../src/preview/previews';
import { cleanUp, FIXTURES, tempFolder } from './support';

const SIZE = 5_000_000_000;
/** Reading all of them takes seconds even where the file is but a hole. */
const AT_ONCE_MS = 1500;
const MB = 1024 * 1024;

/** A file of `SIZE` bytes that begins and ends so. */
function huge(name: string, head: string | Uint8Array, tail: Uint8Array = new Uint8Array(0)) {
  const folder = tempFolder();
  const handle = fs.openSync(path.join(folder, name), 'w');
  fs.writeSync(handle, Buffer.from(head));
  if (tail.length > 0) fs.writeSync(handle, tail, 0, tail.length, SIZE - tail.length);
  else fs.ftruncateSync(handle, SIZE);
  fs.closeSync(handle);
  return { folder, path: name };
}

/** The same columns with the hole before the footer, which says where they are from the beginning on. */
function hugeParquet() {
  const small = fs.readFileSync(path.join(FIXTURES, 'indexed.parquet'));
  const footer = small.readUInt32LE(small.length - 8) + 8;
  return huge(
    'big.parquet',
    small.subarray(0, small.length - footer),
    small.subarray(small.length - footer),
  );
}

async function atOnce<T>(what: string, work: () => Promise<T>): Promise<T> {
  const [rss, begun] = [process.memoryUsage().rss, performance.now()];
  const result = await work();
  const ms = performance.now() - begun;
  const grown = (process.memoryUsage().rss - rss) / MB;
  if (process.env['RUNLENS_FIGURES'])
    console.log(`${what}: ${ms.toFixed(0)} ms, +${grown.toFixed(0)} MB`);
  assert.ok(ms < AT_ONCE_MS, `${what} took ${ms} ms`);
  assert.ok(grown < 100, `${what} took ${grown} MB`);
  return result;
}

const rows = (count: number, of: (row: number) => string): string =>
  Array.from({ length: count }, (_, row) => of(row)).join('');

describe('a file of five gigabytes', () => {
  afterEach(cleanUp);

  async function firstPage(at: { folder: string; path: string }) {
    const previews = new Previews();
    const facts = await atOnce(`facts of ${at.path}`, () => previews.facts(at));
    assert.deepEqual([facts.view.kind, facts.size], ['table', SIZE]);
    const page = await atOnce(`first page of ${at.path}`, () =>
      previews.table(at, { offset: 0, limit: 100 }),
    );
    assert.deepEqual([page.rows.length, page.sortable], [100, false]);
    return page;
  }

  it('of comma-separated values shows its first rows', async () => {
    const page = await firstPage(
      huge('big.csv', `row,x\n${rows(20_000, (row) => `${row},0.5\n`)}`),
    );
    assert.deepEqual(page.rows[99], [99, 0.5]);
    assert.equal(page.total, undefined);
  });

  it('of JSON lines shows its first rows', async () => {
    const page = await firstPage(
      huge(
        'big.jsonl',
        rows(20_000, (row) => `{"row":${row}}\n`),
      ),
    );
    assert.deepEqual([page.rows[99], page.total], [[99], undefined]);
  });

  it('of Parquet shows its first rows, and how many there are', async () => {
    const page = await firstPage(hugeParquet());
    const small = await new Previews().table(
      { folder: FIXTURES, path: 'indexed.parquet' },
      { offset: 0, limit: 100 },
    );
    assert.deepEqual(page.rows, small.rows);
    assert.equal(page.total, small.total);
  });

  it('of NumPy shows its first and last rows', async () => {
    const count = (SIZE - 128) / 8;
    const head = `{'descr': '<f8', 'fortran_order': False, 'shape': (${count},), }`.padEnd(117);
    const at = huge('big.npy', Buffer.from(`\x93NUMPY\x01\0\x76\0${head}\n`, 'latin1'));
    const page = await firstPage(at);
    assert.equal(page.total, count);
    const last = await atOnce('last page of big.npy', () =>
      new Previews().table(at, { offset: count - 100, limit: 100 }),
    );
    assert.equal(last.rows.length, 100);
  });

  it('of text shows its first lines', async () => {
    const at = huge(
      'big.log',
      rows(20_000, (row) => `line ${row}\n`),
    );
    const previews = new Previews();
    const facts = await atOnce('facts of big.log', () => previews.facts(at));
    assert.equal(facts.view.kind, 'text');
    const page = await atOnce('first part of big.log', () =>
      previews.text(at, { from: 0, bytes: 64 * 1024 }),
    );
    assert.ok(page.text.startsWith('line 0\nline 1\n') && page.text.endsWith('\n'));
  });

  it('of a pickle tells what it would import, on both sides of its data', async () => {
    const [before, after] = ['\x80\x04cos\nsystem\n\x8e', 'cshutil\nrmtree\n.'];
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(SIZE - before.length - 8 - after.length));
    const at = huge(
      'big.pkl',
      Buffer.concat([Buffer.from(before, 'latin1'), length]),
      Buffer.from(after, 'latin1'),
    );
    const { view } = await atOnce('facts of big.pkl', () => new Previews().facts(at));
    assert.ok(view.kind === 'pickle' && view.complete);
    assert.deepEqual([...view.globals].sort(), ['os.system', 'shutil.rmtree']);
  });
});
