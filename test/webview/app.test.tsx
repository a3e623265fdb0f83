// The Charts page as a person sees it, without its canvases.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render } from 'preact';
import type { ChartsState, ChartsView } from '../../src/protocol/webview/charts';
import { App } from '../../webview/charts/app';
import { SeriesStore } from '../../webview/charts/seriesStore';
import { INITIAL_VIEW } from '../../webview/charts/view';
import { openPage } from './dom';

const RUNS: ChartsState = {
  problem: undefined,
  runs: [
    {
      runId: 'a',
      name: '<b>owl</b>',
      experiment: 'digits',
      running: true,
      slot: 0,
      metrics: [{ key: 'loss', count: 2 }],
    },
    {
      runId: 'b',
      name: 'fox',
      experiment: 'digits',
      running: false,
      slot: 11,
      metrics: [
        { key: 'loss', count: 1 },
        { key: 'acc', count: 1 },
      ],
    },
  ],
};

describe('the Charts page', () => {
  let page: ReturnType<typeof openPage>;
  let views: ChartsView[];
  let hidden: string[];
  beforeEach(() => {
    page = openPage();
    views = [];
    hidden = [];
  });
  afterEach(async () => {
    render(null, page.root);
    await page.close();
  });

  const store = () =>
    new SeriesStore(
      async (series) => {
        // After the card was switched to its table: there is no canvas here.
        await new Promise((resolve) => setTimeout(resolve, 30));
        return {
          series: series.map((id) => ({
            ...id,
            count: 2,
            steps: [0, 1],
            timestamps: [0, 1],
            values: [2, 0.5],
          })),
        };
      },
      async () => undefined,
    );
  const draw = (
    state: ChartsState | undefined,
    over: { view?: Partial<ChartsView>; failure?: string } = {},
  ) =>
    render(
      <App
        state={state}
        failure={over.failure}
        view={{ ...INITIAL_VIEW, ...over.view }}
        onView={(view) => views.push(view)}
        host={{
          hide: async (runId) => {
            hidden.push(runId);
          },
          reveal: async () => undefined,
        }}
        store={store()}
        onRetry={() => undefined}
      />,
      page.root,
    );
  const all = (selector: string) => [...page.root.querySelectorAll<HTMLElement>(selector)];
  const titles = () => all('.card h2').map((each) => each.textContent);
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('has a card a metric and a ribbon in which names are text, not markup', () => {
    draw(RUNS);
    assert.deepEqual(titles(), ['acc', 'loss']);
    const names = all('.ribbon .name').map((each) => each.textContent);
    assert.deepEqual(names, ['<b>owl</b>running', 'fox']);
    assert.equal(all('.ribbon b').length, 0);
  });

  it('tells the eleventh colour apart by a dash', () => {
    draw(RUNS);
    const dashes = all('.ribbon line').map((each) => each.getAttribute('stroke-dasharray'));
    assert.deepEqual(dashes, ['', '7 4']);
  });

  it('filters and says how many remain', () => {
    draw(RUNS, { view: { filter: 'acc' } });
    assert.deepEqual(titles(), ['acc']);
    assert.equal(all('.count')[0]!.textContent, '1 of 2 metrics');
    draw(RUNS, { view: { filter: 'nothing' } });
    assert.match(page.root.textContent!, /No metric matches “nothing”/);
  });

  it('toggles the log axis and hides a run on request', async () => {
    draw(RUNS);
    all('.toolbar .toggle')[0]!.click();
    assert.equal(views[0]!.logY, true);
    all('.ribbon .hide')[1]!.click();
    assert.deepEqual(hidden, ['b']);
  });

  it('shows the same data as a table', async () => {
    draw({ ...RUNS, runs: [RUNS.runs[0]!] });
    all('.card .toggle')[0]!.click();
    await wait(120);
    const cells = all('.table td').map((each) => each.textContent);
    assert.deepEqual(cells, ['2', '0.5']);
    assert.equal(all('.table')[0]!.getAttribute('aria-label'), 'loss, table');
  });

  it('says what to do when there is nothing, and what failed', () => {
    draw(undefined);
    assert.match(page.root.textContent!, /Reading runs/);
    draw({ runs: [], problem: undefined });
    assert.match(page.root.textContent!, /Tick a run in the Experiments view/);
    draw({ runs: [], problem: 'The server is not running' });
    assert.match(all('[role=alert]')[0]!.textContent!, /The server is not running/);
    draw(undefined, { failure: 'not answered in time' });
    assert.match(all('[role=alert]')[0]!.textContent!, /not answered in time/);
  });
});
