// When segments of points are compacted: when somebody asks, and when most of their bytes are dead.
import { messageOf } from '../base/errors';
import { compactSegments } from './series/compaction';
import type { State } from './state';

const WORTH_BYTES = 8 * 1024 * 1024;
const WORTH_SHARE = 0.5;

export interface CompactorHooks {
  /** The state of now; undefined when nothing may be written. */
  readonly current: () => State | undefined;
  /** Commits something, so that the next snapshot has a position of its own. */
  readonly mark: () => Promise<unknown>;
  readonly checkpoint: () => Promise<void>;
  readonly report: (line: string) => void;
}

export class Compactor {
  private running: Promise<void> | undefined;

  constructor(private readonly hooks: CompactorHooks) {}

  /** Frees what can be freed. Callers at the same time share it. */
  async run(): Promise<void> {
    const { running } = this;
    // One that began by itself spares what is not worth it.
    if (running) await running.catch(() => undefined);
    await this.begin(() => this.compactAll());
  }

  /** After a snapshot. The next one is the first that does without the old segments. */
  runWhenWorthIt(): void {
    const series = this.hooks.current()?.series;
    if (!series || this.running) return;
    if (series.garbage < Math.max(WORTH_BYTES, series.segments.live() * WORTH_SHARE)) return;
    this.begin(() => this.compact(WORTH_SHARE)).catch((error: unknown) =>
      this.hooks.report(`The points on disk could not be compacted: ${messageOf(error)}`),
    );
  }

  private begin(work: () => Promise<unknown>): Promise<void> {
    this.running ??= work()
      .then(() => undefined)
      .finally(() => {
        this.running = undefined;
      });
    return this.running;
  }

  private async compactAll(): Promise<void> {
    const { mark, checkpoint } = this.hooks;
    await mark();
    await this.compact(0);
    this.hooks.current()?.sql.vacuum();
    await checkpoint();
    // With a second snapshot the one before the first goes, and with it the segments it needed.
    await mark();
    await checkpoint();
  }

  private compact(share: number): Promise<boolean> {
    return compactSegments({ share, current: this.hooks.current });
  }
}
