// The Pipeline page in its views and states.
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { App } from '../../../webview/pipeline/app';
import { WorkerLayouter } from '../../../webview/pipeline/layouter';
import { text } from '../../../webview/pipeline/layoutWorker?worker';
import '../../../webview/pipeline/pipeline.css';
import type { PipelineView } from '../../../webview/pipeline/view';
import { NowContext } from '../../../webview/shared/table/clock';
import { appears, type GalleryCase } from '../galleryCase';
import {
  HOSTILE_ROWS,
  HOSTILE_STEPS,
  invocation,
  manyRows,
  manySteps,
  NOW,
  runRow,
  SAMPLE_STORE,
  type SampleStore,
  samplePanel,
  stepRow,
} from '../pipelineRuns';

interface PageProps {
  readonly store: SampleStore;
  readonly view?: Partial<PipelineView>;
  /** Another script than the layout's. */
  readonly worker?: string;
}

function Page({ store, view, worker }: PageProps) {
  const [{ panel }] = useState(() => samplePanel(store, view));
  // A worker that does not begin fails the case: the policy's refusal is reported, too.
  const [layouter] = useState(
    () =>
      new WorkerLayouter(worker ?? text, (why) => {
        if (worker === undefined) throw new Error(why);
      }),
  );
  return (
    <NowContext.Provider value={NOW}>
      <App panel={panel} layouter={layouter} />
    </NowContext.Provider>
  );
}

const draw = (store: SampleStore, view?: Partial<PipelineView>) => () => (
  <Page store={store} {...(view ? { view } : {})} />
);

/** Laid out in the worker; two seconds are not enough where all cores are taken. */
async function drawn(root: HTMLElement, selector = '.pl-node'): Promise<HTMLElement> {
  for (let i = 0; i < 4 && !root.querySelector(selector); i += 1) {
    await appears(root, selector).catch(() => undefined);
  }
  return appears(root, selector);
}

async function press(root: HTMLElement, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    const target = root.contains(document.activeElement) ? document.activeElement : root;
    target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
}

const HOSTILE_STORE: SampleStore = {
  runs: [runRow('3', { name: '<img src=x onerror=alert(1)>', status: 'failed' })],
  steps: HOSTILE_STEPS,
  rows: HOSTILE_ROWS,
  log: '12:00:00.000 [error] <script>alert(1)</script> ‮x‬\n',
};
const NOTHING: SampleStore = { runs: [], steps: [], rows: [] };
/** Names of each kind that a tidy table would break at. */
const MIXED = ['x'.repeat(250), 'تدريب النموذج', '🦉 load', 'a\nb', '<b>fit</b>', 'evaluate'];
const MIXED_STORE: SampleStore = {
  runs: [runRow('3', { name: 'تدريب', steps: 6, cached: 0 })],
  steps: MIXED.map((id, i) =>
    invocation(id, i === 0 ? [] : [MIXED[Math.floor((i - 1) / 2)] ?? '']),
  ),
  rows: MIXED.map((id, i) => stepRow(id, 'ran', { at: i * 900, took: 800 })),
};
const CHAIN = Array.from({ length: 24 }, (_, i) =>
  invocation(`fold_${i + 1}`, i === 0 ? [] : [`fold_${i}`]),
);
const CHAIN_STORE: SampleStore = {
  runs: [runRow('3', { steps: 24, done: 17, status: 'failed', cached: 4 })],
  steps: CHAIN,
  rows: CHAIN.map(({ id }, i) =>
    stepRow(id, i < 4 ? 'cached' : i < 16 ? 'ran' : i === 16 ? 'failed' : 'skipped', {
      at: i * 2000,
      took: 1900,
      ...(i === 16 ? { error: { type: 'MemoryError', message: '', traceback: '' } } : {}),
    }),
  ),
};
const bigStore = (count: number): SampleStore => {
  const steps = manySteps(count);
  const run = runRow('3', {
    status: 'running',
    steps: count,
    done: count - 10,
    startedAt: NOW - 600_000,
    endedAt: undefined,
  });
  return { runs: [run], steps, rows: manyRows(steps) };
};
const THOUSAND = bigStore(1000);

const GRAPH = { tab: 'graph' } as const;

export const cases: readonly GalleryCase[] = [
  {
    name: 'pipeline: as it opens',
    draw: draw(SAMPLE_STORE),
    // Narrow it is an outline: both show each step's name and state.
    seen: ['training', 'load_data', 'cached 2 h ago', 'failed: ValueError', 'Timeline'],
    act: async (root) => void (await drawn(root, '.pl-node, [role=treeitem]')),
    height: 900,
  },
  {
    name: 'pipeline: graph',
    draw: draw(SAMPLE_STORE, GRAPH),
    seen: ['training', 'preparation', 'baseline', 'failed: ValueError'],
    act: async (root) => void (await drawn(root)),
    height: 900,
  },
  {
    name: 'pipeline: graph by keyboard',
    draw: draw(SAMPLE_STORE, GRAPH),
    seen: ['train_model', 'running · gamma 0.001 → 0.002 · 12 s'],
    act: async (root) => {
      await drawn(root);
      root.querySelector<HTMLElement>('.pl-node[tabindex="0"]')?.focus();
      await press(root, 'Home', 'ArrowRight', 'ArrowRight', 'ArrowRight');
    },
    height: 900,
  },
  {
    name: 'pipeline: graph of a chain',
    draw: draw(CHAIN_STORE, GRAPH),
    seen: ['fold_17', 'failed: MemoryError'],
    act: async (root) => void (await drawn(root)),
    height: 900,
  },
  {
    name: 'pipeline: graph without a worker',
    draw: () => (
      <Page store={SAMPLE_STORE} view={GRAPH} worker="throw new Error('no workers here')" />
    ),
    seen: ['arranged plainly', 'no workers here', 'Show Log', 'baseline'],
    act: async (root) => void (await drawn(root)),
    height: 900,
  },
  {
    name: 'pipeline: a step',
    draw: draw(SAMPLE_STORE, { stepId: 'train_model' }),
    seen: ['gamma', '0.001', '0.002', 'Not tracked (1)', 'split v3', 'Go to Source', 'nightly'],
    act: async (root) => {
      await drawn(root, '.pl-parts li');
      await drawn(root, '.rl-log-line');
    },
    height: 900,
  },
  {
    name: 'pipeline: a step that failed',
    draw: draw(SAMPLE_STORE, { stepId: 'baseline' }),
    seen: ['could not convert string to float', 'Open Traceback', 'Run Step', 'Debug'],
    act: async (root) => void (await drawn(root, '.pl-error')),
    height: 900,
  },
  {
    name: 'pipeline: the log of a step',
    draw: draw(SAMPLE_STORE, { stepId: 'split' }),
    seen: ['loss is nan', 'at epoch 10', '2 lines'],
    act: async (root) => {
      await drawn(root, '.rl-log-line');
      const level = root.querySelector<HTMLSelectElement>('.rl-log-tools select');
      if (!level) throw new Error('The log has no choice of a level');
      level.value = 'error';
      level.dispatchEvent(new Event('change', { bubbles: true }));
      level.scrollIntoView({ block: 'start' });
    },
    height: 900,
  },
  {
    name: 'pipeline: a step in restricted mode',
    draw: draw({ ...SAMPLE_STORE, canRun: false }, { stepId: 'split' }),
    seen: ['Code runs in trusted workspaces only'],
    act: async (root) => void (await drawn(root, '.pl-parts li')),
    height: 900,
  },
  {
    name: 'pipeline: compared',
    draw: draw(SAMPLE_STORE, { ...GRAPH, isCompared: true }),
    seen: ['before: ran', '+1.4 s'],
    act: async (root) => void (await drawn(root, '.pl-node-before')),
    height: 900,
  },
  {
    name: 'pipeline: timeline',
    draw: draw(SAMPLE_STORE, { tab: 'timeline' }),
    seen: ['train_model', 'waited'],
    act: async (root) => void (await drawn(root, '.pl-bar')),
    height: 900,
  },
  {
    name: 'pipeline: timeline by keyboard',
    draw: draw(SAMPLE_STORE, { tab: 'timeline', stepId: 'baseline' }),
    seen: ['baseline'],
    act: async (root) => {
      await drawn(root, '.pl-bar');
      root.querySelector<HTMLElement>('.pl-bar[tabindex="0"]')?.focus();
      await press(root, '+', 'ArrowUp');
    },
    height: 900,
  },
  {
    name: 'pipeline: list',
    draw: draw(SAMPLE_STORE, { tab: 'list', isCompared: true }),
    seen: ['train_model'],
    act: async (root) => void (await drawn(root, '[role=gridcell]')),
    height: 900,
  },
  {
    name: 'pipeline: outline',
    draw: draw(SAMPLE_STORE, { tab: 'outline' }),
    seen: ['also needs', 'evaluate'],
    act: async (root) => void (await drawn(root, '[role=treeitem]')),
    height: 900,
  },
  {
    name: 'pipeline: 400 steps',
    draw: draw(bigStore(400), GRAPH),
    seen: ['training', 'step_'],
    act: async (root) => void (await drawn(root, '.pl-minimap')),
    height: 900,
  },
  {
    name: 'pipeline: 1,000 steps',
    draw: draw(THOUSAND, GRAPH),
    seen: ['training', 'step_'],
    act: async (root) => void (await drawn(root, '.pl-minimap')),
    height: 900,
  },
  {
    name: 'pipeline: 1,000 steps from far away',
    draw: draw(THOUSAND, GRAPH),
    seen: ['training'],
    act: async (root) => {
      await drawn(root, '.pl-minimap');
      root.querySelector<HTMLElement>('.pl-node')?.focus();
      await press(root, '0');
    },
    height: 900,
  },
  {
    name: 'pipeline: timeline of 1,000 steps',
    draw: draw(THOUSAND, { tab: 'timeline', isPacked: true }),
    seen: ['began'],
    act: async (root) => void (await drawn(root, '.pl-bar')),
    height: 900,
  },
  {
    name: 'pipeline: hostile names',
    draw: draw(MIXED_STORE, GRAPH),
    seen: ['🦉 load', '<b>fit</b>', 'تدريب النموذج'],
    act: async (root) => void (await drawn(root)),
    height: 900,
  },
  {
    name: 'pipeline: hostile names as outline',
    draw: draw(MIXED_STORE, { tab: 'outline' }),
    seen: ['🦉 load', '<b>fit</b>', 'تدريب النموذج'],
    act: async (root) => void (await drawn(root, '[role=treeitem]')),
    height: 900,
  },
  {
    name: 'pipeline: hostile data',
    draw: draw(HOSTILE_STORE, { stepId: '__proto__' }),
    seen: ['<b>Error</b>', '__proto__'],
    act: async (root) => void (await drawn(root, '.pl-error')),
    height: 900,
  },
  {
    name: 'pipeline: a run without a step yet',
    draw: draw({
      runs: [runRow('3', { status: 'running', steps: 0, done: 0, cached: 0, endedAt: undefined })],
      steps: [],
      rows: [],
    }),
    seen: ['No step yet'],
    act: async (root) => void (await drawn(root, '.rl-empty')),
    height: 900,
  },
  {
    name: 'pipeline: never run',
    draw: draw(NOTHING),
    seen: ['training has not run yet', 'Go to Source'],
    act: async (root) => void (await drawn(root, '.rl-empty')),
    height: 900,
  },
  {
    name: 'pipeline: loading',
    draw: draw({ ...SAMPLE_STORE, silent: ['GET /api/pipelines/:pipeline/runs'] }),
    seen: ['Reading the runs of training'],
    act: async (root) => void (await drawn(root, '.rl-bone')),
    height: 900,
  },
  {
    name: 'pipeline: problem',
    draw: draw({ ...SAMPLE_STORE, failing: ['GET /api/pipelines/:pipeline/runs'] }),
    seen: ['The server of “digits” is not there', 'Try Again'],
    act: async (root) => void (await drawn(root, '.rl-problem')),
    height: 900,
  },
];
