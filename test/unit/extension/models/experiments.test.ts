import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ExperimentsModel } from '../../../../src/extension/models/experiments';
import type { RunRow } from '../../../../src/protocol/rows';
import { experimentRow, runDetail, runRow } from '../rows';

const owner = { experimentId: '1' };
const idsOf = (model: ExperimentsModel) => model.list(owner)!.rows.map((row) => row.runId);

function loaded(rows: readonly RunRow[], total = rows.length): ExperimentsModel {
  const model = new ExperimentsModel();
  model.setExperiments({ items: [experimentRow('1')], total: 1 }, model.mark());
  model.addRuns(owner, { items: rows, total }, model.mark());
  return model;
}

describe('ExperimentsModel', () => {
  it('puts running runs on top, then the newest', () => {
    const model = loaded([
      runRow('old', { startTime: 1 }),
      runRow('new', { startTime: 3 }),
      runRow('slow', { startTime: 2, status: 'RUNNING' }),
    ]);
    assert.deepEqual(idsOf(model), ['slow', 'new', 'old']);
  });

  it('draws the experiment when a run comes, and only the run when one changes in place', () => {
    const model = loaded([runRow('a', { startTime: 1 })]);
    const b = runRow('b', { startTime: 2, status: 'RUNNING' });
    assert.deepEqual(model.apply({ type: 'run', run: b }), [
      { kind: 'experiment', experimentId: '1' },
    ]);
    const done = { ...b, status: 'FINISHED' as const };
    assert.deepEqual(model.apply({ type: 'run', run: done }), [{ kind: 'run', runId: 'b' }]);
    assert.deepEqual(idsOf(model), ['b', 'a']);
  });

  it('takes a deleted run out and a restored one in again', () => {
    const model = loaded([runRow('a'), runRow('b')]);
    model.apply({ type: 'run', run: runRow('a', { lifecycleStage: 'deleted' }) });
    assert.deepEqual(idsOf(model), ['b']);
    model.apply({ type: 'run', run: runRow('a') });
    assert.deepEqual(idsOf(model), ['a', 'b']);
  });

  it('leaves a run that lies beyond the loaded pages to the next page', () => {
    const model = loaded([runRow('b', { startTime: 5 })], 2);
    assert.equal(model.list(owner)!.more, true);
    model.apply({ type: 'run', run: runRow('a', { startTime: 1 }) });
    assert.deepEqual(idsOf(model), ['b']);
    assert.equal(model.nextOffset(owner), 1);
    model.addRuns(owner, { items: [runRow('a', { startTime: 1 })], total: 2 }, model.mark());
    assert.deepEqual(idsOf(model), ['b', 'a']);
    assert.equal(model.list(owner)!.more, false);
  });

  it('lists a revealed run beyond the pages without moving where the next page starts', () => {
    const model = loaded([runRow('b', { startTime: 5 })], 9);
    model.pin(runRow('z', { startTime: 0 }));
    assert.deepEqual(idsOf(model), ['b', 'z']);
    assert.equal(model.nextOffset(owner), 1);
  });

  it('keeps what an event said over a page that was asked for before it', () => {
    const model = loaded([]);
    const mark = model.mark();
    model.apply({ type: 'run', run: runRow('a', { status: 'FINISHED', name: 'renamed' }) });
    model.addRuns(owner, { items: [runRow('a', { status: 'RUNNING' })], total: 1 }, mark);
    assert.equal(model.run('a')!.name, 'renamed');
    assert.equal(model.run('a')!.status, 'FINISHED');
  });

  it('lists a run that came while the first page was on its way', () => {
    const model = new ExperimentsModel();
    const mark = model.mark();
    model.apply({ type: 'run', run: runRow('new', { startTime: 9000 }) });
    model.addRuns(owner, { items: [runRow('a')], total: 1 }, mark);
    assert.deepEqual(idsOf(model), ['new', 'a']);
  });

  describe('a run that moves to another experiment', () => {
    const there = { experimentId: '2' };
    const moved = runRow('a', { experimentId: '2' });
    const idsThere = (model: ExperimentsModel) => model.list(there)!.rows.map((row) => row.runId);

    it('is in one list only when a page tells of it before its event', () => {
      const model = loaded([runRow('a'), runRow('b')]);
      model.addRuns(there, { items: [moved], total: 1 }, model.mark());
      assert.deepEqual([idsOf(model), idsThere(model)], [['b'], ['a']]);
      assert.deepEqual(model.apply({ type: 'run', run: moved }), [
        { kind: 'experiment', experimentId: '1' },
        { kind: 'run', runId: 'a' },
      ]);
    });

    it('is in one list only when its details tell of it before its event', () => {
      const model = loaded([runRow('a')]);
      model.setDetail(runDetail('a', { experimentId: '2' }), model.mark());
      assert.deepEqual(idsOf(model), []);
    });

    it('does not come back with a page that was asked for before it moved', () => {
      const model = loaded([runRow('b')]);
      const mark = model.mark();
      model.apply({ type: 'run', run: moved });
      model.addRuns(owner, { items: [runRow('a'), runRow('b')], total: 2 }, mark);
      assert.deepEqual(idsOf(model), ['b']);
    });

    it('nor with one that was asked for before it was removed for good', () => {
      const model = loaded([runRow('a'), runRow('b')]);
      const mark = model.mark();
      model.apply({ type: 'gone', what: 'run', id: 'a' });
      model.addRuns(owner, { items: [runRow('a'), runRow('b')], total: 2 }, mark);
      model.setDetail(runDetail('a'), mark);
      assert.deepEqual([idsOf(model), model.run('a')], [['b'], undefined]);
    });
  });

  it('follows points in the primary metric and in an opened run', () => {
    const model = loaded([runRow('a')]);
    model.setDetail(runDetail('a'), model.mark());
    const point = { type: 'points', runId: 'a', key: 'loss', lastStep: 3, lastValue: 0.5 } as const;
    assert.deepEqual(model.apply({ ...point, count: 4 }), [
      { kind: 'run', runId: 'a' },
      { kind: 'metrics', runId: 'a' },
    ]);
    assert.deepEqual(model.run('a')!.primaryMetric, { key: 'loss', value: 0.5 });
    model.apply({ ...point, count: 5, lastValue: 0.25, lastStep: 4 });
    const [metric] = model.detail('a')!.metrics;
    assert.deepEqual(
      [metric!.count, metric!.last.value, metric!.min!.value, metric!.max!.value],
      [5, 0.25, 0.25, 0.5],
    );
  });

  it('does not touch the primary metric for points of another one', () => {
    const model = loaded([runRow('a', { primaryMetric: { key: 'loss', value: 1 } })]);
    const changed = model.apply({
      type: 'points',
      runId: 'a',
      key: 'acc',
      count: 1,
      lastStep: 0,
      lastValue: 9,
    });
    assert.deepEqual(changed, []);
    assert.deepEqual(model.run('a')!.primaryMetric, { key: 'loss', value: 1 });
  });

  it('gives a parent a twistie when its first child comes', () => {
    const model = loaded([runRow('p')]);
    const child = runRow('c', { parentRunId: 'p' });
    assert.deepEqual(model.apply({ type: 'run', run: child }), [{ kind: 'run', runId: 'p' }]);
    assert.equal(model.run('p')!.children, 1);
  });

  it('forgets all after a gap', () => {
    const model = loaded([runRow('a')]);
    assert.deepEqual(model.apply({ type: 'reset', reason: 'gap' }), [{ kind: 'root' }]);
    assert.equal(model.loaded, false);
    assert.equal(model.list(owner), undefined);
  });

  it('draws the root when the experiment that is always there gets its first run, or has none again', () => {
    const model = loaded([]);
    const event = (runs: number) =>
      model.apply({ type: 'experiment', experiment: experimentRow('0', { runs }) });
    const ids = () => model.shown.map(({ experimentId }) => experimentId);
    event(0);
    assert.deepEqual(ids(), ['1']);
    assert.deepEqual(event(1), [{ kind: 'root' }]);
    assert.deepEqual(ids().sort(), ['0', '1']);
    assert.deepEqual(event(2), [{ kind: 'experiment', experimentId: '0' }]);
    assert.deepEqual(event(0), [{ kind: 'root' }]);
  });

  it('counts running runs over active experiments', () => {
    const model = loaded([]);
    model.apply({ type: 'experiment', experiment: experimentRow('1', { running: 2 }) });
    model.apply({
      type: 'experiment',
      experiment: experimentRow('2', { running: 1, lifecycleStage: 'deleted' }),
    });
    assert.equal(model.running, 2);
  });

  it('counts a pipeline and its running step once', () => {
    const model = loaded([runRow('p', { status: 'RUNNING', children: 1 })]);
    model.apply({ type: 'run', run: runRow('s', { status: 'RUNNING', parentRunId: 'p' }) });
    // The server counts only what is not nested, so that nothing of it is taken away again.
    model.apply({ type: 'experiment', experiment: experimentRow('1', { running: 1 }) });
    assert.equal(model.running, 1);
  });

  it('is the same whether rows come by events or by one page', () => {
    const row = fc.record({
      runId: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
      startTime: fc.integer({ min: 0, max: 3 }),
      status: fc.constantFrom('RUNNING' as const, 'FINISHED' as const),
      lifecycleStage: fc.constantFrom('active' as const, 'deleted' as const),
    });
    fc.assert(
      fc.property(fc.array(row), (changes) => {
        const live = loaded([]);
        for (const each of changes) live.apply({ type: 'run', run: runRow(each.runId, each) });
        const last = new Map(changes.map((each) => [each.runId, runRow(each.runId, each)]));
        const active = [...last.values()].filter((each) => each.lifecycleStage === 'active');
        assert.deepEqual(idsOf(live), idsOf(loaded(active)));
      }),
    );
  });
});
