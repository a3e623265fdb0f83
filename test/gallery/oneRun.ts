// A run with everything that the Run page shows of one, and runs that have nothing or are hostile.
import type { RunEnvironment } from '../../src/domain/environment';
import type { RunLineage } from '../../src/protocol/lineage';
import type { FileRow, MetricRow, RunDetail, RunRow, StepRow } from '../../src/protocol/rows';
import { toWire } from '../../src/protocol/wire';
import { RUN_VIEW, type RunView } from '../../webview/run/view';
import {
  type Answering,
  type AnsweringOptions,
  answeringPanel,
  type RouteAnswers,
} from './answeringPanel';

/** 21 November 2026, 12:00. */
export const NOW = Date.UTC(2026, 10, 21, 12);
export const RUN_ID = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';
const PARENT_ID = 'f0e1d2c3b4a5968778695a4b3c2d1e0f';
const RECORD = 'a'.repeat(64);
const PATCH = 'b'.repeat(64);
const KEPT_FILE = 'c'.repeat(64);

const metric = (key: string, values: readonly number[]): MetricRow => {
  const point = (value: number) => ({
    step: values.indexOf(value) * 10,
    timestamp: NOW - 600_000,
    value: toWire(value),
  });
  const finite = values.filter(Number.isFinite);
  return {
    key,
    count: values.length,
    last: { ...point(values.at(-1) ?? 0), step: (values.length - 1) * 10 },
    min: point(Math.min(...finite)),
    max: point(Math.max(...finite)),
  };
};

export const NOTE = `## Why

Tried a *smaller* learning rate; see [the run before](runs:/${PARENT_ID}) and
[the paper](https://example.org/paper).

| lr | accuracy |
|---:|---------:|
| 0.1 | 0.912 |
| 0.01 | **0.957** |

- [x] seeds fixed
- [ ] ablation
`;

export const LONG_VALUE = `{"layers": [${Array.from({ length: 700 }, (_, i) => 1000 + i).join(', ')}]}`;

export const RUN: RunDetail = {
  runId: RUN_ID,
  experimentId: '7',
  name: 'classifier-17',
  status: 'FINISHED',
  lifecycleStage: 'active',
  startTime: NOW - 7_200_000,
  endTime: NOW - 7_060_000,
  parentRunId: undefined,
  children: 3,
  primaryMetric: { key: 'val/accuracy', value: 0.957 },
  pipelineRunId: 'e'.repeat(32),
  stepId: 'train',
  artifactUri: `runlens-artifacts:/7/${RUN_ID}/artifacts`,
  params: [
    { key: 'lr', value: '0.01' },
    { key: 'model.depth', value: '4' },
    { key: 'model.width', value: '128' },
    { key: 'model.layers', value: LONG_VALUE },
    { key: 'optimizer', value: 'adam' },
    { key: 'seed', value: '7' },
  ],
  tags: [
    { key: 'mlflow.note.content', value: NOTE },
    { key: 'mlflow.user', value: 'ada' },
    { key: 'mlflow.source.name', value: 'train.py' },
    { key: 'team', value: 'vision' },
    { key: 'best', value: '' },
  ],
  metrics: [
    metric('val/accuracy', [0.31, 0.72, 0.951, 0.957]),
    metric('train/loss', [2.31, 0.9, 0.41, 0.38]),
    metric('spread', [1, 1.5, Number.NaN]),
    metric('system/cpu_utilization_percentage', [12, 88, 91]),
  ],
};

export const ENVIRONMENT: RunEnvironment = {
  version: 1,
  entry: {
    kind: 'script',
    arguments: ['train.py', '--lr', '0.01', '--note', 'two words', '--token', '***'],
    hidden: 1,
    folder: '/home/ada/digits',
  },
  base: '/home/ada/digits',
  git: {
    commit: '5f2c1d0b9a8e7f6d5c4b3a291807f6e5d4c3b2a1',
    branch: 'smaller-lr',
    remote: 'https://example.org/ada/digits.git',
    dirty: true,
    patch: { object: PATCH, bytes: 612 },
  },
  files: [
    { path: 'features.py', bytes: 812, sha256: KEPT_FILE, kept: true },
    { path: 'data/large.bin', bytes: 9_000_000, kept: false },
  ],
  filesLeftOut: 0,
  python: {
    version: '3.12.4',
    implementation: 'CPython',
    executable: '/home/ada/.venv/bin/python',
  },
  packages: [
    { name: 'numpy', version: '2.1.0' },
    { name: 'scikit-learn', version: '1.5.2' },
    { name: 'ours', version: '0.1', local: '/home/ada/ours' },
  ],
  system: {
    os: 'Linux 6.8',
    machine: 'x86_64',
    cpu: 'Ryzen 7',
    cpus: 8,
    memory: 34_359_738_368,
    gpus: ['RTX 4070, 12 GB'],
  },
  variables: ['CUDA_VISIBLE_DEVICES'],
};

export const PATCH_TEXT = `diff --git a/train.py b/train.py
index 1234567..89abcde 100644
--- a/train.py
+++ b/train.py
@@ -3,5 +3,6 @@ import mlflow
 def train(lr):
-    model = fit(lr)
+    model = fit(lr, seed=7)
+    check(model)
     return model
diff --git a/new file.py b/new file.py
new file mode 100644
index 0000000..0abcdef
--- /dev/null
+++ b/new file.py
@@ -0,0 +1 @@
+x = 1
`;

export const LINEAGE: RunLineage = {
  datasets: [
    {
      name: 'digits',
      digest: 'd1g1t5',
      context: 'training',
      sourceType: 'local',
      source: '{"uri": "data/digits.parquet"}',
      schema: '{"mlflow_colspec": [{"type": "double", "name": "x"}]}',
      profile: '{"num_rows": 1797}',
    },
  ],
  models: [
    {
      modelId: `m-${'1'.repeat(32)}`,
      name: 'classifier',
      direction: 'made',
      registered: ['classifier/3'],
    },
  ],
  registered: ['classifier/3'],
  environment: RECORD,
};

const child = (index: number): RunRow => ({
  ...RUN,
  runId: `child-${index}`,
  name: `fold-${index}`,
  parentRunId: RUN_ID,
  children: 0,
  startTime: NOW - 7_000_000 + index * 1000,
  endTime: NOW - 6_990_000 + index * 2000,
  status: index === 2 ? 'FAILED' : 'FINISHED',
});

const STEP: StepRow = {
  id: 'd'.repeat(32),
  stepId: 'train',
  step: 'train',
  status: 'ran',
  source: { file: 'train.py', module: 'train', qualname: 'train', line: 12 },
  startedAt: NOW - 7_200_000,
  endedAt: NOW - 7_060_000,
  reasons: [],
  cachedFrom: undefined,
  outputs: [],
  error: undefined,
  notReusableReason: undefined,
  trackingRunId: RUN_ID,
};

const file = (path: string, size: number, isDirectory = false): FileRow => ({
  path,
  size,
  isDirectory,
  file: `/home/ada/digits/.runlens/artifacts/7/${RUN_ID}/${path}`,
});

const FILES: Readonly<Record<string, readonly FileRow[]>> = {
  '': [file('confusion.png', 18_400), file('model', 0, true), file('README.md', 812)],
  model: [file('model/MLmodel', 640), file('model/model.pkl', 1_204_511)],
};

export const base64 = (text: string): string => {
  let letters = '';
  for (const byte of new TextEncoder().encode(text)) letters += String.fromCharCode(byte);
  return btoa(letters);
};

const OBJECTS: Readonly<Record<string, string>> = {
  [RECORD]: JSON.stringify(ENVIRONMENT),
  [PATCH]: PATCH_TEXT,
  [KEPT_FILE]: 'def features(x):\n    return x\n',
};

/** With what programs print: records, a traceback, progress bars, colours, a line that is too long. */
export const LOG_TEXT = [
  '10:00:00.012 [info] 1,437 rows for training, 360 for validation',
  '10:00:00.044 epoch 0 loss 2.31',
  ...Array.from(
    { length: 9 },
    (_, i) =>
      `10:00:01.${100 + i} ${i + 1}0%|${'#'.repeat(i + 1)}${' '.repeat(9 - i)}| ${i + 1}/10 [00:0${i}<00:0${9 - i}]`,
  ),
  '10:00:02.310 epoch 1 loss 0.9',
  '10:00:02.318 [warning] learning rate 0.01 is above the schedule',
  '10:00:02.901 [error] checkpoint was not written',
  'Traceback (most recent call last):',
  '  File "/home/ada/digits/train.py", line 41, in save',
  "OSError: [Errno 28] No space left on device: '/scratch/ckpt-1.pt'",
  '10:00:03.117 \u001b[1;32msaved model.pkl\u001b[0m',
  `10:00:03.120 weights ${'0.0123, '.repeat(400)}`,
  '',
].join('\n');

export const RUN_ANSWERS: RouteAnswers = {
  'GET /api/runs/:runId': () => RUN,
  'GET /api/runs/:runId/lineage': () => LINEAGE,
  'GET /api/experiments': () => ({
    items: [
      {
        experimentId: '7',
        name: 'digits',
        lifecycleStage: 'active',
        lastUpdateTime: NOW,
        runs: 12,
        running: 0,
      },
    ],
    total: 1,
  }),
  'GET /api/objects/:digest': ({ digest }) => {
    const text = OBJECTS[digest];
    if (text === undefined) throw new Error(`There is no object ${digest}.`);
    return { base64: base64(text) };
  },
  'GET /api/runs/:runId/files': ({ path = '' }) => {
    const items = FILES[path] ?? [];
    return { items, total: items.length };
  },
  'GET /api/runs/:runId/edits': () => ({
    items: [
      {
        time: NOW - 3_600_000,
        what: 'tag',
        key: 'team',
        before: 'audio',
        after: 'vision',
        userId: 'ada',
      },
      {
        time: NOW - 1_800_000,
        what: 'param',
        key: 'lr',
        before: '0.1',
        after: '0.01',
        userId: 'ada',
      },
    ],
    total: 2,
  }),
  'POST /api/run-table': ({ limit = 100, offset = 0 }) => {
    const rows = [0, 1, 2].map(child).slice(offset, offset + limit);
    return { rows, cells: [], total: 3, until: 0, seq: 1 };
  },
  'GET /api/pipeline-runs/:id': ({ id }) => ({
    id,
    name: 'training-12',
    pipeline: 'training',
    status: 'finished',
    startedAt: NOW - 7_300_000,
    endedAt: NOW - 7_000_000,
    experimentId: '7',
    trackingRunId: PARENT_ID,
    source: STEP.source,
    launchId: undefined,
    steps: 1,
    done: 1,
    cached: 0,
    parameters: {},
    stepRows: [STEP],
  }),
  'GET /api/logs/:id': ({ from = 0 }) => {
    const text = LOG_TEXT;
    return {
      text: text.slice(from),
      next: text.length,
      ended: true,
      file: '/home/ada/digits/.runlens/logs/train.log',
    };
  },
  'POST /api/series': ({ series }) => ({
    series: series.map(({ runId, key }) => ({
      runId,
      key,
      count: 40,
      steps: Array.from({ length: 40 }, (_, i) => i * 10),
      timestamps: Array.from({ length: 40 }, (_, i) => NOW - 7_200_000 + i * 1000),
      values: Array.from({ length: 40 }, (_, i) => {
        const left = Math.exp(-i / 9);
        return key.includes('accuracy') ? 0.965 - 0.65 * left : 2.3 * left + 0.38;
      }),
    })),
  }),
};

const FAILED_STEP: StepRow = {
  ...STEP,
  status: 'failed',
  error: {
    type: 'ValueError',
    message: '<b>lr</b> must be positive',
    traceback: 'Traceback (most recent call last):\n  File "train.py", line 14, in train\n',
    source: { file: 'train.py', line: 14 },
  },
};

export const FAILED_ANSWERS: RouteAnswers = {
  ...RUN_ANSWERS,
  'GET /api/runs/:runId': () => ({ ...RUN, status: 'FAILED' }),
  'GET /api/pipeline-runs/:id': async (request) => {
    const answer = await RUN_ANSWERS['GET /api/pipeline-runs/:id']?.(request);
    if (!answer) throw new Error('There is no run of a pipeline.');
    return { ...answer, status: 'failed', stepRows: [FAILED_STEP] };
  },
};

export const DELETED_ANSWERS: RouteAnswers = {
  ...RUN_ANSWERS,
  'GET /api/runs/:runId': () => ({ ...RUN, lifecycleStage: 'deleted' }),
};

/** Of a source that is only read. */
export const READ_ONLY = {
  id: 's',
  name: 'mlruns',
  source: 'mlruns-1',
  canWrite: false,
  canRun: false,
};

/** Nothing was logged but that it ran. */
export const BARE_RUN: RunDetail = {
  ...RUN,
  name: 'fresh-1',
  status: 'RUNNING',
  endTime: undefined,
  children: 0,
  primaryMetric: undefined,
  pipelineRunId: undefined,
  stepId: undefined,
  params: [],
  tags: [],
  metrics: [],
};

export const BARE_ANSWERS: RouteAnswers = {
  ...RUN_ANSWERS,
  'GET /api/runs/:runId': () => BARE_RUN,
  'GET /api/runs/:runId/lineage': () => ({
    datasets: [],
    models: [],
    registered: [],
    environment: undefined,
  }),
  'GET /api/runs/:runId/files': () => ({ items: [], total: 0 }),
  'GET /api/runs/:runId/edits': () => ({ items: [], total: 0 }),
  'POST /api/run-table': () => ({ rows: [], cells: [], total: 0, until: 0, seq: 1 }),
};

const EVIL = '<img src=x onerror="document.body.remove()">';

/** Names that are code, long, turned around, empty; values beyond numbers. */
export const HOSTILE_RUN: RunDetail = {
  ...RUN,
  name: `${EVIL} ${'n'.repeat(250)}`,
  params: [
    ...Array.from({ length: 200 }, (_, i) => ({
      key: `a.b.c${i % 7}.p${i}`,
      value: `${EVIL}${i}`,
    })),
    { key: '...', value: 'dots' },
    { key: 'line\nbreak \u202e turned', value: '\u0000' },
    { key: 'x'.repeat(250), value: 'v'.repeat(6000) },
  ],
  tags: [
    {
      key: 'mlflow.note.content',
      value: `${EVIL}\n\n[click](javascript:alert(1)) <script>alert(1)</script>\n\n# ${'#'.repeat(400)}\n\n${'> '.repeat(200)}deep`,
    },
    { key: EVIL, value: EVIL },
    { key: 'שלום', value: 'a\u202eb' },
  ],
  metrics: [
    metric(EVIL, [1e308, -1e308]),
    metric('😀'.repeat(60), [Number.POSITIVE_INFINITY, 1]),
    metric('equal', [2, 2]),
  ],
};

export const HOSTILE_ANSWERS: RouteAnswers = {
  ...RUN_ANSWERS,
  'GET /api/runs/:runId': () => HOSTILE_RUN,
  'GET /api/runs/:runId/lineage': () => ({
    ...LINEAGE,
    datasets: [
      { ...LINEAGE.datasets[0]!, name: EVIL, source: 'not json {', schema: '{', profile: EVIL },
    ],
    models: [{ ...LINEAGE.models[0]!, name: EVIL, registered: [`${EVIL}/1`] }],
    registered: [`${'r'.repeat(250)}/1`],
  }),
  'POST /api/run-table': () => ({
    rows: [EVIL, '\u202eturned around', `${'n'.repeat(250)}`, 'two\nlines', ''].map((name, i) => ({
      ...child(i),
      name,
      primaryMetric: { key: EVIL, value: (['NaN', 'Infinity', 1e308, 0, -1e-9] as const)[i] ?? 0 },
    })),
    cells: [],
    total: 5,
    until: 0,
    seq: 1,
  }),
  'GET /api/logs/:id': ({ from = 0 }) => {
    const text = `${EVIL}\n\u202eturned\n\u0000\t\u0007😀 שלום\n${'w'.repeat(9000)}\n`;
    return { text: text.slice(from), next: text.length, ended: false, file: '/x.log' };
  },
  'GET /api/objects/:digest': () => ({
    base64: base64(JSON.stringify({ ...ENVIRONMENT, entry: { kind: 'script', arguments: 7 } })),
  }),
};

export const runPanel = (
  answers: RouteAnswers = RUN_ANSWERS,
  view: Partial<RunView> = {},
  more: Partial<AnsweringOptions<RunView>> = {},
): Answering<RunView> =>
  answeringPanel(RUN_VIEW, { subject: { kind: 'run', runId: RUN_ID }, answers, view, ...more });
