// Tables of every format through `Previews`, as the server asks: real files, and hostile ones.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { compareCells } from '../../../src/preview/cells';
import { parquetTable } from '../../../src/preview/parquet';
import { Previews } from '../../../src/preview/previews';
import { orderOf } from '../../../src/preview/table';
import type { TableCell } from '../../../src/protocol/files';
import { CountedBytes, cleanUp, FIXTURES, fileOf, utf16 } from './support';

const previews = new Previews();
const all = { offset: 0, limit: 1000 };
const fixture = (name: string) => ({ folder: FIXTURES, path: name });
const table = (name: string, content: string | Uint8Array) =>
  previews.table(fileOf(name, content), all);
const invalid = { code: 'file.invalid' };

afterEach(cleanUp);

describe('CSV as a table', () => {
  it('has types by its first rows, and texts where JSON has no such number', async () => {
    const text = 'id,x,flag,zip\n1,0.5,True,01234\n9007199254740993,NaN,false,1\n,-inf,,2\n';
    const { columns, rows, total, sortable, note } = await table('a.csv', text);
    assert.deepEqual(columns, [
      { name: 'id', type: 'number' },
      { name: 'x', type: 'number' },
      { name: 'flag', type: 'boolean' },
      { name: 'zip', type: 'text' },
    ]);
    assert.deepEqual(rows, [
      [1, 0.5, true, '01234'],
      ['9007199254740993', 'NaN', false, '1'],
      [null, '-inf', null, '2'],
    ]);
    assert.deepEqual({ total, sortable, note }, { total: 3, sortable: true, note: undefined });
  });

  it('is the same with a mark, in UTF-16, with CRLF and with other delimiters', async () => {
    const plain = 'name,n\n"Zoë, ""Z""\nx",1\n';
    const expected = [['Zoë, "Z"\nx', 1]];
    for (const content of [
      plain,
      `\ufeff${plain}`,
      plain.replace(/\n(?!x)/g, '\r\n'),
      utf16(plain),
      utf16(plain, true),
      'name;n\n"Zoë, ""Z""\nx";1\n',
    ]) {
      const { columns, rows } = await table('a.csv', content);
      assert.deepEqual(
        columns.map(({ name }) => name),
        ['name', 'n'],
      );
      assert.deepEqual(rows, expected);
    }
    const { rows } = await table('a.tsv', 'name\tn\nx,y\t1\n');
    assert.deepEqual(rows, [['x,y', 1]]);
  });

  it('says which rows do not fit, and shows what there is of them', async () => {
    const { rows, note } = await table('a.csv', 'a,b\n1\n1,2,3\n1,2\n');
    assert.deepEqual(rows, [
      [1, null],
      [1, 2],
      [1, 2],
    ]);
    assert.match(note ?? '', /1 row is with fewer fields.*1 row is with more fields/);
  });

  it('numbers its columns when the first row holds numbers', async () => {
    const { columns, rows, note } = await table('a.csv', '1,2\n3,4\n');
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['1', '2'],
    );
    assert.deepEqual(rows, [
      [1, 2],
      [3, 4],
    ]);
    assert.match(note ?? '', /no header/);
  });

  it('is cut cell by cell at 1000 characters, never within one', async () => {
    const { rows } = await table('a.csv', `a\n${'x'.repeat(999)}😀y\n`);
    assert.equal(rows[0]?.[0], `${'x'.repeat(999)}…`);
  });

  it('may have 10,000 columns: then a page has fewer rows, and says so', async () => {
    const row = (of: (i: number) => string) =>
      Array.from({ length: 10_000 }, (_, i) => of(i)).join(',');
    const text = [
      row((i) => `c${i}`),
      ...Array.from({ length: 60 }, (_, n) => row((i) => `${i + n}`)),
    ].join('\n');
    const at = fileOf('wide.csv', text);
    const { columns, rows, note } = await previews.table(at, { offset: 0, limit: 100 });
    assert.equal(columns.length, 10_000);
    assert.equal(rows.length, 50);
    assert.match(note ?? '', /50 rows are read at once/);
    const next = await previews.table(at, { offset: 50, limit: 100 });
    assert.deepEqual(
      next.rows.map((cells) => cells[9999]),
      Array.from({ length: 10 }, (_, i) => 10_049 + i),
    );
  });

  it('may have a line of 100 MB: its beginning is shown, and the rows behind it are found', async () => {
    const at = fileOf('long.csv', 'a,b\n1,2\n');
    const file = path.join(at.folder, at.path);
    for (let i = 0; i < 100; i++) fs.appendFileSync(file, 'x'.repeat(1024 * 1024));
    fs.appendFileSync(file, ',9\n3,4\n');
    const { rows, total, note } = await previews.table(at, { offset: 0, limit: 10 });
    assert.equal(total, 3);
    assert.deepEqual(
      [rows[0], rows[2]],
      [
        ['1', 2],
        ['3', 4],
      ],
    );
    assert.equal(rows[1]?.[0], `${'x'.repeat(1000)}…`);
    assert.match(note ?? '', /1 row is longer than 4 MB/);
  }).timeout(60_000);

  it('with a quote that is never closed is one long row, and nothing is lost or thrown', async () => {
    const { rows, total } = await table('a.csv', 'a,b\n1,2\n"3,4\n5,6\n');
    assert.equal(total, 2);
    assert.deepEqual(rows[1], ['3,4\n5,6\n', null]);
  });

  it('is sorted by numbers as numbers, with what is missing last', async () => {
    const at = fileOf(
      'a.csv',
      'x,s\n10,b\n9,a\n,c\nNaN,d\n9007199254740993,e\n9007199254740992,f\n',
    );
    const sorted = async (column: number, descending: boolean) =>
      (await previews.table(at, { ...all, orderBy: { column, descending } })).rows.map(
        ([, s]) => s,
      );
    assert.deepEqual(await sorted(0, false), ['a', 'b', 'f', 'e', 'c', 'd']);
    assert.deepEqual(await sorted(0, true), ['e', 'f', 'b', 'a', 'c', 'd']);
    assert.deepEqual(await sorted(1, true), ['f', 'e', 'd', 'c', 'b', 'a']);
    const page = await previews.table(at, {
      offset: 1,
      limit: 2,
      orderBy: { column: 0, descending: false },
    });
    assert.deepEqual(
      page.rows.map(([x]) => x),
      [10, '9007199254740992'],
    );
  });

  it('is not sorted beyond 64 MB, nor by a column that is not there', async () => {
    const at = fileOf('a.csv', 'a\n1\n');
    await assert.rejects(
      previews.table(at, { ...all, orderBy: { column: 1, descending: false } }),
      invalid,
    );
    fs.truncateSync(path.join(at.folder, at.path), 64 * 1024 * 1024 + 1);
    fs.writeFileSync(path.join(at.folder, at.path), Buffer.alloc(65 * 1024 * 1024, 'a,b\n1,2\n'));
    assert.equal((await previews.table(at, { offset: 0, limit: 1 })).sortable, false);
    await assert.rejects(
      previews.table(at, { ...all, orderBy: { column: 0, descending: false } }),
      invalid,
    );
  });

  it('is read anew when the file has changed', async () => {
    const at = fileOf('a.csv', 'a\n1\n');
    assert.deepEqual((await previews.table(at, all)).rows, [[1]]);
    fs.writeFileSync(path.join(at.folder, at.path), 'b\n2\n3\n');
    const { columns, rows } = await previews.table(at, all);
    assert.deepEqual([columns[0]?.name, rows], ['b', [[2], [3]]]);
  });
});

describe('the order of cells', () => {
  it('is one order: any list is sorted the same, whatever its order was', () => {
    const cell = fc.oneof(
      fc.double(),
      fc.constantFrom<TableCell>(
        null,
        'NaN',
        '',
        'a',
        'b',
        true,
        false,
        '-Infinity',
        'Infinity',
        '9007199254740993',
        '-90071992547409931',
      ),
    );
    const asCell = (value: TableCell) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    fc.assert(
      fc.property(fc.array(cell), fc.boolean(), (given, descending) => {
        const cells = given.map(asCell);
        const sort = (list: readonly TableCell[]) =>
          [...list].sort((a, b) => compareCells(a, b, descending));
        const key = (list: readonly TableCell[]) =>
          list.map((each) =>
            each === null || each === '' || each === 'NaN' ? '?' : each === 0 ? 0 : each,
          );
        assert.deepEqual(key(sort(cells)), key(sort([...cells].reverse())));
      }),
    );
  });
});

describe('the order of very many cells', () => {
  const keys = Array.from({ length: 50_001 }, (_, i) => (i * 7919) % 1000);

  it('is that of all together, equal ones as they were', async () => {
    const expected = keys
      .map((_, at) => at)
      .sort((a, b) => (keys[b] ?? 0) - (keys[a] ?? 0) || a - b);
    assert.deepEqual(await orderOf(keys, true), expected);
  });

  it('lets others have their turn meanwhile', async () => {
    let turns = 0;
    let next: NodeJS.Immediate | undefined;
    const count = () => {
      turns += 1;
      next = setImmediate(count);
    };
    count();
    await orderOf(keys, false);
    clearImmediate(next);
    assert.ok(turns > 3, `${turns}`);
  });
});

describe('JSON as a table', () => {
  it('of lines keeps whole numbers beyond 2^53, NaN and what is nested', async () => {
    const text =
      '{"a":1,"b":"1234567890123456789"}\n{"a":9007199254740993,"c":[1,{"d":null}]}\n{"a":NaN,"c":-Infinity}\n';
    const { columns, rows } = await table('a.jsonl', text);
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(rows, [
      [1, '1234567890123456789', null],
      ['9007199254740993', null, '[1,{"d":null}]'],
      ['NaN', null, '-Infinity'],
    ]);
  });

  it('takes no digits behind a point or before an exponent for a whole number', async () => {
    const numbers = [0.30000000000000004, 0.9664535356921388, 1.234567890123456e-9, 9.5e300];
    const text = numbers.map((value) => `{"a":${value},"b":9007199254740993}`).join('\n');
    const { rows, note } = await table('a.jsonl', text);
    assert.deepEqual(
      rows,
      numbers.map((value) => [value, '9007199254740993']),
    );
    assert.equal(note, undefined);
  });

  it('shows lines that are none, and says how many', async () => {
    const { rows, note } = await table('a.jsonl', '{"a":1}\nnot json\n{"a":2}\n');
    assert.deepEqual(rows, [[1], ['not json'], [2]]);
    assert.match(note ?? '', /1 row is no JSON/);
  });

  it('of an array is the same, also of lists, and of lines in a .json', async () => {
    assert.deepEqual((await table('a.json', '[ {"a":1},\n{"b":"]"} ]')).rows, [
      [1, null],
      [null, ']'],
    ]);
    assert.deepEqual((await table('a.json', '[[1,2],[3,[4]]]')).rows, [
      [1, 2],
      [3, '[4]'],
    ]);
    assert.equal((await table('a.json', '{"a":1}\n{"a":2}\n')).format, 'jsonl');
  });
});

describe('Parquet as a table', () => {
  for (const codec of ['snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'none']) {
    it(`is read page by page over row groups, compressed by ${codec}`, async () => {
      const { columns, rows, total } = await previews.table(fixture(`${codec}.parquet`), {
        offset: 18,
        limit: 4,
      });
      assert.deepEqual(
        columns.map(({ type }) => type),
        ['int64', 'double', 'text', 'int64', 'timestamp'],
      );
      assert.equal(total, 60);
      assert.deepEqual(
        rows.map(([i]) => i),
        [18, 19, 20, 21],
      );
      assert.deepEqual(rows[2], [
        20,
        20 / 59,
        'row 20',
        String(2n ** 60n + 20n),
        '2020-01-01T00:00:20.000Z',
      ]);
    });
  }

  it('shows nested values as JSON, bytes, dates and fine times', async () => {
    const { rows } = await previews.table(fixture('nested.parquet'), all);
    assert.deepEqual(rows, [
      [
        '[1,2]',
        '{"a":1,"b":"x"}',
        1,
        '1970-01-01',
        '00ff',
        '18446744073709551615',
        '{"k":1}',
        '1970-01-01T00:00:00.000001Z',
        'x',
      ],
      [null, '{"a":2,"b":null}', 2, '1970-01-02', 'a', 1, '{}', '1970-01-01T00:00:01.500Z', 'y'],
      ['[]', null, 3, null, null, 2, null, null, 'x'],
    ]);
  });

  it('is sorted', async () => {
    const orderBy = { column: 1, descending: true };
    const { rows } = await previews.table(fixture('zstd.parquet'), {
      offset: 0,
      limit: 2,
      orderBy,
    });
    assert.deepEqual(
      rows.map(([i]) => i),
      [59, 58],
    );
  });

  it('reads only the pages that it needs, by their index', async () => {
    const bytes = new CountedBytes(fs.readFileSync(path.join(FIXTURES, 'indexed.parquet')));
    const table = await parquetTable(bytes);
    bytes.read_ = 0;
    const { rows } = await table.page(bytes, { offset: 10_000, limit: 2 }, () => false);
    assert.deepEqual(rows, [
      [10_000, '0000000000002710'],
      [10_001, '0000000000002711'],
    ]);
    assert.ok(bytes.read_ < bytes.size / 4, `${bytes.read_} of ${bytes.size} bytes`);
  });

  it('that is cut short or damaged is refused with a reason', async () => {
    const whole = fs.readFileSync(path.join(FIXTURES, 'zstd.parquet'));
    for (const length of [4, 100, whole.length - 1]) {
      await assert.rejects(table('a.parquet', whole.subarray(0, length)), invalid);
    }
    let refused = 0;
    for (let at = 4; at < whole.length - 4; at += 97) {
      const damaged = Buffer.from(whole);
      damaged.fill(0xff, at, at + 8);
      await table('a.parquet', damaged).catch((error: { code?: string }) => {
        assert.equal(error.code, 'file.invalid', String(error));
        refused += 1;
      });
    }
    assert.ok(refused > 10);
  });
});

describe('.npy as a table', () => {
  const rowsOf = async (name: string) => (await previews.table(fixture(name), all)).rows;

  it('has rows of the first axis, in both orders of memory and of bytes', async () => {
    assert.deepEqual(await rowsOf('c.npy'), [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
    const { columns, rows, note } = await previews.table(fixture('fortran.npy'), {
      offset: 1,
      limit: 2,
    });
    assert.deepEqual(columns[3], { name: '1,1', type: 'int32' });
    assert.deepEqual(rows, [
      [6, 7, 8, 9, 10, 11],
      [12, 13, 14, 15, 16, 17],
    ]);
    assert.match(note ?? '', /shape \(4, 3, 2\)/);
  });

  it('knows numbers, texts, times and truth of every width', async () => {
    assert.deepEqual(await rowsOf('text.npy'), [['ab'], ['ñ😀']]);
    assert.deepEqual(await rowsOf('bytes.npy'), [['ab'], ['ÿ']]);
    assert.deepEqual(await rowsOf('times.npy'), [['2020-01-01T00:00:01.000Z'], ['NaT']]);
    assert.deepEqual(await rowsOf('int64.npy'), [[String(2n ** 62n)], [-1]]);
    assert.deepEqual(await rowsOf('half.npy'), [[0.5], ['NaN'], ['-Infinity'], [2 ** -24]]);
    assert.deepEqual((await rowsOf('single.npy')).slice(0, 2), [[0.1], [3.4e38]]);
    assert.deepEqual(await rowsOf('complex.npy'), [['1-2j']]);
    assert.deepEqual(await rowsOf('bool.npy'), [[true], [false]]);
    assert.deepEqual(await rowsOf('scalar.npy'), [[7]]);
  });

  it('is sorted, and refused when values are missing', async () => {
    const orderBy = { column: 0, descending: true };
    const { rows } = await previews.table(fixture('fortran.npy'), { offset: 0, limit: 1, orderBy });
    assert.deepEqual(rows, [[18, 19, 20, 21, 22, 23]]);
    const whole = fs.readFileSync(path.join(FIXTURES, 'c.npy'));
    await assert.rejects(table('a.npy', whole.subarray(0, whole.length - 1)), invalid);
    await assert.rejects(previews.table(fixture('objects.npy'), all), invalid);
  });

  it('is not sorted when it has more rows than memory is worth, however few bytes they take', async () => {
    const header = "{'descr': '|S0', 'fortran_order': False, 'shape': (900000000,), }".padEnd(117);
    const head = Buffer.from('\x93NUMPY\x01\0\x76\0', 'latin1');
    const at = fileOf('a.npy', Buffer.concat([head, Buffer.from(`${header}\n`)]));
    assert.equal((await previews.table(at, { offset: 0, limit: 1 })).sortable, false);
    const orderBy = { column: 0, descending: false };
    await assert.rejects(previews.table(at, { offset: 0, limit: 1, orderBy }), invalid);
  });
});
