// The page of facts: previews, statistics, heads of files; for what the SDK really writes.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { isAside, parsePreview } from '../../../../src/domain/artifactPreview';
import { artifactFacts } from '../../../../src/extension/documents/facts';
import {
  markdownTable,
  type Preview,
  previewLines,
} from '../../../../src/extension/documents/preview';
import { readPreview } from '../../../../src/extension/documents/readPreview';
import type { ArtifactRow } from '../../../../src/protocol/rows';

const ROW: ArtifactRow = {
  id: 'ab12',
  name: 'frame',
  version: '3',
  type: 'pandas.DataFrame',
  materializer: 'pandas',
  size: 2048,
  createdAt: 0,
  metadata: {
    shape: [2, 2],
    columns: ['n', 'text', 'late'],
    dtypes: ['int64', 'str', 'float64'],
    preview: '   n text',
    statistics: {
      n: { type: 'int64', count: 2, nulls: 0, min: 1, max: 2, mean: 1.5, std: 0.5, unique: 2 },
      text: { type: 'str', count: 1, nulls: 1 },
    },
    caution: 'A pickle of Python 3.12.',
    parameters: { C: '0.5' },
  },
  folder: '/x',
  files: [{ path: 'data.parquet', size: 2048 }],
  pipeline: 'training',
  stepId: 'train',
  tags: ['daily'],
  artifactType: 'data_analysis',
};
const TABLE: Preview = {
  kind: 'table',
  columns: ['', 'n', 'text'],
  rows: [
    ['0', '1', 'a|b'],
    ['1', '2', ''],
  ],
  total: 1000,
  allColumns: 30,
};

describe('the page of an artifact', () => {
  it('has statistics, the schema of the other columns, parameters, cautions and a preview', () => {
    const page = artifactFacts(ROW, undefined, TABLE);
    assert.match(page, /\| Kind \| data_analysis \|/);
    assert.match(page, /\| Tags \| daily \|/);
    assert.match(page, /^> A pickle of Python 3\.12\.$/m);
    assert.match(page, /^\| C +\| 0\.5 +\|$/m);
    assert.match(page, /^\| n +\| int64 \| 2 +\| 0 +\| 1 +\| 2 +\| 1\.5 +\| 0\.5 +\| 2 +\|$/m);
    assert.match(page, /^\| late +\| float64 \|$/m);
    assert.match(page, /^\| 0 +\| 1 +\| a\\\|b \|$/m);
    assert.match(page, /^2 of 1000 rows, 3 of 30 columns are shown\.$/m);
    assert.doesNotMatch(page, /\| (statistics|columns|preview) \|/);
  });

  it('shows the parameters of a model once', () => {
    const rows = [['C', '0.5']];
    const preview = { ...TABLE, columns: ['parameter', 'value'], rows };
    const page = artifactFacts(ROW, undefined, preview);
    assert.equal(page.match(/\| C +\| 0\.5/g)?.length, 1);
  });

  it('falls back on the text among the metadata', () => {
    assert.match(artifactFacts(ROW, undefined), /## Preview\n\n```text\n {3}n text\n```/);
  });

  it('shows statistics of one array as one row', () => {
    const metadata = { statistics: { count: 3, nulls: 0, min: 1, max: 3, mean: 2 } };
    assert.match(artifactFacts({ ...ROW, metadata }, undefined), /\n\| 3 +\| 0 +\| 1 +\| 3 +\| 2 /);
  });

  it('lists two hundred files of a folder and counts the others', () => {
    const files = Array.from({ length: 1203 }, (_, at) => ({ path: `content/${at}`, size: 1 }));
    const page = artifactFacts({ ...ROW, files }, undefined);
    assert.match(page, /- `content\/199` 1 B\n- and 1003 more files/);
  });
});

describe('previews', () => {
  const lines = (preview: Preview) => previewLines(preview, '/a b').join('\n');

  it('draws a histogram in text', () => {
    const text = lines({ kind: 'histogram', edges: [0, 0.5, 1], counts: [4, 1], first: ['0.1'] });
    assert.match(text, /^0 … 0\.5 {2}█{40} 4$/m);
    assert.match(text, /^0\.5 … 1 {2}█{10} 1$/m);
    assert.match(text, /First values: 0\.1/);
  });

  it('links a picture', () => {
    assert.equal(lines({ kind: 'image', file: 'a#.png' }), '[a#.png](file:///a%20b/a%23.png)');
  });

  it('fences a text that has fences', () => {
    const text = lines({ kind: 'text', text: 'x\n````\ny', language: '', cutFrom: 'data.md' });
    assert.match(text, /^`````\nx\n````\ny\n`````\n\nThe first part of `data\.md`\.$/);
  });

  it('are read from anything without a failure', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.constantFrom('table', 'histogram', 'image', 'text'),
        (v, kind) => {
          const value = typeof v === 'object' && v !== null ? { ...v, kind } : v;
          const preview = parsePreview(JSON.stringify(value));
          if (preview) previewLines(preview, '/x');
        },
      ),
    );
    assert.equal(parsePreview('{"kind":"histogram","edges":[1],"counts":[1]}'), undefined);
    for (const text of [
      '',
      '[]',
      '{"kind":"cube"}',
      '{"kind":"histogram","edges":[0],"counts":[3]}',
    ]) {
      assert.equal(parsePreview(text), undefined, text);
    }
    assert.deepEqual(parsePreview('{"kind":"histogram","edges":[0,1,2],"counts":[3,4]}'), {
      kind: 'histogram',
      edges: [0, 1, 2],
      counts: [3, 4],
      first: [],
    });
  });

  it('make tables whose lines are of one length', () => {
    const text = fc.string({ maxLength: 60 });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1 }), fc.array(fc.array(text)), (columns, rows) => {
        const made = markdownTable(columns, rows);
        assert.equal(made.length, rows.length + 2);
        assert.equal(new Set(made.map((line) => line.length)).size, 1);
        for (const line of made) assert.ok(!line.includes('\n'));
      }),
    );
  });
});

describe('reading a preview', () => {
  let folder: string;
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-preview-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true }));

  const read = (...names: string[]) =>
    readPreview({
      folder,
      files: names.map((name) => ({ path: name, size: fs.statSync(path.join(folder, name)).size })),
    });
  const write = (name: string, content: string | Buffer) =>
    fs.writeFileSync(path.join(folder, name), content);

  it('takes the one beside the data', async () => {
    write('_preview.json', JSON.stringify({ kind: 'image', file: 'image.png' }));
    write('data.json', '{}');
    assert.deepEqual(await read('_preview.json', 'data.json'), {
      kind: 'image',
      file: 'image.png',
    });
  });

  it('takes the head of a text where there is none, or it is no preview', async () => {
    write('_preview.json', 'nonsense');
    write('data.json', '{"a":1}');
    const found = await read('_preview.json', 'data.json');
    assert.deepEqual(found, {
      kind: 'text',
      text: '{"a":1}',
      language: 'json',
      cutFrom: undefined,
    });
  });

  it('reads the head of a file of five gigabytes only', async () => {
    write('data.csv', 'a,b\n1,2\n');
    fs.truncateSync(path.join(folder, 'data.csv'), 5 * 1024 ** 3);
    const sparse = await read('data.csv');
    assert.equal(sparse, undefined, 'zeros are no text');
    const handle = fs.openSync(path.join(folder, 'data.csv'), 'r+');
    const text = Buffer.from(`a${'ü'.repeat(10_000)}`);
    fs.writeSync(handle, text, 0, text.length, 0);
    fs.closeSync(handle);
    const before = process.memoryUsage().rss;
    const started = performance.now();
    const found = await read('data.csv');
    assert.ok(performance.now() - started < 500);
    assert.ok(process.memoryUsage().rss - before < 50 * 1024 ** 2);
    assert.ok(found?.kind === 'text' && found.text.startsWith('aüü'));
    assert.equal(found.cutFrom, 'data.csv');
    assert.ok(!found.text.includes('\ufffd'), 'a character that was cut is left out');
  });

  it('shows nothing of binary files and of what is gone', async () => {
    write('data.txt', Buffer.from([1, 0, 2]));
    assert.equal(await read('data.txt'), undefined);
    assert.equal(await readPreview({ folder, files: [{ path: 'no.txt', size: 1 }] }), undefined);
    assert.equal(await readPreview({ folder, files: [{ path: 'data.pkl', size: 1 }] }), undefined);
  });

  it('knows the SDK’s own files by their names', () => {
    assert.deepEqual(
      ['_preview.json', 'items/0/_pickle.json', 'data.json', 'a_b.txt'].map(isAside),
      [true, true, false, false],
    );
  });
});
