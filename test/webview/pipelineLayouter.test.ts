// The layout beside drawing: by a worker, and what happens where none begins.
import assert from 'node:assert/strict';
import { layoutGraph } from '../../webview/pipeline/dagreLayout';
import { stepGraph } from '../../webview/pipeline/graph';
import { plainLayout } from '../../webview/pipeline/grow';
import { WorkerLayouter } from '../../webview/pipeline/layouter';
import type { LayoutAnswer, LayoutQuestion } from '../../webview/pipeline/layoutWorker';
import { SAMPLE_STEPS } from '../gallery/pipelineRuns';

const GRAPH = stepGraph({ steps: SAMPLE_STEPS });

/** What a browser does with a worker's script, which here is this class. */
class FakeWorker {
  static begins = true;
  static made = 0;
  onmessage: ((event: { data: LayoutAnswer }) => void) | undefined;
  onerror: ((event: { message: string }) => void) | undefined;
  isOver = false;

  constructor() {
    FakeWorker.made += 1;
    if (FakeWorker.begins) setTimeout(() => this.say({ kind: 'begun' }), 1);
  }

  postMessage({ id, graph }: LayoutQuestion): void {
    if (!FakeWorker.begins) return;
    setTimeout(() => {
      this.say(
        graph.nodes.length === 0
          ? { kind: 'failed', id, error: 'nothing to lay out' }
          : { kind: 'laid', id, layout: layoutGraph(graph) },
      );
    }, 2);
  }

  terminate(): void {
    this.isOver = true;
  }

  private say(data: LayoutAnswer): void {
    if (!this.isOver) this.onmessage?.({ data });
  }
}

describe('the layout in a worker', () => {
  const globals = globalThis as Record<string, unknown>;
  const before = globals['Worker'];
  let told: string[];
  let layouter: WorkerLayouter;
  const begin = (kind: unknown, beginMs = 40) => {
    globals['Worker'] = kind;
    layouter = new WorkerLayouter('', (why) => told.push(why), beginMs);
  };
  beforeEach(() => {
    told = [];
    FakeWorker.begins = true;
    FakeWorker.made = 0;
  });
  afterEach(() => {
    layouter.dispose();
    globals['Worker'] = before;
  });

  it('is what the worker answers; one worker lays out all graphs', async () => {
    begin(FakeWorker);
    const [first, second] = await Promise.all([layouter.layout(GRAPH), layouter.layout(GRAPH)]);
    assert.deepEqual(first, layoutGraph(GRAPH));
    assert.deepEqual(second, first);
    assert.equal(FakeWorker.made, 1);
    await new Promise((resolve) => setTimeout(resolve, 60));
    assert.deepEqual(
      [told, layouter.refusal],
      [[], undefined],
      'it has begun: nobody waits for it',
    );
  });

  it('says what the worker could not lay out', async () => {
    begin(FakeWorker);
    await assert.rejects(layouter.layout({ nodes: [], edges: [], key: '' }), /nothing to lay out/);
    assert.equal(layouter.refusal, undefined);
  });

  it('is plain, at once, where there are no workers', async () => {
    begin(
      class {
        constructor() {
          throw new Error('refused by the policy');
        }
      },
    );
    assert.deepEqual(await layouter.layout(GRAPH), plainLayout(GRAPH));
    assert.match(layouter.refusal ?? '', /refused by the policy/);
    assert.equal(told.length, 1);
    await layouter.layout(GRAPH);
    assert.equal(told.length, 1, 'told once');
  });

  it('is plain where a worker breaks, and where it never begins', async () => {
    FakeWorker.begins = false;
    class Broken extends FakeWorker {
      constructor() {
        super();
        setTimeout(() => this.onerror?.({ message: 'SyntaxError' }), 1);
      }
    }
    begin(Broken, 60_000);
    assert.deepEqual(await layouter.layout(GRAPH), plainLayout(GRAPH));
    assert.equal(layouter.refusal, 'SyntaxError');
    layouter.dispose();
    begin(FakeWorker, 20);
    assert.deepEqual(await layouter.layout(GRAPH), plainLayout(GRAPH));
    assert.match(layouter.refusal ?? '', /did not begin/);
  });
});
