// Which columns the table of runs shows, in which order it asks for runs, and what is best.
import assert from 'node:assert/strict';
import { EMPTY_VIEW, type RunsView } from '../../src/domain/runsView';
import { parseOrder } from '../../src/domain/search/order';
import { RUNS } from '../../src/domain/search/subjects';
import type { ColumnsReply } from '../../src/protocol/runTable';
import {
  aggregateOf,
  askedColumns,
  chosenColumns,
  orderTerms,
  parseRef,
  refOf,
} from '../../webview/runs/columnChoice';
import { shortLabels } from '../../webview/runs/columns';
import { bestValues, extremesOf, sameMetrics } from '../../webview/runs/extremes';
import { layoutOf, PAGE_VIEW, withColumn, withLayout } from '../../webview/runs/pageView';
import { readKept, writeKept } from '../../webview/shared/kept';

const FACTS: ColumnsReply = {
  metrics: ['loss', 'acc', 'f1', 'system/cpu', 'a', 'b', 'c'].map((key) => ({ key, runs: 9 })),
  params: [
    { key: 'lr', runs: 9, differs: true, numeric: true },
    { key: 'model', runs: 9, differs: false, numeric: false },
  ],
  tags: [{ key: 'team', runs: 9, differs: false, numeric: false }],
  total: 9,
};
const OPTIONS = { facts: FACTS, isAcross: false, sameMetrics: new Set<string>() };
const ids = (view: RunsView, options: Partial<typeof OPTIONS> = {}) =>
  chosenColumns(view, { ...OPTIONS, ...options }).refs.map(({ id }) => id);

describe('columns of the runs page', () => {
  it('are at first the fixed ones, five metrics with a sparkline, and parameters that differ', () => {
    assert.deepEqual(ids(EMPTY_VIEW), [
      ...['check', 'eye', 'name', 'status', 'started', 'duration', 'spark.loss'],
      ...['metrics.loss', 'metrics.acc', 'metrics.f1', 'metrics.a', 'metrics.b', 'params.lr'],
    ]);
  });
  it('are first the metrics of most runs, of these first those of held-out data, last those of effort', () => {
    const names = ['epoch_seconds', 'loss', 'val/loss', 'step', 'test_acc', 'evaluations'];
    const metrics = [...names.map((key) => ({ key, runs: 9 })), { key: 'val/rare', runs: 3 }];
    const shown = ids(EMPTY_VIEW, { facts: { ...FACTS, metrics } });
    assert.deepEqual(
      shown.filter((id) => id.startsWith('metrics.')),
      ['val/loss', 'test_acc', 'loss', 'evaluations', 'epoch_seconds'].map(
        (key) => `metrics.${key}`,
      ),
    );
  });
  it('name the experiment when there are several', () => {
    assert.ok(ids(EMPTY_VIEW, { isAcross: true }).includes('experiment'));
  });
  it('show some parameters of a single run, of which nothing can differ', () => {
    const params = FACTS.params.map((each) => ({ ...each, differs: false }));
    assert.ok(ids(EMPTY_VIEW, { facts: { ...FACTS, params, total: 1 } }).includes('params.model'));
  });
  it('come and go by choice, and stay chosen when the table hides them', () => {
    const added = withColumn(EMPTY_VIEW, 'tags.team', true);
    assert.equal(ids(added).at(-1), 'tags.team');
    const hidden = withLayout(added, { ...layoutOf(added), hidden: ['tags.team', 'params.lr'] });
    assert.ok(!ids(hidden).includes('tags.team') && !ids(hidden).includes('params.lr'));
    assert.ok(ids(withColumn(hidden, 'params.lr', true)).includes('params.lr'));
  });
  it('leave out what is the same in all runs, and say how many', () => {
    const view = {
      ...['tags.team', 'params.model'].reduce((v, id) => withColumn(v, id, true), EMPTY_VIEW),
      isOnlyDiffering: true,
    };
    const chosen = chosenColumns(view, { ...OPTIONS, sameMetrics: new Set(['acc']) });
    assert.equal(chosen.same, 3);
    assert.ok(
      !chosen.refs.some(({ id }) => ['tags.team', 'params.model', 'metrics.acc'].includes(id)),
    );
  });
  it('are told by their ids, whatever dots a key has', () => {
    assert.deepEqual(parseRef('params.a.b'), { id: 'params.a.b', kind: 'param', key: 'a.b' });
    assert.deepEqual(parseRef('metrics.metrics.x')?.key, 'metrics.x');
    assert.equal(parseRef('params.'), undefined);
    assert.equal(parseRef('nothing'), undefined);
  });
  it('are labelled without the folders that all share', () => {
    assert.deepEqual(
      [...shortLabels(['val/loss', 'val/acc'])],
      [
        ['val/loss', 'loss'],
        ['val/acc', 'acc'],
      ],
    );
    assert.equal(shortLabels(['val/loss', 'train/loss']).get('val/loss'), 'val/loss');
    assert.equal(shortLabels(['val/loss']).size, 0);
  });
});

describe('what is asked for', () => {
  const view: RunsView = {
    ...EMPTY_VIEW,
    values: { loss: 'best', acc: 'best', odd: 'best', f1: 'first' },
    directions: { acc: 'min' },
  };
  it('of the best value is the extreme on the better side, else the last', () => {
    assert.deepEqual(
      ['loss', 'acc', 'odd', 'f1', 'other'].map((key) => aggregateOf(view, key)),
      ['min', 'min', 'last', 'first', 'last'],
    );
  });
  it('is nothing for attributes, and whether there is a metric for sparklines', () => {
    const refs = [refOf('spark', 'loss'), refOf('metric', 'loss'), refOf('tag', 't')];
    assert.deepEqual(
      askedColumns(view, refs).map(({ column }) => column),
      [
        { on: 'metric', key: 'loss', of: 'last' },
        { on: 'metric', key: 'loss', of: 'min' },
        { on: 'tag', key: 't' },
      ],
    );
  });
  it('is an order that the server reads as it was meant, whatever characters keys have', () => {
    const keys = ['loss', 'val/loss', 'learning rate', 'a`b', 'x DESC', 'max(y)'];
    const sort = keys.map((key) => ({ id: `metrics.${key}`, desc: true }));
    const orders = parseOrder(orderTerms({ ...view, sort }), RUNS);
    assert.deepEqual(
      orders.map(({ field, descending }) => [field.key, descending]),
      keys.map((key) => [key, true]),
    );
    assert.deepEqual(orders[0]?.field, { on: 'metric', key: 'loss', of: 'min' });
  });
  it('leaves out an order that cannot be said', () => {
    const sort = ['metrics.`"', 'spark.loss', 'eye', 'gone'].map((id) => ({ id, desc: false }));
    assert.deepEqual(orderTerms({ ...view, sort }), []);
    const plain = {
      ...view,
      sort: [
        { id: 'started', desc: false },
        { id: 'params.lr', desc: true },
      ],
    };
    assert.deepEqual(orderTerms(plain), ['start_time ASC', 'params.`lr` DESC']);
  });
});

describe('best values', () => {
  const cell = (min: number, max: number, n: number) => ({ n, left: 0, min, max, mean: 0 });
  const group = (...cells: ReturnType<typeof cell>[]) => ({
    values: ['a'],
    runs: 3,
    cells,
    filter: '',
  });
  const reply = {
    groups: [
      group(cell(1, 5, 3), cell(0.5, 0.9, 3), cell(7, 7, 2)),
      group(cell(0.2, 2, 2), { n: 0, left: 1 } as never, cell(7, 7, 3)),
    ],
    total: 2,
    runs: 5,
    seq: 1,
  };
  const found = extremesOf(reply, ['metrics.loss', 'metrics.acc', 'metrics.same']);
  it('are the extremes over all groups, on the side that is better', () => {
    assert.deepEqual(
      [...bestValues(found, EMPTY_VIEW)],
      [
        ['metrics.loss', 0.2],
        ['metrics.acc', 0.9],
      ],
    );
    const turned = { ...EMPTY_VIEW, directions: { loss: 'max' as const } };
    assert.equal(bestValues(found, turned).get('metrics.loss'), 5);
  });
  it('say which metrics are the same in every run', () => {
    assert.deepEqual([...sameMetrics(found, 5)], ['same']);
    assert.deepEqual([...sameMetrics(found, 6)], []);
  });
});

describe('the kept view of the runs page', () => {
  it('is there after a reload', () => {
    const view = { ...PAGE_VIEW.initial, history: ['a'], expanded: ['r1'], hasBegun: true };
    assert.deepEqual(
      readKept(JSON.parse(JSON.stringify(writeKept(view, PAGE_VIEW))), PAGE_VIEW),
      view,
    );
  });
  it('is the default when it is broken', () => {
    const broken = { version: PAGE_VIEW.version, view: { view: { filter: 7 } } };
    assert.equal(readKept(broken, PAGE_VIEW), PAGE_VIEW.initial);
  });
  it('keeps the order of the table the same object while it is the same', () => {
    assert.equal(layoutOf(EMPTY_VIEW).sort, layoutOf({ ...EMPTY_VIEW, filter: 'x' }).sort);
  });
});
