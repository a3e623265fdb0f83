// The page that benchPipeline.mjs measures: graphs laid out in the worker, then drawn.
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
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
      /** Milliseconds to the next painted frame after a key. */
      press(key: string): Promise<number>;
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
const nothing = () => undefined;
const painted = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));

function show(): void {
  if (!laid || !root) return;
  const rows = new Map(
    manyRows(manySteps(laid.graph.nodes.length)).map((row) => [row.stepId, row] as const),
  );
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
    />,
    root,
  );
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
  async press(key) {
    const target = document.querySelector('.pl-graph');
    const start = performance.now();
    target?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    await painted();
    return performance.now() - start;
  },
  nodes: () => document.querySelectorAll('*').length,
};
