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
  manyRows,
  manySteps,
  NOW,
  runRow,
  SAMPLE_STORE,
  type SampleStore,
  samplePanel,
} from '../pipelineRuns';

function Page(props: { readonly store: SampleStore; readonly view?: Partial<PipelineView> }) {
  const [{ panel }] = useState(() => samplePanel(props.store, props.view));
  // A worker that does not begin fails the case: the policy's refusal is reported, too.
  const [layouter] = useState(
    () =>
      new WorkerLayouter(text, (why) => {
        throw new Error(why);
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

const node = (root: HTMLElement) => appears(root, '.pl-node');
const BIG = manySteps(1000);
const BIG_STORE: SampleStore = {
  runs: [
    runRow('3', {
      status: 'running',
      steps: 1000,
      done: 990,
      startedAt: NOW - 600_000,
      endedAt: undefined,
    }),
  ],
  steps: BIG,
  rows: manyRows(BIG),
};
const HOSTILE_STORE: SampleStore = {
  runs: [runRow('3', { name: '<img src=x onerror=alert(1)>', status: 'failed' })],
  steps: HOSTILE_STEPS,
  rows: HOSTILE_ROWS,
  log: '12:00:00.000 [error] <script>alert(1)</script> ‮x‬\n',
};
const NOTHING: SampleStore = { runs: [], steps: [], rows: [] };

export const cases: readonly GalleryCase[] = [
  {
    name: 'pipeline: graph',
    draw: draw(SAMPLE_STORE),
    seen: ['training', 'preparation', 'cached 2 h ago'],
    act: async (root) => void (await node(root)),
    height: 900,
  },
  {
    name: 'pipeline: a step',
    draw: draw(SAMPLE_STORE, { stepId: 'train_model' }),
    seen: ['gamma', '0.001', '0.002', 'Not tracked (1)', 'split v3', 'Go to Source', 'nightly'],
    act: async (root) => {
      await appears(root, '.pl-parts li');
      await appears(root, '.pl-log-line');
    },
    height: 900,
  },
  {
    name: 'pipeline: compared',
    draw: draw(SAMPLE_STORE, { isCompared: true }),
    seen: ['before: ran'],
    act: async (root) => void (await appears(root, '.pl-node-before')),
    height: 900,
  },
  {
    name: 'pipeline: timeline',
    draw: draw(SAMPLE_STORE, { tab: 'timeline' }),
    seen: ['train_model', 'waited'],
    act: async (root) => void (await appears(root, '.pl-bar')),
    height: 900,
  },
  {
    name: 'pipeline: list',
    draw: draw(SAMPLE_STORE, { tab: 'list', isCompared: true }),
    seen: ['train_model'],
    act: async (root) => void (await appears(root, '[role=gridcell]')),
    height: 900,
  },
  {
    name: 'pipeline: outline',
    draw: draw(SAMPLE_STORE, { tab: 'outline' }),
    seen: ['also needs', 'evaluate'],
    act: async (root) => void (await appears(root, '[role=treeitem]')),
    height: 900,
  },
  {
    name: 'pipeline: 1,000 steps',
    draw: draw(BIG_STORE),
    seen: ['training'],
    act: async (root) => {
      // Laid out in the worker; two seconds are not enough where all cores are taken.
      for (let i = 0; i < 4 && !root.querySelector('.pl-minimap'); i += 1) {
        await appears(root, '.pl-minimap').catch(() => undefined);
      }
      await appears(root, '.pl-minimap');
    },
    height: 900,
  },
  {
    name: 'pipeline: timeline of 1,000 steps',
    draw: draw(BIG_STORE, { tab: 'timeline', isPacked: true }),
    seen: ['began'],
    act: async (root) => void (await appears(root, '.pl-bar')),
    height: 900,
  },
  {
    name: 'pipeline: hostile data',
    draw: draw(HOSTILE_STORE, { stepId: '__proto__' }),
    seen: ['<b>Error</b>', '__proto__'],
    act: async (root) => void (await appears(root, '.pl-error')),
    height: 900,
  },
  {
    name: 'pipeline: never run',
    draw: draw(NOTHING),
    seen: ['training has not run yet', 'Go to Source'],
    act: async (root) => void (await appears(root, '.rl-empty')),
    height: 900,
  },
  {
    name: 'pipeline: loading',
    draw: draw({ ...SAMPLE_STORE, silent: ['GET /api/pipelines/:pipeline/runs'] }),
    seen: ['Reading the runs of training'],
    act: async (root) => void (await appears(root, '.rl-bone')),
    height: 900,
  },
  {
    name: 'pipeline: problem',
    draw: draw({ ...SAMPLE_STORE, failing: ['GET /api/pipelines/:pipeline/runs'] }),
    seen: ['The server of “digits” is not there', 'Try Again'],
    act: async (root) => void (await appears(root, '.rl-problem')),
    height: 900,
  },
];
