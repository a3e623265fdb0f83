// A CSV file of 300 MB: its last page costs memory that does not grow with it, and a known page little time.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { Previews } from '../../../src/preview/previews';
import { cleanUp, tempFolder } from './support';

const ROWS_PER_BLOCK = 10_000;
const BLOCKS = 150;
const ROWS = ROWS_PER_BLOCK * BLOCKS;

function bigFile(): { folder: string; path: string } {
  const folder = tempFolder();
  const file = fs.openSync(path.join(folder, 'big.csv'), 'w');
  fs.writeSync(file, 'row,text\n');
  for (let block = 0; block < BLOCKS; block++) {
    const rows = Array.from({ length: ROWS_PER_BLOCK }, (_, i) => {
      const row = block * ROWS_PER_BLOCK + i;
      return `${row},"${'x'.repeat(195)}, ${row}"\n`;
    });
    fs.writeSync(file, rows.join(''));
  }
  fs.closeSync(file);
  return { folder, path: 'big.csv' };
}

describe('a big CSV file', () => {
  afterEach(cleanUp);

  it('is paged to its end in at most 64 MB, and then from anywhere at once', async () => {
    const at = bigFile();
    const size = fs.statSync(path.join(at.folder, at.path)).size;
    assert.ok(size > 300e6, `${size} bytes`);
    const previews = new Previews();
    const first = await previews.table(at, { offset: 0, limit: 100 });
    assert.deepEqual([first.rows[99]?.[0], first.total, first.sortable], [99, undefined, false]);
    const before = process.memoryUsage().rss;
    let most = before;
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss);
    }, 5);
    const begun = performance.now();
    const last = await previews.table(at, { offset: ROWS - 100, limit: 100 });
    const ms = performance.now() - begun;
    clearInterval(watch);
    assert.deepEqual([last.rows.length, last.rows[99]?.[0], last.total], [100, ROWS - 1, ROWS]);
    const grown = (Math.max(most, process.memoryUsage().rss) - before) / 1024 / 1024;
    if (process.env['RUNLENS_FIGURES']) console.log(`+${grown.toFixed(1)} MB, ${ms.toFixed(0)} ms`);
    assert.ok(grown <= 64, `${grown} MB more`);
    const again = performance.now();
    const middle = await previews.table(at, { offset: ROWS / 2, limit: 100 });
    const known = performance.now() - again;
    assert.equal(middle.rows[0]?.[0], ROWS / 2);
    if (process.env['RUNLENS_FIGURES']) console.log(`known page: ${known.toFixed(1)} ms`);
    assert.ok(known < 500, `${known} ms`);
  }).timeout(120_000);
});
