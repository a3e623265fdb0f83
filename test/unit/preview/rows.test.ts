// Rows of texts: scanners against papaparse and JSON, and the index of where rows begin.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import Papa from 'papaparse';
import { splitter } from '../../../src/preview/delimited';
import { encodingOf, unitsOf } from '../../../src/preview/encoding';
import { RowIndex } from '../../../src/preview/rowIndex';
import { type RowLayout, rowScanner } from '../../../src/preview/rowScanners';
import { CountedBytes, utf16 } from './support';

const CSV: RowLayout = { kind: 'delimited', delimiter: ',', newline: '\n' };
const LINES: RowLayout = { kind: 'lines' };
const ARRAY: RowLayout = { kind: 'array', begin: 0 };

/** The rows of a text that comes in parts of some lengths. */
function rowsOf(layout: RowLayout, text: string, parts: readonly number[] = []): string[] {
  const bytes = new TextEncoder().encode(text);
  const found: string[] = [];
  const scanner = rowScanner(layout, 0, (start, end) =>
    found.push(new TextDecoder().decode(bytes.subarray(start, end))),
  );
  let at = 0;
  for (const length of [...parts, bytes.length]) {
    scanner.scan(bytes.subarray(at, at + length), at);
    at = Math.min(bytes.length, at + length);
  }
  scanner.finish(bytes.length);
  return found;
}

const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r\n', ' ', ';', '1') });
const lengths = fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 20 });

type Rows = readonly (readonly string[])[];

/** By papaparse alone, or row by row. An empty line is no row; `""` is one, which papaparse cannot tell. */
const filled = (rows: Rows): Rows => rows.filter((row) => row.length > 1 || row[0] !== '');
const parsed = (text: string, newline: '\n' | '\r\n' = '\n'): Rows =>
  Papa.parse<string[]>(text, { newline, delimiter: ',' }).data;
const byRow = (text: string, parts: readonly number[]): Rows =>
  rowsOf(CSV, text, parts).map(splitter(','));

describe('rows of a delimited text', () => {
  it('are those of papaparse, however it is written and comes in parts', () => {
    const table = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    const newlines = fc.constantFrom('\n' as const, '\r\n' as const);
    fc.assert(
      fc.property(table, newlines, fc.boolean(), lengths, (rows, newline, quotes, parts) => {
        const text = Papa.unparse(rows, { newline, quotes });
        assert.deepEqual(filled(byRow(text, parts)), filled(parsed(text, newline)));
      }),
      { numRuns: 2000 },
    );
  });

  it('are those of papaparse for any text, also with quotes that make no sense', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ') });
    fc.assert(
      fc.property(text, lengths, (given, parts) => {
        assert.deepEqual(filled(byRow(`${given}\n`, parts)), filled(parsed(`${given}\n`)));
      }),
      { numRuns: 3000 },
    );
  });

  it('are one even where it is an empty text in quotes', () => {
    assert.deepEqual(rowsOf(CSV, 'a\n""\n\nb'), ['a', '""', 'b']);
  });

  it('end in a carriage return alone where the text has no other line ends', () => {
    const layout: RowLayout = { kind: 'delimited', delimiter: ',', newline: '\r' };
    assert.deepEqual(rowsOf(layout, 'a,b\r1,"x\ry"\r\r2,3'), ['a,b', '1,"x\ry"', '2,3']);
  });
});

describe('rows of lines', () => {
  it('are the lines that are not empty', () => {
    assert.deepEqual(rowsOf(LINES, '{}\r\n\n{"a":1}\n\r\n', [1, 2, 3]), ['{}', '{"a":1}']);
    assert.deepEqual(rowsOf(LINES, 'a\nb'), ['a', 'b']);
    assert.deepEqual(rowsOf(LINES, ''), []);
  });
});

describe('rows of a JSON array', () => {
  it('are its items, whatever is in them and however it is spaced', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.constantFrom(0, 1, '\t'),
        lengths,
        (items, space, parts) => {
          const text = ` ${JSON.stringify(items, null, space)}\n`;
          const found = rowsOf(ARRAY, text, parts).map((row) => JSON.parse(row));
          assert.deepEqual(found, JSON.parse(JSON.stringify(items)));
        },
      ),
    );
  });
});

/** Rows `0,xxxx…` of about the same length. */
const numbered = (count: number): string =>
  Array.from({ length: count }, (_, i) => `${i},${'x'.repeat(90 + (i % 7))}`).join('\n');

const textOf = (bytes: Uint8Array, layout: RowLayout = CSV) => ({
  encoding: encodingOf(bytes),
  layout,
});

describe('the index of rows', () => {
  it('finds any page, in any order, as a whole reading does', async () => {
    const text = numbered(30_000);
    const bytes = Buffer.from(text);
    const lines = text.split('\n');
    const index = new RowIndex(textOf(bytes), 8);
    for (const offset of [29_990, 0, 12_345, 29_999, 30_000, 1]) {
      const ranges = await index.find(new CountedBytes(bytes), { offset, limit: 20 });
      const found = ranges.map(({ start, end }) => bytes.subarray(start, end).toString());
      assert.deepEqual(found, lines.slice(offset, offset + 20));
    }
    assert.equal(index.total, 30_000);
    assert.ok(index.entries <= 8 && index.entries > 2, `${index.entries} entries`);
  });

  it('reads less than a megabyte for the first page, and little for a page it knows', async () => {
    const bytes = Buffer.from(numbered(200_000));
    const index = new RowIndex(textOf(bytes));
    const first = new CountedBytes(bytes);
    await index.find(first, { offset: 0, limit: 1000 });
    assert.ok(first.read_ < 1024 * 1024, `${first.read_} bytes`);
    assert.equal(index.total, undefined);
    await index.find(new CountedBytes(bytes), { offset: 199_990, limit: 100 });
    assert.equal(index.total, 200_000);
    const again = new CountedBytes(bytes);
    assert.equal((await index.find(again, { offset: 123_456, limit: 100 })).length, 100);
    assert.ok(again.read_ < 256 * 1024, `${again.read_} bytes`);
  });

  it('finds rows of UTF-16 in both orders of bytes', async () => {
    for (const isBig of [false, true]) {
      const bytes = utf16('a,b\r\n1,"é\n😀"\r\n2,x', isBig);
      const encoding = encodingOf(bytes);
      const ranges = await new RowIndex({ encoding, layout: CSV }).find(new CountedBytes(bytes), {
        offset: 1,
        limit: 2,
      });
      const found = ranges.map(({ start, end }) =>
        String.fromCharCode(...unitsOf(encoding, new Uint8Array(bytes.subarray(start, end)))),
      );
      assert.deepEqual(found, ['1,"é\n😀"', '2,x']);
    }
  });

  it('stops when nobody waits any more, and goes on from there the next time', async () => {
    const bytes = Buffer.from(numbered(50_000));
    const index = new RowIndex(textOf(bytes));
    let blocks = 0;
    const stopped = await index.find(
      new CountedBytes(bytes),
      { offset: 49_000, limit: 5 },
      () => ++blocks > 3,
    );
    assert.deepEqual(stopped, []);
    assert.equal(index.total, undefined);
    assert.equal(
      (await index.find(new CountedBytes(bytes), { offset: 49_999, limit: 5 })).length,
      1,
    );
  });
});
