// Gives the memory back that work took, once there is a rest: V8 itself waits for the next work to do so.
import { memoryUsage } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Disposable } from '../base/disposable';

export interface RestOptions {
  /** How long nothing must have been asked. */
  readonly afterMs: number;
  /** Bytes of the heap, and what makes them fewer. */
  readonly heap: { size(): number; collect(): void };
}

/** Less than this is not worth the milliseconds that a collection takes. */
const WORTH_BYTES = 4 * 1024 * 1024;

/** V8 gives pages back when it finds them empty once more, and when little was made since the last collection. */
const ROUNDS = 2;

export class Rest implements Disposable {
  private usedAt = 0;
  private timer: NodeJS.Timeout | undefined;
  private restedSize: number;

  constructor(private readonly options: RestOptions) {
    this.restedSize = options.heap.size();
  }

  /** Work goes on. */
  touch(): void {
    this.usedAt = performance.now();
    this.timer ??= this.wait(this.options.afterMs);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private wait(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.look(), ms).unref();
  }

  private look(): void {
    const left = this.usedAt + this.options.afterMs - performance.now();
    this.timer = left > 0 ? this.wait(left) : undefined;
    if (left > 0) return;
    if (this.options.heap.size() - this.restedSize >= WORTH_BYTES) this.collect(ROUNDS);
  }

  private collect(rounds: number): void {
    const { heap, afterMs } = this.options;
    heap.collect();
    this.restedSize = heap.size();
    this.timer = rounds > 1 ? setTimeout(() => this.again(rounds), afterMs / 4).unref() : undefined;
  }

  private again(rounds: number): void {
    const isResting = performance.now() - this.usedAt >= this.options.afterMs;
    if (isResting) this.collect(rounds - 1);
    else this.look();
  }
}

let collect: (() => void) | undefined;

/** Of this process. Node has no other door to V8's collector than this flag. */
export const HEAP: RestOptions['heap'] = {
  size: () => memoryUsage().heapTotal,
  collect() {
    if (!collect) {
      setFlagsFromString('--expose-gc');
      collect = runInNewContext('gc') as () => void;
    }
    collect();
  },
};
