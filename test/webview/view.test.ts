import assert from 'node:assert/strict';
import { moved } from '../../webview/charts/card';
import { cardsOf, filterCards, INITIAL_VIEW, parseView } from '../../webview/charts/view';
import { dashOf, withAlpha } from '../../webview/shared/theme';

const run = (runId: string, ...keys: string[]) => ({
  runId,
  name: runId,
  experiment: 'e',
  running: false,
  slot: 0,
  metrics: keys.map((key) => ({ key, count: 1 })),
});

describe('parseView', () => {
  it('takes a kept view and nothing that does not fit', () => {
    const view = { smoothing: 0.5, logY: true, filter: 'x', runIds: ['a'] };
    assert.deepEqual(parseView(view), view);
    assert.deepEqual(parseView(undefined), INITIAL_VIEW);
    assert.deepEqual(parseView({ smoothing: 7, logY: 'yes', filter: 3, runIds: [1, 'a'] }), {
      ...INITIAL_VIEW,
      runIds: ['a'],
    });
  });
});

describe('cardsOf', () => {
  it("has a card a metric, by name, the machine's own last", () => {
    const cards = cardsOf([run('a', 'system/cpu', 'loss'), run('b', 'loss', 'acc')]);
    assert.deepEqual(
      cards.map((card) => card.metric),
      ['acc', 'loss', 'system/cpu'],
    );
    assert.deepEqual(
      cards[1]!.runs.map((each) => each.runId),
      ['a', 'b'],
    );
  });
});

describe('filterCards', () => {
  const cards = cardsOf([run('a', 'train/loss', 'val/loss', 'val/acc')]);
  const cases: [string, number][] = [
    ['', 3],
    ['LOSS', 2],
    ['/^val/', 2],
    ['/[/', 0],
    ['nothing', 0],
  ];
  for (const [filter, count] of cases) {
    it(`'${filter}' keeps ${count}`, () => assert.equal(filterCards(cards, filter).length, count));
  }
});

describe('keys in a chart', () => {
  it('walk through the steps and stay within them', () => {
    assert.equal(moved('ArrowRight', undefined, 9), 0);
    assert.equal(moved('ArrowLeft', undefined, 9), 9);
    assert.equal(moved('ArrowRight', 9, 9), 9);
    assert.equal(moved('ArrowLeft', 0, 9), 0);
    assert.equal(moved('End', 3, 9), 9);
    assert.equal(moved('Escape', 3, 9), undefined);
    assert.equal(moved('Tab', 3, 9), null);
    assert.equal(moved('Escape', undefined, 9), null);
  });
});

describe('lines of many runs', () => {
  it('differ by dash where colours repeat', () => {
    assert.deepEqual(dashOf(3), []);
    assert.notDeepEqual(dashOf(13), dashOf(3));
    assert.notDeepEqual(dashOf(23), dashOf(13));
  });
  it('fade in any notation of a colour', () => {
    assert.equal(withAlpha('#102030', 0.2), '#10203033');
    assert.match(withAlpha('rgb(1, 2, 3)', 0.2), /^color-mix\(in srgb, rgb\(1, 2, 3\) 20%/);
  });
});
