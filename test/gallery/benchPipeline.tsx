// The page that benchPipeline.mjs measures: graphs laid out in the worker, then drawn.
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import type { StepRow } from '../../src/protocol/rows';
import { type StepGraph, stepGraph } from '../../webview/pipeline/graph';
import { GraphView } from '../../webview/pipeline/graphView';
import type { GraphLayout } from '../../webview/pipeline/layout';
import { WorkerLayouter } from '../../webview/pipeline/layouter';
import { text } from '../../webview/pipeline/layoutWorker?worker';
import { publishTheme } from '../../webview/shared/theme';
import { manyRows, manySteps } from './pipelineRuns';
import '../../webview/shared/shared.css';
import '../../webview/pipeline/pipeline.css';

export interface LaidTimes {
  /** Milliseconds until the layout was there, with the worker's start. */
  readonly layout: number;
  /** Longest time in which the page's own thread did not answer meanwhile. */
  readonly stall: number;
  readonly refused: readonly string[];
}

declare global {
  interface Window {
    benchPipeline?: {
      lay(steps: number): Promise<LaidTimes>;
      /** Milliseconds from the layout to the next painted frame; `key` is pressed before. */
      draw(): Promise<number>;
      /** Milliseconds of work for a frame after a key. */
      press(key: string): Promise<number>;
      /** The same after a step of panning. */
      pan(): Promise<number>;
      /** The same after a step has changed its state. */
      change(): Promise<number>;
      nodes(): number;
    };
  }
}

const root = document.getElementById('app');
if (!root) throw new Error('The page has no #app');
root.style.cssText = 'display: flex; flex-direction: column; height: 100vh';
publishTheme();

let laid: { graph: StepGraph; layout: GraphLayout } | undefined;
let version = 0;
let rows: ReadonlyMap<string, StepRow> = new Map();
let isBack = false;
const nothing = () => undefined;
const painted = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));

function show(): void {
  if (!laid || !root) return;
  render(
    <GraphView
      name="bench"
      laid={{ ...laid, version, isGrown: false }}
      rows={rows}
      progress={nothing}
      before={undefined}
      selected={undefined}
      onSelect={nothing}
      onOpen={nothing}
      onArrange={nothing}
      kept={undefined}
      onViewport={nothing}
    />,
    root,
  );
}

/** What the page's own thread does for one frame: scripts, style, layout, paint; not the wait for the frame. */
async function timed(act: () => void): Promise<number> {
  await new Promise(requestAnimationFrame);
  const start = performance.now();
  act();
  await new Promise((resolve) => setTimeout(resolve, 0));
  return performance.now() - start;
}

function keyDown(init: KeyboardEventInit): void {
  const target = document.querySelector('.pl-graph');
  target?.dispatchEvent(new KeyboardEvent('keydown', { ...init, bubbles: true }));
}

window.benchPipeline = {
  async lay(steps) {
    const graph = stepGraph({ steps: manySteps(steps) });
    const refused: string[] = [];
    const layouter = new WorkerLayouter(text, (why) => refused.push(why));
    let [last, stall] = [performance.now(), 0];
    const timer = setInterval(() => {
      const now = performance.now();
      stall = Math.max(stall, now - last);
      last = now;
    }, 4);
    const start = performance.now();
    const layout = await layouter.layout(graph);
    const took = performance.now() - start;
    clearInterval(timer);
    layouter.dispose();
    laid = { graph, layout };
    rows = new Map(manyRows(manySteps(steps)).map((row) => [row.stepId, row]));
    version += 1;
    return { layout: took, stall, refused };
  },
  async draw() {
    render(null, root);
    await painted();
    const start = performance.now();
    show();
    await painted();
    return performance.now() - start;
  },
  press: (key) => timed(() => keyDown({ key })),
  async pan() {
    isBack = !isBack;
    return timed(() => keyDown({ key: isBack ? 'ArrowLeft' : 'ArrowRight', shiftKey: true }));
  },
  async change() {
    const [row] = rows.values();
    if (!row) throw new Error('Nothing was laid out');
    const status = row.status === 'ran' ? 'failed' : 'ran';
    rows = new Map(rows).set(row.stepId, { ...row, status });
    return timed(show);
  },
  nodes: () => document.querySelectorAll('*').length,
};
