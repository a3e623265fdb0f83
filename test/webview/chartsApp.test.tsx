// The Charts page as a person sees it, without its canvases.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render } from 'preact';
import { App } from '../../webview/charts/app';
import { INITIAL_VIEW, parseView } from '../../webview/charts/view';
import {
  type ChartsOptions,
  chartsPanel,
  type FakeRun,
  type TestCharts,
} from '../gallery/chartsHost';
import { openPage } from './dom';

const RUNS: readonly FakeRun[] = [
  { runId: 'a', name: '<b>owl</b>', running: true, params: { lr: '0.1' }, metrics: { loss: 2 } },
  { runId: 'b', name: 'fox', params: { lr: '0.2' }, metrics: { loss: 1, acc: 0.5 } },
];
/** Nothing is drawn: there is no canvas here. */
const NO_SERIES = { 'POST /api/series': () => ({ series: [] }) };

describe('the Charts page', () => {
  let page: ReturnType<typeof openPage>;
  beforeEach(() => {
    page = openPage();
    const matchMedia = () => ({
      matches: false,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    });
    Object.assign(page.window, { matchMedia });
  });
  afterEach(async () => {
    render(null, page.root);
    await page.close();
  });

  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  /** The machine may be busy. */
  async function until(isTrue: () => boolean): Promise<void> {
    for (let i = 0; i < 100 && !isTrue(); i += 1) await wait(50);
  }
  const all = (selector: string) => [...page.root.querySelectorAll<HTMLElement>(selector)];
  const text = () => page.root.textContent ?? '';
  const button = (name: string) => {
    const found = all('button, vscode-button, vscode-checkbox').find(
      (each) =>
        each.getAttribute('aria-label') === name ||
        each.textContent === name ||
        each.title === name,
    );
    assert.ok(found, `no button ${name}`);
    return found;
  };
  async function open(options: ChartsOptions): Promise<TestCharts> {
    const charts = chartsPanel({
      runs: RUNS,
      ...options,
      answers: { ...NO_SERIES, ...options.answers },
    });
    render(<App panel={charts.panel} onFetched={charts.fetched.event} />, page.root);
    await wait(400);
    return charts;
  }

  it('has a card a metric and a list of runs in which names are text, not markup', async () => {
    await open({});
    assert.deepEqual(
      all('[data-lazy]').map((each) => each.dataset['lazy']),
      ['acc', 'loss'],
    );
    assert.deepEqual(
      all('.charts-run-name').map((each) => each.textContent),
      ['<b>owl</b>', 'fox'],
    );
    assert.equal(all('.charts-runs b').length, 0);
  });

  it('tells the eleventh colour apart by a dash', async () => {
    await open({
      start: {
        shown: [
          { runId: 'a', slot: 0 },
          { runId: 'b', slot: 11 },
        ],
      },
    });
    const dashes = all('.charts-runs line').map((each) => each.getAttribute('stroke-dasharray'));
    assert.deepEqual(dashes, ['', '7 4']);
  });

  it('filters and says how many remain', async () => {
    await open({ view: { filter: 'acc' } });
    assert.deepEqual(
      all('[data-lazy]').map((each) => each.dataset['lazy']),
      ['acc'],
    );
    assert.match(text(), /1 of 2 metrics/);
  });

  it('keeps the log axis over a reload, and hides a run on request', async () => {
    const charts = await open({});
    button('Log Y').click();
    const { view } = charts.done.kept as { view: unknown };
    assert.equal(parseView(view).chart.logY, true);
    button('Hide fox').click();
    assert.deepEqual(charts.shows, [{ runIds: ['b'], shown: false }]);
  });

  it('asks for each series of what is in view once, and again when it has grown', async () => {
    const charts = await open({});
    const asked = () =>
      charts.done.asks
        .filter(({ route }) => route === 'POST /api/series')
        .map(({ request }) => (request as { series: { runId: string; key: string }[] }).series);
    await until(() => asked().flat().length >= 3);
    const names = asked()
      .flat()
      .map(({ runId, key }) => `${runId} ${key}`);
    assert.deepEqual(names.sort(), ['a loss', 'b acc', 'b loss']);
    const before = asked().length;
    await charts.panel.page.events([
      { type: 'points', runId: 'b', key: 'loss', count: 101, lastStep: 100, lastValue: 1 },
      { type: 'points', runId: 'c', key: 'loss', count: 101, lastStep: 100, lastValue: 1 },
    ]);
    await until(() => asked().length > before);
    await wait(150);
    assert.deepEqual(asked().slice(before), [[{ runId: 'b', key: 'loss' }]]);
  });

  it('reads a run again when a metric comes that it did not have', async () => {
    const charts = await open({});
    const before = charts.done.asks.filter(({ route }) => route === 'GET /api/runs/:runId').length;
    const point = { runId: 'a', count: 1, lastStep: 0, lastValue: 1, type: 'points' } as const;
    await charts.panel.page.events([{ ...point, key: 'loss' }]);
    await wait(200);
    assert.equal(
      charts.done.asks.filter(({ route }) => route === 'GET /api/runs/:runId').length,
      before,
    );
    await charts.panel.page.events([{ ...point, key: 'brand new' }]);
    await wait(200);
    assert.equal(
      charts.done.asks.filter(({ route }) => route === 'GET /api/runs/:runId').length,
      before + 1,
    );
  });

  it('draws metrics that are called like what every object has', async () => {
    const metrics = { constructor: 1, toString: 2, loss: 3 } as unknown as Record<string, number>;
    await open({ runs: [{ runId: 'b', name: 'fox', metrics }] });
    await until(() => all('.rl-card h3').length >= 3);
    assert.deepEqual(
      all('.rl-card h3').map((each) => each.textContent),
      ['constructor', 'loss', 'toString'],
    );
  });

  it('says what to do when there is nothing, and what failed', async () => {
    await open({ runs: [] });
    assert.match(text(), /Tick a run in the Experiments view/);
    render(null, page.root);
    await open({ start: { status: { kind: 'down', message: 'The server is not running' } } });
    assert.match(all('[role=alert]')[0]!.textContent!, /The server is not running/);
  });

  it('compares what it was opened for, the baseline first, and copies what differs', async () => {
    const charts = await open({ subject: { kind: 'charts', runIds: ['b', 'a'], tab: 'compare' } });
    await wait(120);
    const heads = all('.charts-compare thead th').map((each) => each.textContent);
    assert.match(heads[1]!, /fox.*baseline/);
    assert.match(heads[2]!, /owl/);
    assert.match(text(), /equal rows? hidden/);
    button('Copy as CSV').click();
    const [csv] = charts.done.copies;
    // The word of the field, that changed, and the same as a table to be read.
    assert.equal(all('.charts-compare col').length, 3);
    assert.match(csv!, /Parameters,lr,0.2,0.1/);
    assert.match(csv!, /Metrics,loss,1,2/);
    assert.doesNotMatch(csv!, /User/);
  });

  it('compares the values that running runs have by now', async () => {
    const charts = await open({ subject: { kind: 'charts', runIds: ['b', 'a'], tab: 'compare' } });
    const point = { type: 'points', runId: 'a', key: 'loss', lastStep: 100 } as const;
    await charts.panel.page.events([{ ...point, count: 101, lastValue: 7.25 }]);
    await until(() => text().includes('7.25'));
    assert.ok(text().includes('7.25'));
    // An older account does not take the newer one back.
    await charts.panel.page.events([{ ...point, count: 99, lastValue: 6.5 }]);
    await wait(1200);
    assert.ok(!text().includes('6.5'));
  });

  it('does not undo what was chosen since when it is opened again for the same', async () => {
    const subject = { kind: 'charts', tab: 'compare' } as const;
    await open({
      subject,
      view: { ...INITIAL_VIEW, tab: 'charts', subject: JSON.stringify(subject) },
    });
    assert.ok(all('.charts-cards').length > 0);
    assert.equal(all('.charts-compare').length, 0);
  });
});
