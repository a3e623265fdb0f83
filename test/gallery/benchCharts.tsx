// The page that benchCharts.mjs measures: the Charts page with 50 metrics of 10 runs, or one metric of a million points.
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { Buckets } from '../../src/domain/downsample';
import type { RequestOf } from '../../src/protocol/control';
import { App } from '../../webview/charts/app';
import { publishTheme } from '../../webview/shared/theme';
import { registerControls } from '../../webview/shared/ui/register';
import { chartsPanel, type FakeRun } from './chartsHost';
import '../../webview/shared/shared.css';
import '../../webview/charts/charts.css';

const RUNS = 10;
type Asked = RequestOf<'POST /api/series'>;

const root = document.getElementById('app');
if (!root) throw new Error('The page has no #app');
root.style.height = '880px';
registerControls();
publishTheme();

const runsWith = (metrics: number): readonly FakeRun[] =>
  Array.from({ length: RUNS }, (_, i) => ({
    runId: `run${i}`,
    name: `run-${i}`,
    params: { lr: String(i / 100) },
    metrics: Object.fromEntries(Array.from({ length: metrics }, (_, m) => [`metric_${m}`, m])),
  }));

const valueAt = (seed: number, step: number) =>
  Math.exp(-step / 4000) + Math.sin(step * 12.9898 + seed) * 0.05 + (step === 6123 ? 5 : 0);

/** As the server answers, as text: reading it is the page's work, reducing it is not. */
function answered({ runId, key }: Asked['series'][number], asked: Asked, points: number): string {
  const { buckets = 500, fromStep: from = 0, toStep: to = points - 1 } = asked;
  const [first, last] = [Math.max(0, from), Math.min(points - 1, to)];
  const seed = [...`${runId}${key}`].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  // Of a million points only as many are made as matter for what the page does with the answer.
  const stride = Math.max(1, Math.floor((last - first) / 20_000));
  const into = new Buckets({ count: buckets, by: 'step', from: first, to: last });
  for (let step = first; step <= last; step += stride) into.add(step, step, valueAt(seed, step));
  const found = into.points();
  return JSON.stringify({
    runId,
    key,
    count: points,
    steps: found.map(({ step }) => step),
    timestamps: found.map(({ timestamp }) => 1.7e12 + timestamp),
    values: found.map(({ value }) => value),
  });
}

const kept = new Map<string, string>();
let [asks, ended] = [0, 0];

function textOf(series: Asked['series'][number], asked: Asked, points: number): string {
  const id = JSON.stringify([series.runId, series.key, asked.fromStep, asked.toStep, points]);
  const text = kept.get(id) ?? answered(series, asked, points);
  kept.set(id, text);
  return text;
}

const painted = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
const charts = () => [...document.querySelectorAll<HTMLCanvasElement>('canvas[data-points]')];
const inView = () => charts().filter((c) => c.getBoundingClientRect().top < window.innerHeight);
async function until(isTrue: () => boolean): Promise<void> {
  for (let i = 0; i < 2000 && !isTrue(); i += 1) await painted();
  if (!isTrue()) throw new Error('What was waited for did not come');
}

let panel: ReturnType<typeof chartsPanel>['panel'] | undefined;
let counted = 0;

/** Milliseconds until the first chart, and until all in view, have been painted. */
async function open(metrics: number, points: number): Promise<{ first: number; all: number }> {
  render(null, root as HTMLElement);
  const runs = runsWith(metrics);
  counted = points;
  const request = { series: [] };
  for (const { runId } of runs)
    for (let m = 0; m < metrics; m += 1)
      textOf({ runId, key: `metric_${m}` }, { ...request, buckets: 300 }, points);
  await painted();
  const began = performance.now();
  const made = chartsPanel({
    runs,
    answers: {
      'POST /api/series': async (asked) => {
        asks += 1;
        const texts = asked.series.map((each) => textOf(each, asked, points));
        await new Promise((resolve) => setTimeout(resolve, 0));
        ended += 1;
        return {
          series: texts.map((text) => ({ ...JSON.parse(text), count: counted })),
        };
      },
    },
  });
  panel = made.panel;
  render(<App panel={made.panel} onFetched={made.fetched.event} />, root as HTMLElement);
  await until(() => charts().length > 0);
  await painted();
  const first = performance.now() - began;
  const wanted = Math.min(metrics, 9);
  await until(() => inView().length >= wanted);
  await painted();
  return { first, all: performance.now() - began };
}

/** Until nothing more is asked for: what lies a screen below, too. */
async function settled(): Promise<void> {
  let calm = 0;
  for (let before = -1; calm < 10; ) {
    calm = asks === before && ended === asks ? calm + 1 : 0;
    before = asks;
    await painted();
  }
}

/** Zooms by a drag over the middle of the first chart, until its part has come and is drawn. */
async function zoom(): Promise<number> {
  const [canvas] = charts();
  if (!canvas) throw new Error('There is no chart');
  const box = canvas.getBoundingClientRect();
  const fire = (type: string, x: number) =>
    canvas.dispatchEvent(
      new PointerEvent(type, {
        bubbles: true,
        pointerId: 1,
        clientX: box.left + x,
        clientY: box.top + box.height / 2,
      }),
    );
  canvas.setPointerCapture = () => undefined;
  const [before, points] = [ended, canvas.dataset['points']];
  const began = performance.now();
  fire('pointerdown', box.width * 0.45);
  fire('pointermove', box.width * 0.5);
  fire('pointerup', box.width * 0.55);
  await until(() => ended > before && canvas.dataset['points'] !== points);
  await painted();
  const took = performance.now() - began;
  canvas.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
  await painted();
  return took;
}

/** Every run logs one more point of each metric in view. */
async function grow(): Promise<number> {
  if (!panel) throw new Error('Nothing is open');
  counted += 1;
  const [before, began] = [ended, performance.now()];
  const names = inView().map((canvas) => canvas.dataset['metric'] ?? '');
  await panel.page.events(
    names.flatMap((key) =>
      Array.from({ length: RUNS }, (_, i) => ({
        type: 'points' as const,
        runId: `run${i}`,
        key,
        count: counted,
        lastStep: counted,
        lastValue: 1,
      })),
    ),
  );
  await until(() => ended > before && ended === asks);
  await painted();
  return performance.now() - began;
}

Object.assign(window, {
  benchCharts: {
    open,
    settled,
    zoom,
    grow,
    nodes: () => document.querySelectorAll('*').length,
    charts: () => charts().length,
    place: () => {
      const box = charts()[0]?.getBoundingClientRect();
      return box && { x: box.left, y: box.top, width: box.width, height: box.height };
    },
  },
});
