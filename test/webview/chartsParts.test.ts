// Parts of the Charts page that compute: brushes as a filter, changed words, colours of groups, what is exported.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFilter } from '../../src/domain/search/parse';
import { RUNS } from '../../src/domain/search/subjects';
import { brushFilter } from '../../webview/charts/brushFilter';
import { changedPart } from '../../webview/charts/changedPart';
import { withGroupSlots } from '../../webview/charts/view';
import { everythingOf } from '../../webview/shared/charts/cardData';
import { axisOfColumn, lineAt, type ParallelColumn } from '../../webview/shared/charts/parallel';

const LR: ParallelColumn = {
  key: 'lr',
  kind: 'param',
  values: ['1e-07', '0.001', '0.1', null],
  isLog: true,
};
const OPTIMIZER: ParallelColumn = {
  key: 'the optimizer',
  kind: 'param',
  values: ["it's", 'adam', 'sgd', 'adam'],
};
const LOSS: ParallelColumn = { key: 'val/loss', kind: 'metric', values: [0.25, 2, 3, Number.NaN] };

describe('brushes as a filter', () => {
  it('are clauses with values that there are, open where a brush reaches the end', () => {
    const filter = brushFilter([LR, OPTIMIZER, LOSS], {
      'param lr': [0, 0.9],
      'metric val/loss': [0.1, 0.9],
    });
    assert.equal(
      filter,
      'params.`lr` <= 0.001 AND metrics.`val/loss` >= 2 AND metrics.`val/loss` <= 2',
    );
  });
  it('name the texts they let pass, and are read as they are meant', () => {
    const filter = brushFilter([LR, OPTIMIZER], {
      'param the optimizer': [0, 0.6],
      'param lr': [0, 0.7],
    });
    assert.match(filter, /params\.`the optimizer` IN \('adam', 'it\\'s'\)/);
    assert.equal(parseFilter(filter, RUNS, 0).kind, 'and');
    const tiny = brushFilter([LR], { 'param lr': [0, 0.1] });
    assert.equal(tiny, 'params.`lr` <= 1e-7');
    assert.equal(parseFilter(tiny, RUNS, 0).kind, 'leaf');
  });
  it('say nothing where there is none', () => assert.equal(brushFilter([LR], {}), ''));
});

describe('axes of parallel coordinates', () => {
  it('have marks at few values, else at round ones', () => {
    const few = axisOfColumn({ key: 'w', kind: 'param', values: ['32', '64', '128', '32'] });
    assert.deepEqual(
      few.ticks.map(({ text }) => text),
      ['32', '64', '128'],
    );
    const values = Array.from({ length: 40 }, (_, i) => i / 130 + 0.011);
    const many = axisOfColumn({ key: 'm', kind: 'metric', values });
    assert.deepEqual(
      many.ticks.map(({ text }) => text),
      ['0.1', '0.2', '0.3'],
    );
    const wide = Array.from({ length: 30 }, (_, i) => String(10 ** (-4 + i / 8)));
    const log = axisOfColumn({ key: 'lr', kind: 'param', values: wide, isLog: true });
    assert.deepEqual(
      log.ticks.map(({ text }) => text),
      ['1e-4', '0.001', '0.01', '0.1'],
    );
  });
  it('find the line under the pointer among those that pass', () => {
    const axes = [
      axisOfColumn({ key: 'a', kind: 'param', values: ['0', '1', '0'] }),
      axisOfColumn({ key: 'b', kind: 'metric', values: [0, 1, 1] }),
    ];
    const isPassing = [true, true, true];
    const near = (across: number, up: number, passes = isPassing) =>
      lineAt(axes, { across, up }, { isPassing: passes, reach: 0.1 });
    assert.equal(near(0.5, 0.52), 2);
    assert.equal(near(0.5, 0.98), 1);
    assert.equal(near(0.5, 0.3), undefined);
    assert.equal(near(0.5, 0.52, [true, true, false]), undefined);
    assert.equal(near(1, 0), 0);
  });
});

describe('changed words', () => {
  it('are those between what is alike at both ends', () => {
    assert.deepEqual(changedPart('s3://a/2026-11-20/train', 's3://a/2026-11-21/train'), {
      before: 's3://a/2026-11-',
      changed: '21',
      after: '/train',
    });
    assert.equal(changedPart('adam', 'sgd'), undefined);
    assert.equal(changedPart('the same', 'the same'), undefined);
  });
  it('with the rest are the text', () => {
    const words = fc.array(fc.constantFrom('a', 'bb', ' ', '-', '🦉', '\n', '12'), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(words, words, (a, b) => {
        const part = changedPart(a.join(''), b.join(''));
        if (part) assert.equal(part.before + part.changed + part.after, b.join(''));
      }),
    );
  });
});

describe('groups', () => {
  it('have the colour of their first run in every chart', () => {
    const run = (runId: string, slot: number, group: string) => ({
      ...{ runId, slot, group, name: runId, metrics: [] },
    });
    const slots = withGroupSlots([run('a', 4, 'x'), run('b', 1, 'y'), run('c', 0, 'x')]);
    assert.deepEqual(
      slots.map(({ groupSlot }) => groupSlot),
      [4, 1, 4],
    );
  });
});

describe('an export', () => {
  const runs = [{ runId: 'a', name: 'owl', slot: 0, startTime: 0 }];
  const steps = Array.from({ length: 5000 }, (_, i) => Math.floor(i / 2));
  const series = {
    ...{ runId: 'a', key: 'loss', count: 5000, steps },
    timestamps: steps,
    values: steps.map((_, i) => i),
  };
  it('has every point, also two at one step', async () => {
    const page = { everyPoint: async () => [series] };
    const data = await everythingOf(page, { metric: 'loss', runs, choice: 'step' });
    assert.deepEqual(data.heads, ['Step', 'owl']);
    assert.equal(data.rows.length, 5000);
    assert.deepEqual(data.rows.slice(-2), [
      [2499, 4998],
      [2499, 4999],
    ]);
  });
});
