// What the Experiments tree shows after runs were moved, edited or purged.
import assert from 'node:assert/strict';
import { ExperimentsModel } from '../../../../src/extension/models/experiments';
import { experimentRow, runDetail, runRow } from '../rows';

const one = { experimentId: '1' };
const two = { experimentId: '2' };
const idsOf = (model: ExperimentsModel, owner: typeof one) =>
  model.list(owner)?.rows.map((row) => row.runId);

function loaded(): ExperimentsModel {
  const model = new ExperimentsModel();
  const experiments = [experimentRow('1'), experimentRow('2')];
  model.setExperiments({ items: experiments, total: 2 }, model.mark());
  model.addRuns(one, { items: [runRow('a'), runRow('b')], total: 2 }, model.mark());
  model.addRuns(two, { items: [], total: 0 }, model.mark());
  return model;
}

describe('ExperimentsModel, after the fact', () => {
  it('moves a run from one list to the other, and has both drawn', () => {
    const model = loaded();
    const changes = model.apply({ type: 'run', run: runRow('a', two) });
    assert.deepEqual(idsOf(model, one), ['b']);
    assert.deepEqual(idsOf(model, two), ['a']);
    assert.deepEqual(changes, [
      { kind: 'experiment', experimentId: '1' },
      { kind: 'experiment', experimentId: '2' },
    ]);
  });

  it('moves a run to an experiment that was never opened', () => {
    const model = loaded();
    model.apply({ type: 'run', run: runRow('a', { experimentId: '3' }) });
    assert.deepEqual(idsOf(model, one), ['b']);
    assert.equal(idsOf(model, { experimentId: '3' }), undefined);
  });

  it('takes a run out of the one it was nested in', () => {
    const model = loaded();
    const owner = { experimentId: '1', parent: 'a' };
    const child = runRow('c', { parentRunId: 'a' });
    model.addRuns(owner, { items: [child], total: 1 }, model.mark());
    model.apply({ type: 'run', run: runRow('c') });
    assert.deepEqual(model.list(owner)!.rows, []);
    assert.deepEqual(idsOf(model, one), ['a', 'b', 'c']);
  });

  it('reads the details of an edited run anew', () => {
    const model = loaded();
    model.setDetail(runDetail('a', { params: [{ key: 'lr', value: '1' }] }), model.mark());
    assert.deepEqual(model.apply({ type: 'edited', runId: 'a' }), [{ kind: 'run', runId: 'a' }]);
    assert.equal(model.detail('a'), undefined);
  });

  it('forgets a purged run and a purged experiment', () => {
    const model = loaded();
    assert.deepEqual(model.apply({ type: 'gone', what: 'run', id: 'a' }), [
      { kind: 'experiment', experimentId: '1' },
    ]);
    assert.deepEqual(idsOf(model, one), ['b']);
    assert.equal(model.run('a'), undefined);
    assert.deepEqual(model.apply({ type: 'gone', what: 'experiment', id: '1' }), [
      { kind: 'root' },
    ]);
    assert.deepEqual(
      model.experiments.map(({ experimentId }) => experimentId),
      ['2'],
    );
    assert.deepEqual(model.apply({ type: 'gone', what: 'run', id: 'never seen' }), []);
  });

  it('reads the runs of a restored experiment anew: those deleted before it come back too', () => {
    const model = loaded();
    model.apply({
      type: 'experiment',
      experiment: experimentRow('1', { lifecycleStage: 'deleted' }),
    });
    model.apply({ type: 'experiment', experiment: experimentRow('1') });
    assert.equal(model.list(one), undefined);
  });
});
