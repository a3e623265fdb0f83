// Pipeline runs for pictures and tests: a small one with every state, hostile names, and as many steps as one likes.
import type { StepInput, StepInvocation, StepStatus } from '../../src/domain/pipeline';
import type {
  ControlRoute,
  Explanation,
  PipelineRunDetail,
  PipelineRunFacts,
  StepFacts,
} from '../../src/protocol/control';
import type { ArtifactRow, PipelineRunRow, StepRow } from '../../src/protocol/rows';
import type { PanelHost, PanelPlace, PanelStart } from '../../src/protocol/webview/panel';
import { onWish, PIPELINE_VIEW, type PipelineView } from '../../webview/pipeline/view';
import { Panel } from '../../webview/shared/panel';

/** 21 November 2026, 12:00 UTC. */
export const NOW = Date.UTC(2026, 10, 21, 12);
const SOURCE = { file: 'train.py', module: 'train', qualname: 'training', line: 12 };

export function invocation(
  id: string,
  from: readonly string[] = [],
  more: { group?: string; after?: readonly string[]; parameters?: Record<string, number> } = {},
): StepInvocation {
  const inputs: Record<string, StepInput> = {};
  for (const stepId of from) inputs[`from ${stepId}`] = { kind: 'step', stepId, output: 'data' };
  for (const [name, value] of Object.entries(more.parameters ?? {})) {
    inputs[name] = { kind: 'parameter', value };
  }
  return {
    id,
    step: id,
    source: SOURCE,
    inputs,
    outputs: [{ name: 'data', annotation: 'DataFrame' }],
    after: more.after ?? [],
    options: {
      enableCache: true,
      environment: {},
      retries: 0,
      ...(more.group === undefined ? {} : { group: more.group }),
    },
    captured: {},
  };
}

export const artifact = (name: string, version = '3'): ArtifactRow => ({
  id: `artifact-${name}-${version}`,
  name,
  version,
  type: 'pandas.core.frame.DataFrame',
  materializer: 'pandas',
  size: 20_480,
  createdAt: NOW - 60_000,
  metadata: { rows: 1797 },
  folder: '/store/artifacts/a',
  files: [],
  pipeline: 'training',
  stepId: name,
});

/** Began `at` milliseconds after the run and took `took`. */
export function stepRow(
  stepId: string,
  status: StepStatus,
  more: Partial<StepRow> & { at?: number; took?: number; start?: number } = {},
): StepRow {
  const { at = 0, took = 1300, start = NOW - 60_000, ...rest } = more;
  const hasBegun = status !== 'pending' && status !== 'skipped';
  const isOver = hasBegun && status !== 'running';
  const made = status === 'ran' || status === 'cached';
  return {
    id: `run-${stepId}`,
    stepId,
    step: stepId,
    status,
    source: SOURCE,
    startedAt: hasBegun ? start + at : undefined,
    endedAt: isOver ? start + at + took : undefined,
    reasons: [],
    cachedFrom: status === 'cached' ? NOW - 7_200_000 : undefined,
    outputs: made ? [{ name: 'data', artifact: artifact(stepId) }] : [],
    error: undefined,
    notReusableReason: undefined,
    trackingRunId: undefined,
    ...rest,
  };
}

export const runRow = (id: string, more: Partial<PipelineRunRow> = {}): PipelineRunRow => ({
  id,
  name: `training-${id}`,
  pipeline: 'training',
  status: 'finished',
  startedAt: NOW - 60_000,
  endedAt: NOW - 48_000,
  experimentId: '1',
  trackingRunId: `tracking-${id}`,
  source: SOURCE,
  launchId: undefined,
  steps: 6,
  done: 6,
  cached: 2,
  ...more,
});

export const SAMPLE_STEPS: readonly StepInvocation[] = [
  invocation('load_data'),
  invocation('clean', ['load_data'], { group: 'preparation' }),
  invocation('split', ['clean'], { group: 'preparation', parameters: { test_size: 0.2 } }),
  invocation('train_model', ['split'], { parameters: { gamma: 0.002, epochs: 10 } }),
  invocation('baseline', ['split']),
  invocation('evaluate', ['train_model', 'split', 'baseline']),
  invocation('report', ['evaluate'], { after: ['baseline'] }),
];

export const SAMPLE_ROWS: readonly StepRow[] = [
  stepRow('load_data', 'cached', { took: 10 }),
  stepRow('clean', 'cached', { at: 20, took: 10 }),
  stepRow('split', 'ran', {
    at: 40,
    took: 800,
    reasons: [{ kind: 'changed', text: 'helper clean() changed' }],
  }),
  stepRow('train_model', 'running', {
    at: 900,
    start: NOW - 13_000,
    reasons: [{ kind: 'changed', text: 'gamma 0.001 → 0.002' }],
  }),
  stepRow('baseline', 'failed', {
    at: 1200,
    took: 2400,
    error: {
      type: 'ValueError',
      message: 'could not convert string to float: "n/a"',
      traceback:
        'Traceback (most recent call last):\n  File "train.py", line 31, in baseline\nValueError',
    },
  }),
  stepRow('evaluate', 'pending'),
  stepRow('report', 'skipped'),
];

const BEFORE_ROWS = SAMPLE_ROWS.map(({ stepId }) =>
  stepRow(stepId, 'ran', { start: NOW - 3_600_000, took: 1000 }),
);

/** Layers of `width` steps; each takes what one or two of the layer before made. */
export function manySteps(count: number, width = 20): readonly StepInvocation[] {
  return Array.from({ length: count }, (_, i) => {
    const layer = Math.floor(i / width);
    const from = layer === 0 ? [] : [i - width, layer * width - 1 - (i % 7)];
    return invocation(
      `step_${i}`,
      [...new Set(from)].map((source) => `step_${source}`),
    );
  });
}

const STATES: readonly StepStatus[] = [
  'ran',
  'ran',
  'cached',
  'ran',
  'cached',
  'failed',
  'skipped',
];

export const manyRows = (steps: readonly StepInvocation[]): readonly StepRow[] =>
  steps.map(({ id }, i) =>
    stepRow(id, i > steps.length - 8 ? 'running' : (STATES[(i * 5) % STATES.length] ?? 'ran'), {
      start: NOW - 600_000,
      at: Math.floor(i / 8) * 2000 + (i % 8) * 110,
      took: 500 + ((i * 37) % 1700),
    }),
  );

const HOSTILE = [
  '<img src=x onerror="document.body.remove()">',
  'تجربة ‮مقلوبة‬ 🦉',
  '__proto__',
  'x'.repeat(300),
];
export const HOSTILE_STEPS = HOSTILE.map((id, i) =>
  invocation(id, i === 0 ? [] : [HOSTILE[i - 1] ?? ''], { group: '<b>bold</b> constructor' }),
);
export const HOSTILE_ROWS = HOSTILE.map((id) =>
  stepRow(id, 'failed', {
    error: { type: '<b>Error</b>', message: 'm'.repeat(400), traceback: '<script>1</script>' },
  }),
);

const PLACE: PanelPlace = {
  id: 'p',
  name: 'digits',
  source: undefined,
  canWrite: true,
  canRun: true,
};

export interface SampleStore {
  readonly runs?: readonly PipelineRunRow[];
  readonly steps: readonly StepInvocation[];
  readonly rows: readonly StepRow[];
  readonly log?: string;
  /** Routes that never answer, or answer with an error. */
  readonly silent?: readonly ControlRoute[];
  readonly failing?: readonly ControlRoute[];
  readonly canRun?: boolean;
}

export const SAMPLE_STORE: SampleStore = {
  runs: [
    runRow('3', { status: 'running', endedAt: undefined, done: 4 }),
    runRow('2', { startedAt: NOW - 3_600_000, endedAt: NOW - 3_588_000 }),
    runRow('1', { status: 'failed', startedAt: NOW - 90_000_000, endedAt: NOW - 89_990_000 }),
  ],
  steps: SAMPLE_STEPS,
  rows: SAMPLE_ROWS,
  log: [
    '12:41:04.576 loading split',
    '12:41:05.100 [info] epochs: 10',
    ...Array.from({ length: 9 }, (_, i) => `12:41:0${i}.000  ${i + 1}0%|####      | ${i}/10`),
    '12:41:14.000 [warning] gamma is small',
    '12:41:15.000 [error] loss is nan',
    '  at epoch 10',
    '',
  ].join('\n'),
};

/** What a page asked for and did. */
export interface Told {
  readonly asked: { route: string; request: unknown }[];
  readonly run: { command: string; target: unknown }[];
}

export function sampleHost(store: SampleStore, told: Told): PanelHost {
  const start: PanelStart = {
    place: { ...PLACE, canRun: store.canRun ?? true },
    subject: { kind: 'pipeline', pipeline: 'training' },
    status: { kind: 'up', storeBytes: 1000 },
    shown: [],
    locale: 'en',
    texts: {},
  };
  return {
    ready: async () => start,
    async ask(route, request) {
      told.asked.push({ route, request });
      if (store.silent?.includes(route)) return new Promise(() => undefined);
      if (store.failing?.includes(route)) throw new Error('The server of “digits” is not there');
      const value = answerTo(store, route, request as object);
      return { ok: true, value: value as never };
    },
    change: async () => {
      throw new Error('The page changes nothing');
    },
    async run(command, target) {
      told.run.push({ command, target });
    },
    show: async () => undefined,
    copy: async () => undefined,
    save: async () => false,
    report: async () => undefined,
  };
}

function answerTo(store: SampleStore, route: string, request: { id?: string; from?: number }) {
  const { rows, runs = [runRow('3')] } = store;
  const id = request.id ?? '';
  switch (route) {
    case 'GET /api/pipelines/:pipeline/runs':
      return { items: runs, total: runs.length };
    case 'GET /api/pipeline-runs/:id':
      return detailOf(runs, id, id === '3' || rows !== SAMPLE_ROWS ? rows : BEFORE_ROWS);
    case 'GET /api/facts/pipeline-runs/:id':
      return factsOf(store, id);
    case 'GET /api/steps/:id':
      return stepFactsOf(store, id);
    case 'GET /api/steps/:id/explain':
      return explanationOf(id);
    case 'GET /api/logs/:id': {
      const text = (store.log ?? '').slice(request.from ?? 0);
      return { text, next: (request.from ?? 0) + text.length, ended: false, file: '/log' };
    }
    default:
      throw new Error(`Nothing answers ${route}`);
  }
}

function detailOf(
  runs: readonly PipelineRunRow[],
  id: string,
  stepRows: readonly StepRow[],
): PipelineRunDetail {
  const run = runs.find((each) => each.id === id) ?? runRow(id);
  return { ...run, parameters: {}, stepRows };
}

function factsOf({ steps, rows }: SampleStore, id: string): PipelineRunFacts {
  return {
    id,
    startedAt: NOW - 60_000,
    endedAt: undefined,
    metadata: {},
    tags: [],
    config: { pipeline: 'training', source: SOURCE, parameters: {}, enableCache: true, steps },
    plan: { target: 'all' },
    stepIds: Object.fromEntries(rows.map((row) => [row.stepId, row.id])),
  };
}

function stepFactsOf({ steps, rows }: SampleStore, id: string): StepFacts {
  const row = rows.find((each) => each.id === id);
  const config = steps.find((each) => each.id === row?.stepId);
  if (!row || !config) throw new Error(`There is no step ${id}`);
  const inputs = Object.entries(config.inputs).flatMap(([name, input]) =>
    input.kind === 'step' ? [[name, artifact(input.stepId)] as const] : [],
  );
  return {
    ...row,
    pipelineRunId: '3',
    metadata: { accuracy: 0.97, note: 'first <b>try</b>' },
    tags: ['nightly'],
    config,
    inputs: Object.fromEntries(inputs),
  };
}

const part = (name: string, digest: string, display?: string) =>
  display === undefined ? { name, digest } : { name, digest, display };

function explanationOf(id: string): Explanation {
  const step = {
    id,
    pipelineRunId: '3',
    stepId: id.replace(/^run-/, ''),
    step: 'train_model',
    status: 'ran' as const,
    startedAt: NOW,
    endedAt: NOW,
    fingerprint: undefined,
    reasons: [],
    outputs: {},
    trackingRunId: undefined,
    cachedFrom: undefined,
    error: undefined,
    reusable: true,
    notReusableReason: undefined,
  };
  const fingerprint = {
    key: 'k2',
    components: [
      part('code', 'aaaa1111bbbb'),
      part('helper:features.clean', 'cccc2222dddd'),
      part('input:data', 'eeee', 'split v3'),
      part('parameter:gamma', 'g2', '0.002'),
      part('parameter:epochs', 'e1', '10'),
    ],
    notTracked: ['getattr(mod, name) in clean, features.py:12'],
  };
  const components = [
    part('code', 'aaaa1111bbbb'),
    part('helper:features.clean', '99992222dddd'),
    part('input:data', 'eeee', 'split v3'),
    part('parameter:gamma', 'g1', '0.001'),
    part('environment:SEED', 's', '7'),
  ];
  return {
    step,
    pipeline: 'training',
    fingerprint,
    previous: { step, fingerprint: { key: 'k1', components, notTracked: [] } },
    reasons: [
      { kind: 'changed', component: 'parameter:gamma', text: 'gamma 0.001 → 0.002' },
      { kind: 'not-reusable', text: 'its result is a generator, which is used up' },
    ],
    texts: { 'helper:features.clean': { before: 'def clean(): 1', after: 'def clean(): 2' } },
  };
}

/** A panel as the extension would open it. */
export function samplePanel(
  store: SampleStore,
  view: Partial<PipelineView> = {},
): { readonly panel: Panel<PipelineView>; readonly told: Told } {
  const told: Told = { asked: [], run: [] };
  const channel = {
    remote: sampleHost(store, told),
    dispose: () => undefined,
    kept: { version: PIPELINE_VIEW.version, view: { ...PIPELINE_VIEW.initial, ...view } },
    keep: () => undefined,
  };
  const panel = new Panel<PipelineView>(channel, PIPELINE_VIEW, 50, onWish);
  void panel.begin();
  return { panel, told };
}
