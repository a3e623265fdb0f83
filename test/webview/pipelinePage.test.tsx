// The Pipeline page by a person's keys and clicks, and by events.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render } from 'preact';
import type { ServerEvent } from '../../src/protocol/events';
import { App } from '../../webview/pipeline/app';
import { layoutGraph } from '../../webview/pipeline/dagreLayout';
import type { Layouter } from '../../webview/pipeline/layouter';
import type { PipelineView } from '../../webview/pipeline/view';
import type { Panel } from '../../webview/shared/panel';
import {
  invocation,
  NOW,
  runRow,
  SAMPLE_ROWS,
  SAMPLE_STEPS,
  SAMPLE_STORE,
  type SampleStore,
  samplePanel,
  stepRow,
  type Told,
} from '../gallery/pipelineRuns';
import { openPage } from './dom';

/** What the worker does, on this thread. */
const layouter: Layouter = {
  layout: async (graph) => layoutGraph(graph),
  refusal: undefined,
  dispose: () => undefined,
};

describe('the Pipeline page', () => {
  let page: ReturnType<typeof openPage>;
  let panel: Panel<PipelineView>;
  let told: Told;

  beforeEach(() => {
    page = openPage();
    const globals = globalThis as Record<string, unknown>;
    globals['HTMLSelectElement'] = page.window.HTMLSelectElement;
    globals['ResizeObserver'] = class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    };
    // Without a browser nothing has a size, and only what is in view is drawn.
    for (const [name, value] of [
      ['clientWidth', 1400],
      ['clientHeight', 900],
    ] as const) {
      Object.defineProperty(page.window.HTMLElement.prototype, name, {
        configurable: true,
        get: () => value,
      });
    }
  });
  const soon = (ms = 60) => new Promise((resolve) => setTimeout(resolve, ms));
  afterEach(async () => {
    render(null, page.root);
    // Effects end after drawing.
    await soon();
    panel.dispose();
    await page.close();
  });
  const open = async (
    store: SampleStore = SAMPLE_STORE,
    view: Partial<PipelineView> = {},
    by: Layouter = layouter,
  ) => {
    ({ panel, told } = samplePanel(store, view));
    render(<App panel={panel} layouter={by} />, page.root);
    // A busy machine draws later.
    for (
      let i = 0;
      i < 40 && !page.root.querySelector('.pl-view, .rl-empty, .rl-problem');
      i += 1
    ) {
      await soon(50);
    }
    await soon(150);
  };
  const all = (selector: string) => [...page.root.querySelectorAll<HTMLElement>(selector)];
  const node = (id: string) => all('[data-step]').find(({ dataset }) => dataset['step'] === id);
  const button = (text: string) =>
    all('button, vscode-button').find((each) => each.textContent?.trim() === text)!;
  const click = async (target: HTMLElement) => {
    target.click();
    await soon();
  };
  const press = async (key: string, init: object = {}) => {
    const { KeyboardEvent } = page.window;
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
    document.activeElement!.dispatchEvent(event as never);
    await soon();
  };
  const events = async (...sent: ServerEvent[]) => {
    await panel.page.events(sent);
    await soon(250);
  };
  const text = () => page.root.textContent ?? '';

  it('shows the newest run as a graph, each state as a sign and a text', async () => {
    await open();
    assert.deepEqual(
      told.asked.find(({ route }) => route === 'GET /api/pipeline-runs/:id')?.request,
      { id: '3' },
    );
    assert.match(node('baseline')!.textContent ?? '', /failed: ValueError/);
    assert.match(node('load_data')!.textContent ?? '', /cached .*before clean/);
    assert.ok(node('train_model')!.querySelector('svg'));
  });

  it('is walked by arrows along edges; only one step is reached by Tab', async () => {
    await open();
    node('load_data')!.focus();
    await press('ArrowRight');
    assert.equal((document.activeElement as HTMLElement).dataset['step'], 'clean');
    await press('ArrowRight');
    await press('ArrowLeft');
    assert.equal((document.activeElement as HTMLElement).dataset['step'], 'clean');
    assert.equal(all('[data-step][tabindex="0"]').length, 1);
    await press('End');
    assert.equal((document.activeElement as HTMLElement).dataset['step'], 'report');
  });

  it('is zoomed by keys and fit by 0', async () => {
    await open();
    const zoom = () => all('.pl-zoom')[0]!.textContent;
    node('load_data')!.focus();
    const before = zoom();
    await press('+');
    assert.notEqual(zoom(), before);
    await press('-');
    assert.equal(zoom(), before);
  });

  it('opens a step: inputs, key with old and new, error, log; Escape closes it', async () => {
    await open();
    await click(node('baseline')!);
    await soon(200);
    assert.equal(panel.state.view.stepId, 'baseline');
    for (const part of [
      'Inputs',
      'split v3',
      'could not convert',
      '0.001',
      '0.002',
      'loss is nan',
    ]) {
      assert.ok(text().includes(part), part);
    }
    await click(button('Show Changes'));
    const [diff] = told.run;
    assert.equal(diff?.command, 'runlens.compareTexts');
    assert.deepEqual(diff?.target, {
      texts: {
        title: 'baseline: helper:features.clean',
        left: 'def clean(): 1',
        right: 'def clean(): 2',
      },
    });
    node('baseline')!.focus();
    await press('Escape');
    assert.equal(all('.pl-side').length, 0);
  });

  it('shows the step of the run that it is asked for from outside', async () => {
    await open(SAMPLE_STORE, { runId: '1', stepId: 'split' });
    await panel.page.wish({ kind: 'pipelineRun', pipelineRunId: '3', stepId: 'baseline' });
    await soon(300);
    assert.equal(panel.state.view.runId, '3');
    assert.equal(all('.pl-side')[0]?.getAttribute('aria-label'), 'Step baseline');
    // A run alone leaves the step open, to be compared.
    await panel.page.wish({ kind: 'pipelineRun', pipelineRunId: '2' });
    assert.deepEqual([panel.state.view.runId, panel.state.view.stepId], ['2', 'baseline']);
  });

  it('marks results and inputs that were deleted, while the step is open', async () => {
    await open(SAMPLE_STORE, { stepId: 'split' });
    const side = () => all('.pl-side')[0]?.textContent ?? '';
    assert.ok(!side().includes('deleted'), side());
    const resultOf = (id: string) =>
      SAMPLE_ROWS.find(({ stepId }) => stepId === id)?.outputs[0]?.artifact;
    const [output, input] = [resultOf('split'), resultOf('clean')];
    assert.ok(output && input);
    await panel.page.events([{ type: 'artifact', artifact: { ...output, deletedAt: NOW } }]);
    await soon();
    assert.ok(side().includes('deleted'), side());
    const asked = () => told.asked.filter(({ route }) => route === 'GET /api/steps/:id').length;
    const before = asked();
    const unused = { ...output, id: 'of-no-input', deletedAt: NOW };
    await panel.page.events([{ type: 'artifact', artifact: unused }]);
    await soon(200);
    assert.equal(asked(), before);
    await panel.page.events([{ type: 'artifact', artifact: { ...input, deletedAt: NOW } }]);
    await soon(200);
    assert.equal(asked(), before + 1);
  });

  it('leaves the graph as it was when a step is opened and closed', async () => {
    await open();
    const [graph] = all('.pl-graph');
    node('split')!.focus();
    await press('+');
    const zoom = all('.pl-zoom')[0]!.textContent;
    await click(node('split')!);
    await soon(200);
    assert.equal(all('.pl-side').length, 1);
    assert.equal(all('.pl-graph')[0], graph);
    assert.equal(all('.pl-zoom')[0]!.textContent, zoom);
    assert.equal(document.activeElement, node('split'));
    all('.pl-side .rl-icon-button')[0]!.focus();
    await press('Escape');
    assert.equal(all('.pl-side').length, 0);
    assert.equal(all('.pl-graph')[0], graph);
  });

  it('keeps zoom and place over a reload', async () => {
    await open();
    node('split')!.focus();
    await press('+');
    await soon(600);
    const kept = panel.state.view.viewport;
    assert.ok(kept);
    render(null, page.root);
    await open(SAMPLE_STORE, { viewport: kept });
    assert.equal(all('.pl-zoom')[0]!.textContent, `${Math.round(kept.zoom * 100)} %`);
  });

  it('is an outline in a narrow column, which a step covers and gives the focus back to', async () => {
    Object.defineProperty(page.window, 'innerWidth', { value: 380, configurable: true });
    await open();
    const row = all('[role=treeitem]').find(({ dataset }) => dataset['step'] === 'clean')!;
    row.focus();
    await click(row);
    await soon(200);
    assert.ok(all('.pl-only-second .pl-side').length === 1);
    assert.ok(all('.pl-side')[0]!.contains(document.activeElement));
    await press('Escape');
    await soon(100);
    assert.equal(all('.pl-side').length, 0);
    assert.equal((document.activeElement as HTMLElement).dataset['step'], 'clean');
  });

  it('says that steps are arranged plainly where the worker did not begin', async () => {
    await open(SAMPLE_STORE, {}, { ...layouter, refusal: 'no workers here' });
    assert.match(text(), /arranged plainly.*no workers here/);
    await click(button('Show Log'));
    assert.deepEqual(told.run, [{ command: 'runlens.showLog', target: {} }]);
  });

  it('runs the pipeline, also one that has never run', async () => {
    await open(SAMPLE_STORE, { runId: '2' });
    await click(button('Run'));
    assert.deepEqual(told.run, [
      { command: 'runlens.runPipeline', target: { pipeline: 'training', pipelineRunId: '2' } },
    ]);
    render(null, page.root);
    await open({ runs: [], steps: [], rows: [] });
    await click(button('Run'));
    assert.deepEqual(told.run, [
      { command: 'runlens.runPipeline', target: { pipeline: 'training' } },
    ]);
  });

  it('runs a step, and says why it cannot where code must not run', async () => {
    await open(SAMPLE_STORE, { stepId: 'split' });
    await click(button('Run Step'));
    assert.deepEqual(told.run, [
      {
        command: 'runlens.runStep',
        target: { pipeline: 'training', pipelineRunId: '3', stepRunId: 'run-split' },
      },
    ]);
    render(null, page.root);
    await open({ ...SAMPLE_STORE, canRun: false }, { stepId: 'split' });
    assert.ok(button('Run Step').hasAttribute('disabled'));
    assert.match(button('Run Step').getAttribute('title') ?? '', /trusted/);
  });

  it('follows events without asking for the steps again', async () => {
    await open();
    const asked = told.asked.length;
    const row = stepRow('train_model', 'ran', { start: NOW - 12_000, took: 9000 });
    await events({ type: 'step', pipelineRunId: '3', step: row });
    assert.match(node('train_model')!.textContent ?? '', /ran 9\.0 s/);
    assert.equal(told.asked.length, asked);
  });

  it('goes to a newer run as it begins, unless another one was chosen', async () => {
    await open();
    await events({ type: 'pipeline', run: runRow('4', { startedAt: NOW, status: 'running' }) });
    assert.deepEqual(told.asked.at(-1)?.request, { id: '4' });
    await click(all('.pl-run')[2]!);
    await soon(200);
    assert.equal(panel.state.view.runId, '2');
    await events({ type: 'pipeline', run: runRow('5', { startedAt: NOW + 1, status: 'running' }) });
    assert.equal(all('.pl-run[aria-current]').length, 1);
    assert.equal(all('.pl-run')[3]!.getAttribute('aria-current'), 'true');
  });

  it('grows while a dynamic pipeline adds steps; what stands does not move', async () => {
    const steps = [...SAMPLE_STEPS];
    const rows = [...SAMPLE_STORE.rows];
    await open({ ...SAMPLE_STORE, steps, rows });
    const before = all('[data-step]').map(({ dataset, style }) => [
      dataset['step'],
      style.left,
      style.top,
    ]);
    const added = stepRow('added', 'running');
    steps.push(invocation('added', ['load_data']));
    await events({ type: 'step', pipelineRunId: '3', step: added });
    assert.ok(node('added'));
    for (const [id, left, top] of before) {
      const { style } = node(id!)!;
      assert.deepEqual([style.left, style.top], [left, top]);
    }
    assert.ok(all('button').some((each) => each.textContent === 'Arrange'));
  });

  it('compares with the run before', async () => {
    await open();
    await click(button('Compare'));
    await soon(250);
    assert.match(node('split')!.textContent ?? '', /−200 ms/);
    assert.match(node('load_data')!.textContent ?? '', /before: ran/);
  });

  it('is the same as timeline, list and outline', async () => {
    await open();
    await click(button('Timeline'));
    assert.equal(all('.pl-bar').length, 5);
    await click(button('List'));
    assert.ok(all('[role=columnheader]').length >= 5);
    await click(button('Outline'));
    const levels = all('[role=treeitem]').map((each) => each.getAttribute('aria-level'));
    assert.deepEqual(levels.slice(0, 4), ['1', '2', '3', '4']);
    assert.equal(panel.state.view.tab, 'outline');
  });

  it('says what is missing, and asks again', async () => {
    await open({ ...SAMPLE_STORE, failing: ['GET /api/pipelines/:pipeline/runs'] });
    assert.match(text(), /is not there/);
    render(null, page.root);
    await open({ runs: [], steps: [], rows: [] });
    assert.match(text(), /training has not run yet/);
  });
});
