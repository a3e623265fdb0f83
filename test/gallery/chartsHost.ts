// A Charts panel whose other side answers from values: runs with metrics, a sweep, a pipeline made again and again.
import { Emitter } from '../../src/base/event';
import type { PipelineRunDetail } from '../../src/protocol/control';
import type { RunDetail, SeriesColumns, StepRow } from '../../src/protocol/rows';
import type { ArtifactHost } from '../../src/protocol/webview/artifact';
import type { PanelStart, PanelSubject } from '../../src/protocol/webview/panel';
import { toWire } from '../../src/protocol/wire';
import type { ChartsPanel } from '../../webview/charts/runBook';
import type { Fetched } from '../../webview/charts/tabProps';
import { type ChartsPageView, KEPT_VIEW } from '../../webview/charts/view';
import { Panel } from '../../webview/shared/panel';
import { answeringPanel, type Done, type RouteAnswers } from './answeringPanel';

const BEGAN = Date.UTC(2026, 10, 21, 10, 0, 0);
const PICTURE = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120"><rect width="160" height="120" fill="#456"/><circle cx="70" cy="60" r="40" fill="#e9a"/></svg>',
)}`;

export const LONG_NAME = 'ein-sehr-langer-name-'.repeat(12);
export const HOSTILE_NAME = '<img src=x onerror=alert(1)>\u202Egnp.txt\n🦉';

export interface FakeRun {
  readonly runId: string;
  readonly name: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
  readonly running?: boolean;
  readonly pipelineRunId?: string;
}

export function detailOf({
  runId,
  name,
  params = {},
  metrics = {},
  running,
  pipelineRunId,
}: FakeRun): RunDetail {
  return {
    runId,
    experimentId: '1',
    name,
    status: running ? 'RUNNING' : 'FINISHED',
    lifecycleStage: 'active',
    startTime: BEGAN,
    endTime: running ? undefined : BEGAN + 95_000,
    parentRunId: undefined,
    children: 0,
    primaryMetric: undefined,
    pipelineRunId,
    stepId: undefined,
    artifactUri: '',
    params: Object.entries(params).map(([key, value]) => ({ key, value })),
    tags: [{ key: 'mlflow.user', value: 'ada' }],
    metrics: Object.entries(metrics).map(([key, value]) => {
      const point = { step: 99, timestamp: BEGAN + 99_000, value: toWire(value) };
      return { key, count: 100, last: point, min: point, max: point };
    }),
  };
}

/** The same noise whenever it is asked for, -1 … 1. */
function noiseOf(text: string): () => number {
  let state = [...text].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, 7);
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

/** As in training: losses fall, the rest rises, each run in its own way; noise becomes less. Always the same. */
export function seriesOf(runId: string, key: string, points: number = 100): SeriesColumns {
  const noise = noiseOf(`${runId} ${key}`);
  const [pace, end] = [0.12 + noise() * 0.06, 0.25 + noise() * 0.15];
  const isRising = !key.includes('loss');
  const values = Array.from({ length: points }, (_, i) => {
    const at = (i * 100) / points;
    const left = Math.exp(-at * pace * 0.5);
    const value = left * (isRising ? 0.9 : 2) + end * (1 - left);
    const bumpy = value + noise() * (0.02 + left * 0.06);
    return isRising ? 1 - bumpy * 0.9 : bumpy;
  });
  const steps = values.map((_, i) => i);
  const timestamps = steps.map((step) => BEGAN + step * 950);
  return { runId, key, count: points, steps, timestamps, values: values.map(toWire) };
}

/** What the SDK records of a run's code: `b` has another package, commit and change than `a`. */
export function environmentOf(which: 'a' | 'b'): string {
  const isOther = which === 'b';
  return JSON.stringify({
    version: 1,
    entry: { kind: 'script', arguments: ['train.py', '--epochs', '20'], hidden: 0, folder: '/w' },
    base: '/w',
    git: {
      commit: isOther ? '9c1f2ab7d0e44f6b8a5c' : '4be07d31c2a94e58b7f0',
      branch: isOther ? 'wider-network' : 'main',
      remote: 'https://example.org/vision/digits.git',
      dirty: isOther,
      ...(isOther && { patch: { bytes: 1830 } }),
    },
    files: [],
    filesLeftOut: 0,
    python: { version: '3.11.9', implementation: 'CPython', executable: '/w/.venv/bin/python' },
    packages: [
      { name: 'numpy', version: '1.26.4' },
      { name: 'scikit-learn', version: isOther ? '1.5.2' : '1.5.1' },
      { name: 'torch', version: '2.4.1' },
    ],
    system: {
      os: 'Ubuntu 24.04 LTS',
      machine: 'x86_64',
      cpu: 'AMD Ryzen 9 7950X',
      cpus: 16,
      memory: 64 * 2 ** 30,
      gpus: ['NVIDIA RTX 4090'],
    },
    variables: [],
  });
}

const lr = (i: number) => String(Number((10 ** (-4 + (i % 7) / 2)).toPrecision(3)));

/** Runs of a sweep: a rate, a size, an optimizer, and an accuracy that depends on them. */
export const SWEEP: readonly FakeRun[] = Array.from({ length: 40 }, (_, i) => {
  const width = [32, 64, 128][i % 3] ?? 32;
  const accuracy = 0.9 - Math.abs((i % 7) - 3) / 20 + width / 4000 + Math.sin(i) / 90;
  return {
    runId: `run${i}`,
    name: `sweep-${i}`,
    params: { lr: lr(i), width: String(width), optimizer: i % 2 ? 'adam' : 'sgd', seed: String(i) },
    metrics: { 'val/accuracy': accuracy, 'val/loss': 1 - accuracy, 'train/loss': 0.9 - accuracy },
  };
});

const STEP: Omit<StepRow, 'id' | 'stepId' | 'status' | 'reasons' | 'endedAt' | 'cachedFrom'> = {
  step: 'train',
  source: { file: 'train.py', module: 'train', qualname: 'train', line: 3 },
  startedAt: BEGAN,
  outputs: [],
  error: undefined,
  notReusableReason: undefined,
  trackingRunId: undefined,
};

export const pipelineRun = (id: string, isCached: boolean): PipelineRunDetail => ({
  id,
  name: id,
  pipeline: 'digits',
  status: 'finished',
  startedAt: BEGAN,
  endedAt: BEGAN + 90_000,
  experimentId: '1',
  trackingRunId: id,
  source: STEP.source,
  launchId: undefined,
  steps: 2,
  done: 2,
  cached: isCached ? 1 : 0,
  parameters: {},
  stepRows: [
    {
      ...STEP,
      id: `${id}1`,
      stepId: 'load_data',
      status: isCached ? 'cached' : 'ran',
      reasons: isCached ? [] : [{ kind: 'first-run', text: 'first run' }],
      endedAt: BEGAN + 12_000,
      cachedFrom: isCached ? BEGAN - 7_200_000 : undefined,
    },
    {
      ...STEP,
      id: `${id}2`,
      stepId: 'train',
      status: 'ran',
      reasons: isCached
        ? [{ kind: 'changed', text: 'gamma 0.001 → 0.002' }]
        : [{ kind: 'first-run', text: 'first run' }],
      endedAt: BEGAN + (isCached ? 61_000 : 48_000),
      cachedFrom: undefined,
    },
  ],
});

export function answersOf(runs: readonly FakeRun[]): RouteAnswers {
  const details = runs.map(detailOf);
  const find = (runId: string) => {
    const found = details.find((each) => each.runId === runId);
    if (!found) throw new Error(`There is no run ${runId}.`);
    return found;
  };
  return {
    'GET /api/runs/:runId': ({ runId }) => find(runId),
    'POST /api/series': ({ series }) => ({
      series: series.map(({ runId, key }) => seriesOf(runId, key)),
    }),
    'POST /api/run-columns': () => columnsOf(details),
    'POST /api/run-table': ({ columns }) => ({
      rows: details,
      cells: columns.map(({ on, key }) =>
        details.map(({ params, metrics }) =>
          on === 'metric'
            ? (metrics.find((each) => each.key === key)?.last.value ?? null)
            : (params.find((each) => each.key === key)?.value ?? null),
        ),
      ),
      total: details.length,
      until: BEGAN,
      seq: 1,
    }),
    'GET /api/runs/:runId/lineage': () => ({
      datasets: [],
      models: [],
      registered: [],
      environment: undefined,
    }),
    'GET /api/runs/:runId/files': () => ({ items: [], total: 0 }),
    'GET /api/pipeline-runs/:id': ({ id }) => pipelineRun(id, id.endsWith('b')),
    'GET /api/pipelines': () => ({
      items: [{ name: 'digits', source: STEP.source, lastRun: undefined }],
      total: 1,
    }),
    'GET /api/models': () => ({ items: [], total: 0 }),
    'GET /api/pipelines/:pipeline/over-time': () => ({
      points: Array.from({ length: 12 }, (_, i) => ({
        label: `digits-${i + 1}`,
        time: BEGAN + i * 86_400_000,
        runId: `run${i}`,
        pipelineRunId: `p${i}`,
        measured: [`run${i}`],
      })),
      metrics: {
        accuracy: Array.from({ length: 12 }, (_, i) => 0.8 + Math.sin(i) / 20 + i / 100),
        loss: Array.from({ length: 12 }, (_, i) => (i === 3 ? null : 0.6 - i / 40)),
      },
    }),
  };
}

function columnsOf(details: readonly RunDetail[]) {
  const facts = (lists: readonly (readonly { key: string; value: string }[])[]) => {
    const keys = [...new Set(lists.flatMap((list) => list.map(({ key }) => key)))].sort();
    return keys.map((key) => {
      const values = lists.flatMap((list) => list.find((each) => each.key === key)?.value ?? []);
      return {
        key,
        runs: values.length,
        differs: values.length < lists.length || new Set(values).size > 1,
        numeric: values.every((value) => Number.isFinite(Number(value))),
      };
    });
  };
  const metrics = [
    ...new Set(details.flatMap((each) => each.metrics.map(({ key }) => key))),
  ].sort();
  return {
    metrics: metrics.map((key) => ({ key, runs: details.length })),
    params: facts(details.map(({ params }) => params)),
    tags: facts(details.map(({ tags }) => tags)),
    total: details.length,
  };
}

export interface ChartsOptions {
  /** Those that are shown, in the order of their slots. */
  readonly runs?: readonly FakeRun[];
  readonly answers?: RouteAnswers;
  readonly view?: Partial<ChartsPageView>;
  readonly start?: Partial<PanelStart>;
  readonly subject?: PanelSubject;
}

export interface TestCharts {
  readonly panel: ChartsPanel;
  readonly done: Done;
  readonly shows: { readonly runIds: readonly string[]; readonly shown: boolean }[];
  readonly fetched: Emitter<Fetched>;
}

export function chartsPanel(options: ChartsOptions = {}): TestCharts {
  const { runs = SWEEP.slice(0, 3), view, subject = { kind: 'charts' }, start } = options;
  const answers = { ...answersOf(runs), ...options.answers };
  const shown = runs.map(({ runId }, slot) => ({ runId, slot }));
  const other = answeringPanel(KEPT_VIEW, { subject, answers, start: { shown, ...start } });
  const shows: TestCharts['shows'] = [];
  const remote: ArtifactHost = {
    ...other.panel.host,
    show: async (runIds, isShown) => void shows.push({ runIds, shown: isShown }),
    uriOf: async () => ({ kind: 'ready', uri: PICTURE }),
    openExternally: async () => undefined,
  };
  const channel = {
    remote,
    kept: { version: KEPT_VIEW.version, view: { ...KEPT_VIEW.initial, ...view } },
    keep: (state: unknown) => {
      other.done.kept = structuredClone(state);
    },
    dispose: () => undefined,
  };
  const panel = new Panel<ChartsPageView, ArtifactHost>(channel, KEPT_VIEW);
  void panel.begin();
  return { panel, done: other.done, shows, fetched: new Emitter<Fetched>() };
}
