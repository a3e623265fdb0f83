import assert from 'node:assert/strict';
import {
  cardsOf,
  filterCards,
  INITIAL_VIEW,
  movedSection,
  parseView,
  sectionsOf,
  withZoom,
  zoomedTo,
  zoomKey,
  zoomOf,
} from '../../webview/charts/view';
import { moved } from '../../webview/shared/charts/hover';
import { INITIAL_CHART_VIEW } from '../../webview/shared/charts/types';
import { dashOf, withAlpha } from '../../webview/shared/theme';

const run = (runId: string, ...keys: string[]) => ({
  runId,
  name: runId,
  slot: 0,
  metrics: keys.map((key) => ({ key })),
});

describe('parseView', () => {
  it('takes a kept view and nothing that does not fit', () => {
    const view = {
      ...INITIAL_VIEW,
      tab: 'parameters',
      runIds: ['a'],
      chart: { ...INITIAL_CHART_VIEW, x: 'metric:epoch', smoothing: 0.5, logY: true },
      own: { loss: INITIAL_CHART_VIEW },
      pinned: ['loss'],
      open: { train: false },
      parameters: {
        ...INITIAL_VIEW.parameters,
        metric: 'acc',
        brushes: { 'param lr': [0.1, 0.4] },
      },
    };
    assert.deepEqual(parseView(JSON.parse(JSON.stringify(view))), view);
    assert.deepEqual(parseView(undefined), INITIAL_VIEW);
    const broken = {
      tab: 'nothing',
      runIds: [1, 'a'],
      chart: { x: 'metric:', smoothing: 7, logY: 'yes', bands: 3 },
      own: { loss: 4 },
      open: { train: 'no' },
      list: 'wide',
      parameters: { brushes: { a: [2, 1], b: 'x' } },
    };
    assert.deepEqual(parseView(broken), { ...INITIAL_VIEW, runIds: ['a'] });
  });
});

describe('sections', () => {
  it('that are called like what every object has are open or closed as others are', () => {
    const names = ['constructor', 'b', 'c', 'd', 'e'];
    const cards = cardsOf([run('r', ...names.map((name) => `${name}/loss`))]);
    const open = sectionsOf(cards, INITIAL_VIEW).filter(({ isOpen }) => isOpen);
    assert.deepEqual(
      open.map(({ name }) => name),
      ['b'],
    );
  });
});

describe('the zoom of a chart', () => {
  const key = zoomKey('loss', 'step');
  const near = { x: [10, 20] as const, y: [-1, 1] as const };

  it('is kept over a reload, for each axis its own', () => {
    const view = withZoom(INITIAL_VIEW, key, near);
    assert.deepEqual(parseView(JSON.parse(JSON.stringify(view))).zooms, { [key]: near });
    assert.notEqual(zoomKey('loss', 'time'), key);
  });

  it('is one part of x for linked charts, also for those that are not drawn, with a part of y each', () => {
    const [loss, acc] = [
      { metric: 'loss', x: 'step' },
      { metric: 'acc', x: 'step' },
    ] as const;
    const linked = { ...INITIAL_VIEW, isLinked: true };
    const view = zoomedTo(linked, loss, near);
    assert.deepEqual(zoomOf(view, loss), near);
    assert.deepEqual(zoomOf(view, acc), { x: near.x });
    assert.deepEqual(zoomOf(view, { ...acc, x: 'time' }), {});
    assert.deepEqual(zoomOf(zoomedTo(view, loss, {}), loss), {});
    assert.deepEqual(zoomOf(zoomedTo(view, loss, {}), acc), {});
    const alone = zoomedTo(INITIAL_VIEW, loss, near);
    assert.deepEqual([zoomOf(alone, loss), zoomOf(alone, acc)], [near, undefined]);
  });

  it('is forgotten when all is shown again, and when it is no range', () => {
    assert.deepEqual(withZoom(withZoom(INITIAL_VIEW, key, near), key, {}).zooms, {});
    const zooms = { a: { x: [2, 1] }, b: { x: [1] }, c: 'all', d: { x: [0, 1], y: [null, 2] } };
    assert.deepEqual(parseView({ zooms }).zooms, { d: { x: [0, 1] } });
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

describe('sectionsOf', () => {
  const cards = cardsOf([run('a', 'train/loss', 'val/loss', 'val.acc', 'acc')]);
  const names = (part: Partial<typeof INITIAL_VIEW>) =>
    sectionsOf(cards, { ...INITIAL_VIEW, ...part }).map((section) => [
      section.isPinned ? '*' : section.name,
      section.cards.length,
      section.isOpen,
    ]);
  it('has one a prefix, in the order a person gave, pinned cards on top and nowhere else', () => {
    assert.deepEqual(names({}), [
      ['', 1, true],
      ['train', 1, true],
      ['val', 2, true],
    ]);
    assert.deepEqual(names({ pinned: ['val/loss'], order: ['val'], open: { train: false } }), [
      ['*', 1, true],
      ['val', 1, true],
      ['', 1, true],
      ['train', 1, false],
    ]);
  });
  it('opens only the first of many, and all while one searches', () => {
    const many = cardsOf([run('a', 'a/x', 'b/x', 'c/x', 'd/x', 'e/x')]);
    const open = (filter: string) =>
      sectionsOf(many, { ...INITIAL_VIEW, filter }).map(({ isOpen }) => isOpen);
    assert.deepEqual(open(''), [true, false, false, false, false]);
    assert.deepEqual(open('x'), [true, true, true, true, true]);
  });
  it('moves one within the others', () => {
    assert.deepEqual(movedSection(['a', 'b', 'c'], 'c', -1), ['a', 'c', 'b']);
    assert.deepEqual(movedSection(['a', 'b', 'c'], 'c', -9), ['c', 'a', 'b']);
    assert.deepEqual(movedSection(['a', 'b', 'c'], 'c', 1), ['a', 'b', 'c']);
  });
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
