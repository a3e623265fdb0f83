// The Run page: each of its tabs, and its states.
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { App } from '../../../webview/run/app';
import '../../../webview/run/run.css';
import type { RunView } from '../../../webview/run/view';
import { NowContext } from '../../../webview/shared/table/clock';
import { type AnsweringOptions, never, type RouteAnswers } from '../answeringPanel';
import { appears, type GalleryCase } from '../galleryCase';
import {
  BARE_ANSWERS,
  DELETED_ANSWERS,
  FAILED_ANSWERS,
  HOSTILE_ANSWERS,
  LONG_VALUE,
  NOTE,
  NOW,
  READ_ONLY,
  RUN_ANSWERS,
  runPanel,
} from '../oneRun';

interface PageProps {
  readonly answers: RouteAnswers;
  readonly view: Partial<RunView>;
  readonly more: Partial<AnsweringOptions<RunView>>;
}

function Page({ answers, view, more }: PageProps) {
  const [{ panel }] = useState(() => runPanel(answers, view, more));
  return (
    <NowContext.Provider value={NOW}>
      <App panel={panel} />
    </NowContext.Provider>
  );
}

const draw =
  (
    view: Partial<RunView> = {},
    answers: RouteAnswers = RUN_ANSWERS,
    more: Partial<AnsweringOptions<RunView>> = {},
  ) =>
  () => <Page answers={answers} view={view} more={more} />;

const shows = (selector: string) => async (root: HTMLElement) => {
  await appears(root, selector);
  await new Promise((resolve) => setTimeout(resolve, 80));
};

const failing: RouteAnswers = {
  ...RUN_ANSWERS,
  'GET /api/runs/:runId': () => {
    throw new Error('There is no run 0a1b2c3d. It may have been deleted for good.');
  },
};

export const cases: readonly GalleryCase[] = [
  {
    name: 'run: overview',
    draw: draw(),
    seen: [
      'classifier-17',
      'digits',
      'the paper',
      'team: vision',
      'smaller-lr',
      'RTX 4070',
      'Open in Charts',
    ],
    act: shows('[aria-label="Environment"]'),
  },
  {
    name: 'run: description being written',
    draw: draw({ draft: { text: `${NOTE}\nMore.`, base: 'older' } }),
    seen: ['Save', 'Cancel', 'Preview', 'It was changed elsewhere meanwhile'],
    act: shows('textarea'),
  },
  {
    name: 'run: parameters, one folded, a long value',
    draw: draw({ tab: 'parameters' }),
    seen: ['model. (3)', 'optimizer', `${LONG_VALUE.length.toLocaleString('en-GB')} characters`],
    act: async (root) => {
      await appears(root, '[data-act="open"]');
      const found = [...root.querySelectorAll<HTMLElement>('[data-act="open"]')];
      found.find((each) => each.textContent?.startsWith('{"layers"'))?.click();
      await appears(root, '.run-value');
    },
  },
  {
    name: 'run: metrics',
    draw: draw({ tab: 'metrics' }),
    seen: ['val/accuracy', '0.957', 'X axis'],
    act: shows('canvas'),
    height: 1100,
  },
  {
    name: 'run: artifacts',
    draw: draw({ tab: 'artifacts', open: ['model'] }),
    seen: ['confusion.png', 'model.pkl', '1.1 MB'],
    act: shows('[role=treegrid]'),
  },
  {
    name: 'run: models',
    draw: draw({ tab: 'models' }),
    seen: ['Made by this run.', 'classifier v3'],
    act: shows('.rl-link'),
  },
  {
    name: 'run: datasets',
    draw: draw({ tab: 'datasets' }),
    seen: ['digits', 'training', 'data/digits.parquet', 'Schema'],
    act: shows('details'),
  },
  {
    name: 'run: code',
    draw: draw({ tab: 'code' }),
    seen: ['train.py', 'new file.py', 'features.py', 'scikit-learn', 'Copy Patch'],
    act: shows('[aria-label="Changed files"]'),
  },
  {
    name: 'run: log',
    draw: draw({ tab: 'logs' }),
    seen: ['epoch 0 loss 2.31', '8 progress lines', 'No space left on device', 'Open Log'],
    act: shows('.rl-log-line'),
  },
  {
    name: 'run: log, errors only',
    draw: draw({ tab: 'logs' }),
    seen: ['4 lines', 'checkpoint was not written'],
    act: async (root) => {
      await appears(root, '.rl-log-line');
      const level = await appears<HTMLSelectElement>(root, 'select[aria-label="Least level"]');
      level.value = 'error';
      level.dispatchEvent(new Event('change', { bubbles: true }));
      await appears(root, '.rl-log-line:nth-child(4):last-child');
    },
  },
  {
    name: 'run: no log',
    draw: draw({ tab: 'logs' }, BARE_ANSWERS),
    seen: ['No output was kept'],
    act: shows('.rl-empty'),
  },
  {
    name: 'run: failed',
    draw: draw({}, FAILED_ANSWERS),
    seen: ['Why it failed', 'ValueError: <b>lr</b> must be positive', 'Show Traceback'],
    act: shows('.run-failure'),
  },
  {
    name: 'run: of a source, read only',
    draw: draw({}, RUN_ANSWERS, { start: { place: READ_ONLY } }),
    seen: ['mlruns', 'team: vision', 'Open in Charts'],
    act: shows('[aria-label="Environment"]'),
  },
  {
    name: 'run: deleted, server down',
    draw: draw({}, DELETED_ANSWERS, {
      start: { status: { kind: 'down', message: 'The server of this folder ended.' } },
    }),
    seen: ['This run was deleted.', 'Restore', 'The server of this folder ended.'],
    act: shows('.run-deleted'),
  },
  {
    name: 'run: a tag being written',
    draw: draw(),
    seen: ['Key', 'Value', 'Save'],
    act: async (root) => {
      await appears(root, '[aria-label="Environment"]');
      const add = [...root.querySelectorAll<HTMLElement>('.rl-tags button')].at(-1);
      add?.click();
      await appears(root, '.rl-tag-form');
    },
  },
  {
    name: 'run: system metrics',
    draw: draw({ tab: 'system' }),
    seen: ['cpu_utilization_percentage'],
    act: shows('canvas'),
  },
  {
    name: 'run: code not recorded',
    draw: draw({ tab: 'code' }, BARE_ANSWERS),
    seen: ['were not recorded'],
    act: shows('.rl-empty'),
  },
  {
    name: 'run: child runs',
    draw: draw({ tab: 'children' }),
    seen: ['fold-2', 'failed', 'Primary Metric'],
    act: shows('[role=grid]'),
  },
  {
    name: 'run: edits',
    draw: draw({ tab: 'edits' }),
    seen: ['parameter lr', '0.1', 'ada'],
    act: shows('[role=grid]'),
  },
  {
    name: 'run: recreate',
    draw: draw({ tab: 'recreate' }),
    seen: [
      'runlens recreate 0a1b',
      "'two words'",
      'git checkout 5f2c',
      'numpy==2.1.0',
      'replace each ***',
    ],
    act: shows('.run-copied'),
  },
  {
    name: 'run: empty, running',
    draw: draw({}, BARE_ANSWERS),
    seen: ['fresh-1', 'running', 'Stop', 'None yet.'],
    act: shows('h1'),
  },
  {
    name: 'run: no metrics yet',
    draw: draw({ tab: 'metrics' }, BARE_ANSWERS),
    seen: ['This run has no metrics yet', 'mlflow.log_metric'],
    act: shows('.rl-empty'),
  },
  {
    name: 'run: loading',
    draw: draw({}, { ...RUN_ANSWERS, 'GET /api/runs/:runId': never }),
    seen: ['Reading the run'],
    act: shows('[role=status] .rl-bone'),
    height: 300,
  },
  {
    name: 'run: problem',
    draw: draw({}, failing),
    seen: ['It may have been deleted for good.', 'Try Again', 'Show Log'],
    act: shows('[role=alert]'),
    height: 300,
  },
  {
    name: 'run: hostile data',
    draw: draw({}, HOSTILE_ANSWERS),
    seen: ['<img src=x', 'click (javascript:alert(1))'],
    act: shows('.rl-md'),
  },
  {
    name: 'run: hostile parameters',
    draw: draw({ tab: 'parameters' }, HOSTILE_ANSWERS),
    seen: ['dots', '<img src=x'],
    act: shows('[role=treegrid]'),
  },
  {
    name: 'run: hostile metrics',
    draw: draw({ tab: 'metrics' }, HOSTILE_ANSWERS),
    seen: ['<img src=x', 'equal'],
    act: shows('canvas'),
  },
  {
    name: 'run: hostile models',
    draw: draw({ tab: 'models' }, HOSTILE_ANSWERS),
    seen: ['<img src=x'],
    act: shows('.rl-link'),
  },
  {
    name: 'run: hostile datasets',
    draw: draw({ tab: 'datasets' }, HOSTILE_ANSWERS),
    seen: ['<img src=x', 'not json {'],
    act: shows('details'),
  },
  {
    name: 'run: hostile child runs',
    draw: draw({ tab: 'children' }, HOSTILE_ANSWERS),
    seen: ['<img src=x'],
    act: shows('[role=grid]'),
  },
  {
    name: 'run: hostile log',
    draw: draw({ tab: 'logs' }, HOSTILE_ANSWERS),
    seen: ['<img src=x'],
    act: shows('.rl-log-line'),
  },
  {
    name: 'run: hostile record',
    draw: draw({ tab: 'recreate' }, HOSTILE_ANSWERS),
    seen: ['The record of the code and environment cannot be read'],
    act: shows('[role=alert]'),
  },
];
