// The Charts page: its tabs and their states.
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { App } from '../../../webview/charts/app';
import '../../../webview/charts/charts.css';
import type { ChartsPageView } from '../../../webview/charts/view';
import { INITIAL_VIEW } from '../../../webview/charts/view';
import { ConfusionMatrix } from '../../../webview/shared/charts/confusionMatrix';
import { INITIAL_CHART_VIEW } from '../../../webview/shared/charts/types';
import { never, type RouteAnswers } from '../answeringPanel';
import {
  type ChartsOptions,
  chartsPanel,
  detailOf,
  environmentOf,
  type FakeRun,
  HOSTILE_NAME,
  LONG_NAME,
  SWEEP,
} from '../chartsHost';
import { appears, type GalleryCase } from '../galleryCase';

function Page({ options }: { options: ChartsOptions }) {
  const [{ panel, fetched }] = useState(() => chartsPanel(options));
  return <App panel={panel} onFetched={fetched.event} />;
}

const draw =
  (options: ChartsOptions = {}) =>
  () => <Page options={options} />;
const view = (part: Partial<ChartsPageView>): Partial<ChartsPageView> => ({
  ...INITIAL_VIEW,
  ...part,
});

const shows = (selector: string) => async (root: HTMLElement) => {
  await appears(root, selector);
  await new Promise((resolve) => setTimeout(resolve, 250));
};

const COMPARED: readonly FakeRun[] = SWEEP.slice(0, 3).map((run, i) => ({
  ...run,
  params: {
    ...run.params,
    data: `s3://vision/digits/2026-11-${20 + i}/train.parquet`,
    epochs: '20',
  },
  pipelineRunId: `p${i === 1 ? 'b' : 'a'}`,
}));

const file = (path: string, size: number) => ({
  path,
  isDirectory: false,
  size,
  file: `/d/${path}`,
});
const RECORDED: RouteAnswers = {
  'GET /api/runs/:runId/lineage': ({ runId }) => ({
    datasets: [],
    models: [],
    registered: [],
    environment: runId === 'run1' ? 'b' : 'a',
  }),
  'GET /api/objects/:digest': ({ digest }) => ({
    base64: btoa(environmentOf(digest === 'b' ? 'b' : 'a')),
  }),
  'GET /api/runs/:runId/files': ({ runId }) => ({
    items: [
      file('model.pkl', runId === 'run1' ? 2_310_000 : 1_180_000),
      file('report.html', 48_000),
      ...(runId === 'run2' ? [file('roc.png', 21_000)] : []),
    ],
    total: 3,
  }),
};

/** One point in a million is far from the others: the overview keeps it, the part around it is asked for. */
const SPIKE = { at: 612_345, value: 7.123456789012345 };
function spikySeries(range: { readonly fromStep?: number; readonly toStep?: number }) {
  const { fromStep: from = 0, toStep: to = 999_999 } = range;
  const stride = Math.max(1, Math.ceil((to - from) / 1200));
  const steps: number[] = [];
  for (let step = Math.max(0, from); step <= Math.min(999_999, to); step += stride) {
    if (SPIKE.at > step - stride && SPIKE.at < step) steps.push(SPIKE.at);
    steps.push(step);
  }
  const values = steps.map((step) =>
    step === SPIKE.at ? SPIKE.value : 0.5 + Math.sin(step / 40_000) / 5 + Math.sin(step * 9.7) / 40,
  );
  const timestamps = steps.map((step) => 1_760_000_000_000 + step);
  return { runId: 'run0', key: 'grad/norm', count: 1_000_000, steps, timestamps, values };
}
const SPIKY: ChartsOptions = {
  runs: [{ runId: 'run0', name: 'sweep-0', metrics: { 'grad/norm': 0.5 } }],
  answers: { 'POST /api/series': (request) => ({ series: [spikySeries(request)] }) },
};

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** One after the other, each when the one before has been drawn. */
async function press(element: HTMLElement, keys: readonly string[], shiftKey = false) {
  for (const key of keys) {
    const event = { key, shiftKey, bubbles: true, cancelable: true };
    element.dispatchEvent(new KeyboardEvent('keydown', event));
    await pause(40);
  }
}

/** Sections beyond the first four are closed. */
const MANY: readonly FakeRun[] = SWEEP.slice(0, 3).map((run) => ({
  ...run,
  metrics: Object.fromEntries(
    ['train', 'val', 'test', 'system', 'grad', 'norm'].flatMap((group) =>
      Array.from({ length: 9 }, (_, i): [string, number] => [`${group}/metric_${i}`, i]),
    ),
  ),
}));

const HOSTILE: readonly FakeRun[] = [
  {
    runId: 'h1',
    name: HOSTILE_NAME,
    params: { '<b>lr</b>': 'x'.repeat(6000) },
    metrics: { '<i>loss</i>\n🦉': Number.NaN, huge: 1e308 },
  },
  {
    runId: 'h2',
    name: LONG_NAME,
    metrics: { '<i>loss</i>\n🦉': Number.POSITIVE_INFINITY, huge: -1e308, alone: 1 },
  },
];

/** NaN, infinities, the largest numbers, one point, none, two at one step. */
const HOSTILE_SERIES = {
  'POST /api/series': ({ series }: { series: readonly { runId: string; key: string }[] }) => ({
    series: series.map(({ runId, key }) => {
      const values =
        key === 'alone'
          ? [1]
          : key === 'huge'
            ? [1e308, -1e308, 1e-300, 5]
            : (['NaN', 'Infinity', '-Infinity', 3] as const);
      const steps = values.map((_, i) => Math.floor(i / 2));
      return {
        runId,
        key,
        count: values.length,
        steps,
        timestamps: steps.map(() => 5),
        values: [...values],
      };
    }),
  }),
};

export const cases: readonly GalleryCase[] = [
  {
    name: 'charts: three runs',
    draw: draw(),
    height: 880,
    seen: ['sweep-0', 'accuracy', '3 of 3 metrics', 'Smoothing', 'best'],
    act: shows('canvas'),
  },
  {
    name: 'charts: fourteen runs, by time, pinned, one axis logarithmic',
    draw: draw({
      runs: SWEEP.slice(0, 14),
      view: view({
        pinned: ['val/loss'],
        list: { width: 220, isShown: false },
        chart: { ...INITIAL_CHART_VIEW, x: 'relative', logY: true, smoothing: 0.9 },
      }),
    }),
    height: 880,
    seen: ['Pinned', '14 runs', 'Relative time'],
    act: shows('canvas'),
  },
  {
    name: 'charts: a spike, one point in a million, zoomed to by keys',
    draw: draw(SPIKY),
    height: 480,
    seen: ['7.123456789012345', 'step 612,345', 'Reset the zoom of grad/norm'],
    act: async (root) => {
      const canvas = await appears<HTMLElement>(root, 'canvas');
      await pause(150);
      canvas.focus();
      await press(canvas, ['h', ...Array.from({ length: 14 }, () => '+')]);
      await pause(200);
    },
  },
  {
    name: 'charts: many sections',
    draw: draw({ runs: MANY }),
    height: 880,
    seen: ['54 of 54 metrics', 'system', 'grad'],
    act: shows('canvas'),
  },
  {
    name: 'charts: bands of groups',
    draw: draw({
      runs: SWEEP.slice(0, 12),
      view: view({
        groupBy: 'param optimizer',
        chart: { ...INITIAL_CHART_VIEW, bands: 'sd', showMembers: true, ignoreOutliers: true },
      }),
    }),
    height: 880,
    seen: ['Mean ± sd', 'optimizer = adam', 'step 40', ' to '],
    act: async (root) => {
      const canvas = await appears<HTMLElement>(root, 'canvas');
      await pause(250);
      canvas.focus();
      await press(canvas, ['Home']);
      await press(canvas, ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowRight'], true);
    },
  },
  {
    name: 'charts: as a table',
    draw: draw(),
    height: 880,
    seen: ['val/accuracy, table', 'sweep-2'],
    act: async (root) => {
      await appears(root, 'canvas');
      (await appears<HTMLElement>(root, '[aria-label="More for val/accuracy"]')).click();
      (await appears<HTMLElement>(document, '[role=menuitemcheckbox]')).click();
      await appears(root, '.rl-chart-table');
    },
  },
  {
    name: 'charts: no metric matches',
    draw: draw({ view: view({ filter: '/nothing$/' }) }),
    height: 400,
    seen: ['No metric matches “/nothing$/”', '0 of 3 metrics'],
  },
  {
    name: 'charts: no run shown',
    draw: draw({ runs: [] }),
    height: 400,
    seen: ['No run is shown', 'Choose Runs'],
  },
  {
    name: 'charts: runs without metrics',
    draw: draw({ runs: [{ runId: 'a', name: 'new', running: true }] }),
    height: 400,
    seen: ['The shown runs have no metrics yet', 'Copy Logging Snippet', 'running'],
  },
  {
    name: 'charts: being read',
    draw: draw({ answers: { 'GET /api/runs/:runId': () => never() } }),
    height: 400,
    seen: ['Reading runs'],
    act: shows('.rl-bone'),
  },
  {
    name: 'charts: server down',
    draw: draw({
      start: { status: { kind: 'down', message: 'The server of digits is not running.' } },
      answers: {
        'GET /api/runs/:runId': () => {
          throw new Error('The server of digits does not answer.');
        },
      },
    }),
    height: 400,
    seen: ['The server of digits is not running.', 'Show Log', 'does not answer', 'Try Again'],
  },
  {
    name: 'charts: hostile data',
    draw: draw({ runs: HOSTILE, answers: HOSTILE_SERIES }),
    height: 880,
    seen: ['<img src=x', '<i>loss</i>', 'not finite'],
    act: shows('canvas'),
  },
  {
    name: 'charts: compare three runs',
    draw: draw({ runs: COMPARED, answers: RECORDED, view: view({ tab: 'compare' }) }),
    height: 880,
    seen: ['baseline', 'equal rows hidden', 'cached', 'load_data', 'better', 'wider-network'],
    act: shows('.charts-differs'),
  },
  {
    name: 'charts: compare hostile runs, all rows',
    draw: draw({
      runs: HOSTILE,
      view: view({ tab: 'compare', compare: { ...INITIAL_VIEW.compare, onlyDifferences: false } }),
    }),
    height: 880,
    seen: ['<b>lr</b>', 'NaN', 'Infinity'],
    act: shows('.charts-differs'),
  },
  {
    name: 'charts: compare pictures and matrices',
    draw: draw({
      runs: COMPARED,
      view: view({
        tab: 'compare',
        compare: {
          ...INITIAL_VIEW.compare,
          closed: ['overview', 'params', 'metrics', 'steps', 'environment', 'code', 'artifacts'],
        },
      }),
      answers: {
        'GET /api/runs/:runId/files': () => ({
          items: ['confusion_matrix.csv', 'samples_step_1.png', 'samples_step_5.png'].map(
            (path) => ({
              path,
              isDirectory: false,
              size: 900,
              file: `/data/${path}`,
            }),
          ),
          total: 3,
        }),
        'POST /api/file-table': () => ({
          format: 'csv',
          columns: ['', 'cat', 'dog', 'owl'].map((name) => ({ name, type: 'text' })),
          rows: [
            ['cat', 41, 3, 1],
            ['dog', 4, 38, 0],
            ['owl', 0, 2, 19],
          ],
          total: 3,
          sortable: true,
        }),
      },
    }),
    height: 880,
    seen: ['confusion_matrix.csv', 'predicted', 'Step 5', 'samples'],
    act: shows('.charts-matrix canvas'),
  },
  {
    name: 'charts: compare one run',
    draw: draw({ runs: COMPARED.slice(0, 1), view: view({ tab: 'compare' }) }),
    height: 400,
    seen: ['Choose two or more runs to compare'],
  },
  {
    name: 'charts: parameters of a sweep',
    draw: draw({
      runs: SWEEP,
      view: view({
        tab: 'parameters',
        parameters: { ...INITIAL_VIEW.parameters, brushes: { 'metric train/loss': [0, 0.4] } },
      }),
    }),
    height: 880,
    seen: ['Importance for', 'Filter by lr', 'of 40 runs', 'Show These'],
    act: shows('canvas'),
  },
  {
    name: 'charts: no parameters',
    draw: draw({ runs: [detailless('a')], view: view({ tab: 'parameters' }) }),
    height: 400,
    seen: ['Nothing to compare yet'],
  },
  {
    name: 'charts: over time',
    draw: draw({ view: view({ tab: 'over-time' }) }),
    height: 700,
    seen: ['pipeline digits', 'accuracy', 'loss'],
    act: shows('canvas'),
  },
  {
    name: 'charts: nothing made again yet',
    draw: draw({
      view: view({ tab: 'over-time' }),
      answers: { 'GET /api/pipelines': () => ({ items: [], total: 0 }) },
    }),
    height: 400,
    seen: ['No pipelines and no registered models yet'],
  },
  {
    name: 'charts: confusion matrix of shares',
    draw: () => (
      <div class="stage-pad">
        <ConfusionMatrix
          name="digits"
          labels={['0', '1', '2', '3']}
          counts={[
            [41, 1, 0, 0],
            [2, 37, 3, 0],
            [0, 0, 44, 1],
            [1, 0, 6, 30],
          ]}
          isNormalised
        />
      </div>
    ),
    seen: ['digits', 'More for digits', '0 – 1'],
    act: shows('canvas'),
  },
];

/** A run without parameters and metrics. */
function detailless(runId: string): FakeRun {
  const { name } = detailOf({ runId, name: 'bare' });
  return { runId, name };
}
