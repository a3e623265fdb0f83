// What a comparison says of runs, and what it leaves out.
import assert from 'node:assert/strict';
import { isAnew } from '../../webview/charts/compareData';
import {
  type ComparedRun,
  compareSections,
  deltaOf,
  shownRows,
} from '../../webview/charts/compareRows';
import { imageAt, imageSeries } from '../../webview/charts/imageSeries';
import { detailOf, pipelineRun } from '../gallery/chartsHost';

const run = (
  name: string,
  more: {
    params?: Record<string, string>;
    metrics?: Record<string, number>;
    isCached?: boolean;
    patch?: string;
  },
): ComparedRun => ({
  runId: name,
  name,
  slot: 0,
  detail: detailOf({ runId: name, name, ...more }),
  environment: undefined,
  patch: more.patch,
  files: [],
  pipeline: more.isCached === undefined ? undefined : pipelineRun(name, more.isCached),
});
const rowsOf = (runs: ComparedRun[], id: string) =>
  compareSections(runs).find((section) => section.id === id)!.rows;

describe('a comparison', () => {
  it('shows metrics with what they differ from the first run by, and whether that is better', () => {
    const rows = rowsOf(
      [run('a', { metrics: { loss: 1, x: 1 } }), run('b', { metrics: { loss: 0.75, x: 1 } })],
      'metrics',
    );
    assert.deepEqual(rows[0]!.deltas, [undefined, { text: '−0.25', better: true }]);
    assert.deepEqual(rows[1]!.deltas, [undefined, { text: '=', better: undefined }]);
    assert.deepEqual(deltaOf('accuracy', 0.5, 0.25), { text: '−0.25', better: false });
    assert.equal(deltaOf('accuracy', 0.5, Number.NaN), undefined);
  });
  it('does not call values equal that only look it', () => {
    const runs = [
      run('a', { metrics: { loss: 0.123456789 } }),
      run('b', { metrics: { loss: 0.123456788 } }),
    ];
    assert.equal(rowsOf(runs, 'metrics')[0]!.isEqual, false);
  });
  it('says of each step whether it ran, how long, and why', () => {
    const rows = rowsOf([run('a', { isCached: false }), run('b', { isCached: true })], 'steps');
    const of = (key: string) => rows.find((row) => row.key === key)!.values;
    assert.deepEqual(of('load_data'), ['ran', 'cached']);
    assert.deepEqual(of('load_data: duration'), ['12 s', '–']);
    assert.equal(of('load_data: why')[0], 'first run');
    assert.match(of('load_data: why')[1]!, /nothing changed since/);
    assert.deepEqual(of('train: why'), ['first run', 'gamma 0.001 → 0.002']);
  });
  it('tells patches apart', () => {
    const rows = rowsOf([run('a', { patch: '+x\n' }), run('b', { patch: '+y\n' })], 'code');
    assert.equal(rows.find(({ key }) => key === 'Patch')!.isEqual, false);
  });
  it('hides what is equal, says how much, and searches keys and values', () => {
    const runs = [
      run('a', { params: { lr: '0.1', seed: '1', model: 'gru' } }),
      run('b', { params: { lr: '0.2', seed: '1', model: 'gru' } }),
    ];
    const rows = rowsOf(runs, 'params');
    const keys = (onlyDifferences: boolean, search: string) => {
      const shown = shownRows(rows, { onlyDifferences, search });
      return [shown.rows.map(({ key }) => key), shown.equal];
    };
    assert.deepEqual(keys(true, ''), [['lr'], 2]);
    assert.deepEqual(keys(false, ''), [['lr', 'seed', 'model'], 2]);
    assert.deepEqual(keys(false, 'GRU'), [['model'], 1]);
  });
});

describe('pictures of several runs', () => {
  const files = (...paths: string[]) => ({
    files: paths.map((path) => ({ path, isDirectory: false, size: 1, file: path })),
  });
  it('belong together by name, and go by step', () => {
    const series = imageSeries([
      files('images/cat%step%5%timestamp%17%abc.png', 'images/cat%step%0%timestamp%16%abd.png'),
      files('images/cat+step+10+timestamp+20+abc.png', 'plot.png', 'a/_step_3.txt'),
    ]);
    assert.deepEqual(
      series.map(({ name, steps }) => [name, steps]),
      [
        ['images/cat', [0, 5, 10]],
        ['plot.png', [0]],
      ],
    );
    assert.equal(imageAt(series[0]!.paths[0]!, 7), 'images/cat%step%5%timestamp%17%abc.png');
    assert.equal(imageAt(series[0]!.paths[1]!, 7), undefined);
  });
});

describe('a comparison', () => {
  it('is read anew when a pipeline of its runs has ended, since other steps outlive a run', () => {
    const ended = pipelineRun('p', false);
    const shown = new Set(['p']);
    assert.equal(isAnew({ type: 'pipeline', run: ended }, shown), true);
    assert.equal(isAnew({ type: 'pipeline', run: { ...ended, status: 'running' } }, shown), false);
    assert.equal(isAnew({ type: 'pipeline', run: { ...ended, id: 'q' } }, shown), false);
    assert.equal(isAnew({ type: 'reset', reason: '' }, new Set()), true);
  });
});
