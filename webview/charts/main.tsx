/** Entry of the Charts page: joins the channel, the kept view and the components. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import type {
  ChartsHost,
  ChartsPage,
  ChartsState,
  ChartsView,
} from '../../src/protocol/webview/charts';
import { openHost } from '../shared/host';
import { App } from './app';
import { SeriesStore } from './seriesStore';
import './charts.css';
import { parseView } from './view';

/** About as many points as a card has pixel columns. */
const BUCKETS = 400;
const RETRY_MS = 2000;

function start(root: HTMLElement): void {
  let state: ChartsState | undefined;
  let failure: string | undefined;
  const host = openHost<ChartsHost, ChartsPage>({
    async update(next) {
      show(next);
    },
    async grown(series) {
      for (const each of series) store.setCount(each, each.count);
    },
  });
  let view: ChartsView = parseView(host.kept);
  const store = new SeriesStore(
    (series) => host.remote.series({ series, buckets: BUCKETS }),
    () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
  );

  const show = (next: ChartsState) => {
    const recovered = state?.problem !== undefined && next.problem === undefined;
    state = next;
    failure = undefined;
    for (const run of next.runs) {
      for (const { key, count } of run.metrics) store.setCount({ runId: run.runId, key }, count);
    }
    if (recovered) store.invalidate();
    setView({ ...view, runIds: next.runs.map((run) => run.runId) });
  };
  const setView = (next: ChartsView) => {
    view = next;
    host.keep(view);
    draw();
  };
  const load = () =>
    host.remote.ready().then(show, (error: unknown) => {
      failure = error instanceof Error ? error.message : String(error);
      draw();
    });
  const retry = () => {
    store.invalidate();
    void load();
  };
  const draw = () =>
    render(
      <App
        state={state}
        failure={failure}
        view={view}
        onView={setView}
        host={host.remote}
        store={store}
        onRetry={retry}
      />,
      root,
    );
  draw();
  void load();
}

const root = document.getElementById('app');
if (root) start(root);
