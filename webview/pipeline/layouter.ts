/** Lays out graphs beside drawing, in a worker made of a text; plainly and at once where that cannot begin. */
import type { StepGraph } from './graph';
import { plainLayout } from './grow';
import type { GraphLayout } from './layout';
import type { LayoutAnswer, LayoutQuestion } from './layoutWorker';

export interface Layouter {
  /** Rejects when the graph cannot be laid out. */
  layout(graph: StepGraph): Promise<GraphLayout>;
  /** Why the worker did not begin; graphs are laid out plainly since. */
  readonly refusal: string | undefined;
  dispose(): void;
}

interface Waiting {
  readonly graph: StepGraph;
  readonly resolve: (layout: GraphLayout) => void;
  readonly reject: (error: Error) => void;
}

/** Until it has said that it is there; much longer than it needs on a machine that does other work, too. */
const BEGIN_MS = 10_000;

/** The worker begins with the first graph. */
export class WorkerLayouter implements Layouter {
  private readonly waiting = new Map<number, Waiting>();
  private worker: Worker | undefined;
  private refused: string | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private nextId = 1;

  constructor(
    private readonly text: string,
    private readonly onRefused: (why: string) => void,
    private readonly beginMs = BEGIN_MS,
  ) {}

  get refusal(): string | undefined {
    return this.refused;
  }

  layout(graph: StepGraph): Promise<GraphLayout> {
    if (this.refused !== undefined) return Promise.resolve(plainLayout(graph));
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
    clearTimeout(this.timer);
    this.worker?.terminate();
    this.worker = undefined;
    this.waiting.clear();
  }

  private begin(): Worker {
    const address = URL.createObjectURL(new Blob([this.text], { type: 'text/javascript' }));
    const worker = new Worker(address);
    worker.onmessage = ({ data }: MessageEvent<LayoutAnswer>) => {
      if (data.kind !== 'begun') return this.settle(data);
      clearTimeout(this.timer);
      URL.revokeObjectURL(address);
    };
    worker.onerror = (event) => this.refuse(event.message);
    // A policy may refuse it without a word.
    this.timer = setTimeout(() => this.refuse(''), this.beginMs);
    return worker;
  }

  private settle(answer: Exclude<LayoutAnswer, { kind: 'begun' }>): void {
    const held = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if (answer.kind === 'laid') held?.resolve(answer.layout);
    else held?.reject(new Error(answer.error));
  }

  private refuse(why: string): void {
    const reason = why || 'the worker for it did not begin';
    this.refused = reason;
    this.onRefused(`Graphs are laid out plainly: ${reason}`);
    clearTimeout(this.timer);
    this.worker?.terminate();
    this.worker = undefined;
    for (const { graph, resolve } of this.waiting.values()) resolve(plainLayout(graph));
    this.waiting.clear();
  }
}
