// Rows of files: read by window, of unknown number, in parts, sorted, searched.
import assert from 'node:assert/strict';
import type { FileTable, TablePageRequest } from '../../src/protocol/files';
import {
  type Found,
  findCell,
  MOST_TAKEN,
  PART_ROWS,
  TableFile,
} from '../../webview/artifact/tableFile';
import { findNext, goToRow } from '../../webview/artifact/tableView';
import type { LiveAnswer } from '../../webview/shared/live';
import type { TableHandle } from '../../webview/shared/table/types';
import { setTexts } from '../../webview/shared/texts';
import { tableOf } from '../gallery/artifactHost';

const PLACE = { artifactId: 'a', path: 'x.csv' };
const soon = (ms = 10) => new Promise((resolve) => setTimeout(resolve, ms));

describe('rows of a file', () => {
  let asked: TablePageRequest[];
  let answer: (request: TablePageRequest) => FileTable;
  let file: TableFile;
  let revealed: number[];
  /** Of rows at which the focus stays where it is. */
  let columns: (string | undefined)[];
  const handle = {
    current: {
      focus: () => undefined,
      copy: async () => '',
      reveal: (row: number, at: Parameters<TableHandle['reveal']>[1] = {}) => {
        revealed.push(row);
        columns.push(at.keepsFocus ? at.columnId : undefined);
      },
    },
  };

  function open(rows: number, more: Partial<FileTable> = {}): void {
    answer = tableOf(rows, more);
    file = new TableFile(
      PLACE,
      async (request): Promise<LiveAnswer<FileTable>> => {
        asked.push(request);
        return { ok: true, value: answer(request) };
      },
      {
        now: Date.now,
        after: (ms, callback) => {
          const timer = setTimeout(callback, ms);
          return () => clearTimeout(timer);
        },
      },
    );
    file.start();
  }
  beforeEach(() => {
    asked = [];
    revealed = [];
    columns = [];
    setTexts({}, 'en');
  });
  afterEach(() => file.dispose());

  it('are asked for by window, however many there are', async () => {
    open(50_000_000);
    await soon();
    assert.ok(asked.every(({ limit }) => limit <= 200));
    assert.equal(asked.length, 1);
    file.rows(5, 40);
    await soon();
    assert.equal(asked.length, 1);
  });

  it('are always some more than were read, until the end was seen', async () => {
    open(400);
    await soon();
    assert.equal(file.facts?.total, undefined);
    assert.ok(file.count! > file.reached && file.count! < 400);
    file.rows(file.count! - 20, file.count!);
    await soon();
    file.rows(380, 400);
    await soon();
    assert.equal(file.count, 400);
    assert.equal(file.facts?.total, 400);
  });

  it('of a wide table are asked for again behind the last that came', async () => {
    open(1000);
    const whole = answer;
    answer = (request) => whole({ ...request, limit: Math.min(7, request.limit) });
    await soon();
    file.rows(200, 260);
    await soon();
    const rows = file.rows(200, 260);
    assert.deepEqual(
      rows.map((row) => row?.value.index),
      Array.from({ length: 60 }, (_, i) => 200 + i),
    );
    assert.ok(asked.length > 8);
  });

  it('in another order are other rows', async () => {
    open(300, { total: 300 });
    await soon();
    file.rows(200, 220);
    await soon();
    const held = file.rows(210, 211)[0]?.id;
    assert.ok(held !== undefined && file.indexOf(held) === 210);
    file.setOrder({ column: 0, descending: true });
    await soon();
    // What is selected or focused is another row now: it is not taken for the one in its place.
    assert.equal(file.indexOf(held), undefined);
    assert.deepEqual(asked.at(-1)?.orderBy, { column: 0, descending: true });
    // Rows that were held in the old order are not taken for rows of the new one.
    assert.equal(file.rows(0, 1)[0], undefined);
    await soon();
    assert.equal(file.rows(0, 1)[0]?.value.cells[0], 1_700_000_299);
  });

  it('beyond a million are another part', async () => {
    open(3 * PART_ROWS + 10, { total: 3 * PART_ROWS + 10 });
    await soon();
    assert.equal(file.count, PART_ROWS);
    assert.match(await goToRow(file, handle, '3,000,005'), /^Row 3,000,005$/);
    await soon();
    assert.deepEqual([file.base, file.count, revealed], [3 * PART_ROWS, 10, [4]]);
    assert.equal(file.rows(4, 5)[0]?.value.index, 3 * PART_ROWS + 4);
  });

  it('are gone to by number, also behind what was read', async () => {
    open(5000);
    await soon();
    assert.equal(await goToRow(file, handle, '4000'), 'Row 4,000');
    assert.deepEqual(revealed, [3999]);
    assert.match(await goToRow(file, handle, '5001'), /There is no row 5,001/);
    for (const text of ['0', 'x', '-3', '1e3']) {
      assert.match(await goToRow(file, handle, text), /is no row/, text);
    }
    assert.deepEqual(revealed, [3999]);
  });

  it('are searched on from the last match, and from the top after the end', async () => {
    open(30);
    await soon();
    const last = { current: undefined };
    const found = async () => (await findNext(file, handle, 'STATION 7', last)).said;
    assert.equal(await found(), 'Row 8, station');
    assert.equal(await found(), 'Row 22, station');
    assert.match(await found(), /Not found up to the end/);
    assert.equal(await found(), 'Row 8, station');
    assert.deepEqual(revealed, [7, 21, 7]);
    // In its column, and the focus stays in the field, so that Enter goes on.
    assert.deepEqual(columns, ['c2', 'c2', 'c2']);
  });

  it('that were found far behind what was seen are there at once, and the end is told', async () => {
    open(1900);
    await soon();
    assert.ok(file.count! < 500);
    const begun = performance.now();
    const { said, isFound } = await findNext(file, handle, '1700001888', { current: undefined });
    assert.deepEqual([said, isFound], ['Row 1,889, time', true]);
    assert.ok(performance.now() - begun < 2000);
    assert.deepEqual([revealed, file.count, file.facts?.total], [[1888], 1900, 1900]);
  });

  it('are searched in portions', async () => {
    open(100_000);
    await soon();
    const last = { current: undefined };
    const next = async () => (await findNext(file, handle, 'nowhere', last)).said;
    assert.match(await next(), /Not in rows 1 to 2,000/);
    assert.match(await next(), /Not in rows 2,001 to 4,000/);
    assert.ok(asked.every(({ limit }) => limit <= 1000));
  });

  it('are searched on behind the end of a part', async () => {
    open(PART_ROWS + 50);
    await soon();
    const last: { current: Found | undefined } = { current: { index: PART_ROWS - 10, column: -1 } };
    const next = async () => (await findNext(file, handle, 'nowhere', last)).said;
    assert.match(await next(), /Not in rows 999,991 to 1,000,000/);
    assert.match(await next(), /Not found up to the end/);
    assert.equal(file.base, PART_ROWS);
  });

  it('are not all taken at once', async () => {
    open(100_000);
    await soon();
    await assert.rejects(file.all(0, MOST_TAKEN + 1), /At most/);
    assert.equal((await file.all(10, 2510)).length, 2500);
  });

  it('tell each note once', async () => {
    open(5000, { note: 'Row 3 has no end.' });
    await soon();
    await file.all(0, 3000);
    assert.deepEqual(file.facts?.notes, ['Row 3 has no end.']);
  });
});

describe('finding a cell', () => {
  const rows = [
    { id: '0', value: { index: 0, cells: ['Ab', null, 12.5] } },
    { id: '1', value: { index: 1, cells: [false, 'abc'] } },
  ];
  for (const [text, after, found] of [
    ['ab', undefined, { index: 0, column: 0 }],
    ['ab', { index: 0, column: 0 }, { index: 1, column: 1 }],
    ['ab', { index: 1, column: 1 }, undefined],
    ['2.5', undefined, { index: 0, column: 2 }],
    ['false', undefined, { index: 1, column: 0 }],
    ['null', undefined, undefined],
  ] as const) {
    it(`${text} behind ${JSON.stringify(after)}`, () => {
      assert.deepEqual(findCell(rows, text, after), found);
    });
  }
});
