// What files are said to be: by content first, pickles and archives without loading or unpacking.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as zlib from 'node:zlib';
import { Previews } from '../../../src/preview/previews';
import { cleanUp, FIXTURES, fileOf, tempFolder, utf16 } from './support';

const previews = new Previews();
const fixture = (name: string) => previews.facts({ folder: FIXTURES, path: name });
const facts = (name: string, content: string | Uint8Array) => previews.facts(fileOf(name, content));

/** The head of a PNG of 3 × 5 pixels. */
const PNG = Buffer.from(
  '89504e470d0a1a0a0000000d49484452000000030000000508060000000000000000',
  'hex',
);
const GIF = Buffer.concat([Buffer.from('GIF89a\x03\0\x05\0', 'latin1'), Buffer.alloc(30)]);
const JPEG = Buffer.concat([
  Buffer.from('ffd8ffe000104a46494600010100000100010000ffc0000b080005000301011100', 'hex'),
  Buffer.alloc(10),
]);

afterEach(cleanUp);

describe('facts of a file', () => {
  it('tell its kind by its content first, and by its name else', async () => {
    const cases: [string, string | Uint8Array, object][] = [
      ['a.txt', PNG, { kind: 'image', mediaType: 'image/png', width: 3, height: 5 }],
      ['a.gif', GIF, { kind: 'image', mediaType: 'image/gif', width: 3, height: 5 }],
      ['a.jpg', JPEG, { kind: 'image', mediaType: 'image/jpeg', width: 3, height: 5 }],
      ['a.pdf', '%PDF-1.7\n', { kind: 'pdf', mediaType: 'application/pdf' }],
      ['a.wav', Buffer.from('RIFF\0\0\0\0WAVEfmt '), { kind: 'audio', mediaType: 'audio/wav' }],
      ['a.mp4', Buffer.from('\0\0\0\x20ftypisom'), { kind: 'video', mediaType: 'video/mp4' }],
      ['a.png', '<svg xmlns="x"></svg>', { kind: 'svg', mediaType: 'image/svg+xml' }],
      ['a.csv', 'a,b\n', { kind: 'table', format: 'csv' }],
      ['a.csv', utf16('a,b\n'), { kind: 'table', format: 'csv' }],
      ['a.json', '[{"a":1}]', { kind: 'table', format: 'json' }],
      ['a.json', '{"a":[1]}', { kind: 'text', language: 'json' }],
      ['a.md', '# x', { kind: 'markdown', language: 'markdown' }],
      ['a', '<!DOCTYPE html><p>', { kind: 'html', language: 'html' }],
      ['MLmodel', 'flavors: {}', { kind: 'mlmodel', language: 'yaml' }],
      ['a.py', 'x = 1', { kind: 'text', language: 'python' }],
      ['a.csv', '', { kind: 'text', language: 'plaintext' }],
      ['a.bin', Buffer.from([0, 1, 2, 255]), { kind: 'binary' }],
      ['a.csv', 'ID3,x\n', { kind: 'table', format: 'csv' }],
      // No property of every object is an ending that is known.
      ['a.constructor', 'x', { kind: 'text', language: 'plaintext' }],
      ['a.__proto__', 'x', { kind: 'text', language: 'plaintext' }],
      ['a.svg', '<!-- a --> <!-- b --><svg></svg>', { kind: 'svg', mediaType: 'image/svg+xml' }],
    ];
    for (const [name, content, view] of cases) {
      assert.deepEqual((await facts(name, content)).view, view, name);
    }
  });

  it('are told at once of a text that begins with thousands of comments', async () => {
    const begun = performance.now();
    const { view } = await facts('a.txt', '<!-- x -->\n'.repeat(5000));
    assert.deepEqual(view, { kind: 'text', language: 'plaintext' });
    assert.ok(performance.now() - begun < 2000);
  });

  it('say why a file is not what its name says', async () => {
    const parquet = fs.readFileSync(path.join(FIXTURES, 'none.parquet'));
    const cases: [string, string | Uint8Array, RegExp][] = [
      ['a.csv', Buffer.from([0, 1, 2, 255]), /no text/],
      ['a.parquet', parquet.subarray(0, 500), /cut short/],
      ['a.parquet', Buffer.from([0, 1, 2, 255]), /does not begin so/],
      ['a.parquet', 'text', /it is text/],
      ['a.zip', Buffer.from('PK\x03\x04 cut'), /cut short/],
    ];
    for (const [name, content, problem] of cases) {
      assert.match((await facts(name, content)).problem ?? '', problem, name);
    }
  });

  it('tell the first bytes of what nothing else is known of', async () => {
    assert.equal((await facts('a.bin', Buffer.from([0, 1, 2, 255]))).head, '000102ff');
    assert.equal((await facts('a.bin', Buffer.alloc(5000))).head?.length, 1024);
    assert.equal((await facts('a.txt', 'text')).head, undefined);
  });

  it('tell what an MLmodel says, and why it cannot be read', async () => {
    const { model, problem } = await facts('MLmodel', 'flavors:\n  sklearn: {}\n');
    assert.deepEqual([model?.flavors, problem], [['sklearn'], undefined]);
    const broken = await facts('MLmodel', 'flavors: [');
    assert.equal(broken.model, undefined);
    assert.match(broken.problem ?? '', /MLmodel file cannot be read/);
  });

  it('tell size, time and place', async () => {
    const at = fileOf('a.txt', 'text');
    const { file, size, modified } = await previews.facts(at);
    assert.deepEqual([file, size], [path.join(at.folder, 'a.txt'), 4]);
    assert.ok(Math.abs(modified - Date.now()) < 60_000);
  });
});

describe('facts of pickles', () => {
  it('name what they would import: plain, old, packed, in arrays and archives', async () => {
    const decimal = { kind: 'pickle', globals: ['decimal.Decimal'], complete: true };
    for (const name of ['decimal.pkl', 'packed.joblib', 'torch.pt']) {
      assert.deepEqual((await fixture(name)).view, decimal, name);
    }
    const { view } = await fixture('objects.npy');
    assert.ok(view.kind === 'pickle' && view.globals.includes('decimal.Decimal') && view.complete);
    assert.deepEqual((await fixture('old.pkl')).view.kind, 'pickle');
  });

  it('say when they could not be followed to the end', async () => {
    const { view } = await fixture('array.joblib');
    assert.ok(view.kind === 'pickle' && !view.complete);
    assert.ok(view.globals.includes('numpy.ndarray'));
    const whole = fs.readFileSync(path.join(FIXTURES, 'decimal.pkl'));
    const cut = (await facts('a.pkl', whole.subarray(0, whole.length - 1))).view;
    assert.deepEqual(cut, { kind: 'pickle', globals: ['decimal.Decimal'], complete: false });
  });

  it('pass over long contents without reading them', async () => {
    const length = 300 * 1024 * 1024;
    const head = Buffer.from(`\x80\x04\x8e${'\0'.repeat(8)}`, 'latin1');
    head.writeBigUInt64LE(BigInt(length), 3);
    const at = fileOf('big.pkl', head);
    const file = path.join(at.folder, at.path);
    fs.truncateSync(file, head.length + length);
    fs.appendFileSync(file, Buffer.from('0cos\nsystem\n.', 'latin1'));
    const begun = performance.now();
    const { view } = await previews.facts(at);
    assert.deepEqual(view, { kind: 'pickle', globals: ['os.system'], complete: true });
    assert.ok(performance.now() - begun < 2000);
  });
});

describe('facts of archives', () => {
  it('list what is in them, with long names', async () => {
    const zip = (await fixture('two.npz')).view;
    assert.ok(zip.kind === 'archive');
    assert.deepEqual(
      zip.entries.map(({ path: name }) => name),
      ['a.npy', 'b.npy'],
    );
    const tar = (await fixture('long.tar.gz')).view;
    assert.ok(tar.kind === 'archive');
    assert.equal(tar.total, 3);
    assert.deepEqual(tar.entries[2], { path: `folder/${'x'.repeat(120)}2.txt`, size: 5000 });
    const pax = (await fixture('pax.tar')).view;
    assert.deepEqual(pax, {
      kind: 'archive',
      entries: [{ path: `${'é'.repeat(80)}.txt`, size: 1 }],
      total: 1,
    });
  });

  it('unpack no bomb: what comes behind 256 MB is not looked for, nor kept in memory', async () => {
    const length = 300 * 1024 * 1024;
    const header = (name: string, size: number) => {
      const block = Buffer.alloc(512);
      block.write(name, 0);
      block.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
      block.write('0', 156);
      block.write('ustar', 257);
      return block;
    };
    const parts = [header('bomb.bin', length), Buffer.alloc(length), header('late.bin', 0)];
    const packed = Buffer.concat(parts.map((part) => zlib.gzipSync(part, { level: 1 })));
    const before = process.memoryUsage().rss;
    const { view, problem } = await facts('bomb.tar.gz', packed);
    const entries = [{ path: 'bomb.bin', size: length }];
    assert.deepEqual(view, { kind: 'archive', entries, total: 1 });
    assert.match(problem ?? '', /first part/);
    assert.ok(process.memoryUsage().rss - before < 64 * 1024 * 1024);
  }).timeout(30_000);

  it('say so of a directory that would lie beyond all files', async () => {
    const record = Buffer.alloc(56);
    record.writeUInt32LE(0x06064b50, 0);
    record.fill(0xff, 24);
    const locator = Buffer.alloc(20);
    locator.writeBigUInt64LE(4n, 8);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.fill(0xff, 8, 20);
    const zip = Buffer.concat([Buffer.from('PK\x03\x04'), record, locator, end]);
    assert.match((await facts('a.zip', zip)).problem ?? '', /damaged/);
  });

  it('say that an archive is damaged', async () => {
    const whole = fs.readFileSync(path.join(FIXTURES, 'long.tar.gz'));
    assert.match(
      (await facts('a.tar.gz', whole.subarray(0, whole.length - 30))).problem ?? '',
      /damaged/,
    );
  });
});

describe('files below a folder', () => {
  it('are the only ones that are read', async () => {
    const folder = tempFolder();
    const inner = path.join(folder, 'run');
    fs.mkdirSync(path.join(inner, 'sub'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'secret.txt'), 'secret');
    fs.writeFileSync(path.join(inner, 'sub', 'a.txt'), 'a');
    fs.symlinkSync(path.join(folder, 'secret.txt'), path.join(inner, 'link.txt'));
    fs.symlinkSync(folder, path.join(inner, 'up'));
    fs.symlinkSync(path.join(inner, 'sub', 'a.txt'), path.join(inner, 'inside.txt'));
    const codeOf = async (wanted: string) =>
      previews.facts({ folder: inner, path: wanted }).then(
        () => 'read',
        (error: { code?: string }) => error.code,
      );
    assert.equal(await codeOf('sub/a.txt'), 'read');
    assert.equal(await codeOf('inside.txt'), 'read');
    for (const wanted of [
      '../secret.txt',
      'sub/../../secret.txt',
      'link.txt',
      'up/secret.txt',
      '/etc/passwd',
      '',
      '..',
      'a\\..\\b',
      'C:/x',
    ]) {
      assert.equal(await codeOf(wanted), 'path.invalid', wanted);
    }
    assert.equal(await codeOf('nothing.txt'), 'file.notFound');
    assert.equal(await codeOf('sub/a.txt/x'), 'file.notFound');
    assert.equal(await codeOf('sub'), 'file.invalid');
  });
});

describe('pages of text', () => {
  /** The whole text, read page by page. */
  async function readThrough(content: string | Uint8Array, bytes: number): Promise<string> {
    const at = fileOf('a.log', content);
    let text = '';
    for (let from = 0; ; ) {
      const page = await previews.text(at, { from, bytes });
      text += page.text;
      assert.ok(page.next > from || page.next === page.size, 'goes on');
      from = page.next;
      if (from >= page.size) return text;
    }
  }

  it('together are the file, cut at lines where there are some and never in a character', async () => {
    const text = `${'zeile ä€😀\n'.repeat(50)}${'😀é'.repeat(40)}`;
    for (const bytes of [4, 5, 6, 7, 33, 1000]) {
      assert.equal(await readThrough(text, bytes), text);
      assert.equal(await readThrough(`\ufeff${text}`, bytes), text);
      assert.equal(await readThrough(utf16(text), bytes), text);
      assert.equal(await readThrough(utf16(text, true), bytes), text);
    }
    const page = await previews.text(fileOf('a.log', 'one\ntwo\nthree'), { from: 0, bytes: 10 });
    assert.deepEqual(page, { text: 'one\ntwo\n', next: 8, size: 13 });
  });
});
