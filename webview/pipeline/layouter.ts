/** Lays out graphs beside drawing: in a worker made of a text, else (tests) here. */
import type { StepGraph } from './graph';
import { type GraphLayout, layoutGraph } from './layout';
import type { LayoutAnswer, LayoutQuestion } from './layoutWorker';

export interface Layouter {
  /** Rejects when the graph cannot be laid out. */
  layout(graph: StepGraph): Promise<GraphLayout>;
  dispose(): void;
}

/** On the page's own thread. */
export const hereLayouter: Layouter = {
  layout: async (graph) => layoutGraph(graph),
  dispose: () => undefined,
};

interface Waiting {
  readonly graph: StepGraph;
  readonly resolve: (layout: GraphLayout) => void;
  readonly reject: (error: Error) => void;
}

/** The worker begins with the first graph. Where it cannot begin, the page's own thread does its work. */
export class WorkerLayouter implements Layouter {
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | undefined;
  private isRefused = false;
  private nextId = 1;

  constructor(
    private readonly text: string,
    private readonly onRefused: (why: string) => void,
  ) {}

  layout(graph: StepGraph): Promise<GraphLayout> {
    if (this.isRefused) return hereLayouter.layout(graph);
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { graph, resolve, reject });
      const { nodes, edges } = graph;
      const question: LayoutQuestion = { id, graph: { nodes, edges } };
      try {
        this.worker ??= this.begin();
        this.worker.postMessage(question);
      } catch (error) {
        this.refuse(String(error));
      }
    });
  }

  dispose(): void {
    this.worker?.terminate();
    this.worker = undefined;
    this.waiting.clear();
  }

  private begin(): Worker {
    const address = URL.createObjectURL(new Blob([this.text], { type: 'text/javascript' }));
    const worker = new Worker(address);
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      URL.revokeObjectURL(address);
      this.settle(data);
    };
    worker.onerror = (event) => this.refuse(event.message);
    return worker;
  }

  private settle(answer: LayoutAnswer): void {
    const held = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ('layout' in answer) held?.resolve(answer.layout);
    else held?.reject(new Error(answer.error));
  }

  private refuse(why: string): void {
    this.onRefused(`The graph is laid out without a worker: ${why || 'it did not begin'}`);
    this.isRefused = true;
    this.worker?.terminate();
    this.worker = undefined;
    for (const { graph, resolve, reject } of this.waiting.values()) {
      hereLayouter.layout(graph).then(resolve, reject);
    }
    this.waiting.clear();
  }
}
