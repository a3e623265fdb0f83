// Exports as tables and lines, and what they never do to what is there already.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import type { ExportRequest } from '../../../src/protocol/control';
import type { Store } from '../../../src/store/store';
import { csvLine } from '../../../src/transfer/export/csv';
import { yamlText } from '../../../src/transfer/export/mlrunsFiles';
import { cleanUp, createExperiment, createRun, log, open, tempFolder } from '../store/support';
import { counted, exportFrom } from './support';

describe('exporting', () => {
  let store: Store;
  let folder: string;

  beforeEach(async () => {
    store = await open(tempFolder());
    folder = tempFolder();
    await store.commit(
      createExperiment('3'),
      createRun('r1'),
      createRun('r2', { experimentId: '3' }),
    );
    const metrics = [
      { key: 'loss', step: 2, timestamp: 20, value: Number.NaN },
      { key: 'loss', step: 1, timestamp: 10, value: 0.5 },
    ];
    await store.commit(log('r1', { metrics, params: { 'a,b': 'say "hi"\n' }, tags: { t: '1' } }));
    await store.commit({ type: 'run.update', runId: 'r2', status: 'FINISHED', endTime: 6500 });
  });
  afterEach(cleanUp);

  const exported = async (name: string, more: Partial<ExportRequest> = {}) => {
    const target = path.join(folder, name);
    const progress = await exportFrom(store, { format: 'csv', path: target, ...more });
    return { target, progress, text: () => fs.readFileSync(target, 'utf8') };
  };

  it('gives a row for each run and a column for each key that any has', async () => {
    const { text, progress } = await exported('runs.csv');
    const fixed =
      'run_id,run_name,experiment_id,experiment,status,user,start_time,end_time,duration_seconds';
    const rows = text().split('\r\n');
    assert.equal(rows[0], `${fixed},"params.a,b",metrics.loss,tags.mlflow.runName,tags.t`);
    assert.ok(
      text().includes(
        'r1,name of r1,0,Default,RUNNING,ada,1970-01-01T00:00:05.000Z,,,"say ""hi""\n",NaN,name of r1,1\r\n',
      ),
      text(),
    );
    assert.ok(
      text().includes(
        'r2,name of r2,3,e3,FINISHED,ada,1970-01-01T00:00:05.000Z,1970-01-01T00:00:06.500Z,1.5,,,name of r2,\r\n',
      ),
    );
    assert.deepEqual(counted(progress), { seen: 2, runs: 2 });
  });

  it('gives a line for each run with whole histories', async () => {
    const { text } = await exported('runs.jsonl', { format: 'jsonl' });
    const runs = text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const run = runs.find(({ runId }) => runId === 'r1');
    assert.deepEqual(run.metrics, {
      loss: [
        [1, 10, 0.5],
        [2, 20, 'NaN'],
      ],
    });
    assert.deepEqual(
      [run.params, run.experiment, run.endTime],
      [{ 'a,b': 'say "hi"\n' }, 'Default', null],
    );
  });

  it('takes the experiments and runs that were asked for', async () => {
    const ids = (text: string) =>
      text
        .split('\r\n')
        .slice(1, -1)
        .map((row) => row.split(',')[0]);
    assert.deepEqual(ids((await exported('a.csv', { experiments: ['e3'] })).text()), ['r2']);
    assert.deepEqual(ids((await exported('b.csv', { filter: "tags.t = '1'" })).text()), ['r1']);
    await assert.rejects(exported('c.csv', { experiments: ['none'] }), /No experiment is called/);
    await assert.rejects(exported('c.csv', { filter: 'nonsense = = 1' }));
    assert.deepEqual(fs.readdirSync(folder).sort(), ['a.csv', 'b.csv']);
  });

  it('replaces nothing without being asked, and never a folder that it did not make', async () => {
    fs.writeFileSync(path.join(folder, 'mine.csv'), 'mine');
    await assert.rejects(exported('mine.csv'), /is there already/);
    assert.equal(fs.readFileSync(path.join(folder, 'mine.csv'), 'utf8'), 'mine');
    assert.match((await exported('mine.csv', { overwrite: true })).text(), /^run_id/);
    fs.mkdirSync(path.join(folder, 'dir'));
    fs.writeFileSync(path.join(folder, 'dir', 'mine'), 'x');
    const mlruns = { format: 'mlruns', overwrite: true } as const;
    await assert.rejects(exported('dir', mlruns), /never replaced/);
    await assert.rejects(exported('dir', { overwrite: true }), /It is a folder/);
    await exported('out', mlruns);
    await exported('out', mlruns);
    await assert.rejects(exported('out', { format: 'mlruns' }), /is there already/);
    assert.deepEqual(fs.readdirSync(folder).sort(), ['dir', 'mine.csv', 'out']);
  });

  it('tells of keys that no folder can hold beside each other', async () => {
    await store.commit(log('r1', { params: { x: '1', 'x/y': '2' } }));
    const { progress, target } = await exported('out', { format: 'mlruns' });
    assert.equal(fs.readFileSync(path.join(target, '0', 'r1', 'params', 'x'), 'utf8'), '1');
    assert.equal(progress.notes.length, 1);
    assert.match(progress.notes[0]?.where ?? '', /x\/y$/);
  });
});

describe('texts of exports', () => {
  it('are YAML that reads back, in every version of YAML', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('yes', '1e3', '0777', 'null', '~', '12:30'),
    );
    fc.assert(
      fc.property(text, (value) => {
        for (const version of ['1.1', '1.2'] as const)
          assert.equal(parse(yamlText(value), { version }), value);
        // PyYAML lets none of these into a file.
        // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
        assert.doesNotMatch(yamlText(value), /[\u0000-\u001f\u007f-\u009f\ufeff]/);
      }),
    );
  });

  it('are cells that read back', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (cells) => {
        assert.deepEqual(readCsvLine(csvLine(cells)), cells);
      }),
    );
  });
});

/** As RFC 4180 says, character by character. */
function readCsvLine(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < line.length - 2; i++) {
    const c = line[i] ?? '';
    if (quoted && c === '"' && line[i + 1] === '"') cell += line[++i];
    else if (c === '"') quoted = !quoted;
    else if (c === ',' && !quoted) {
      cells.push(cell);
      cell = '';
    } else cell += c;
  }
  return [...cells, cell];
}
