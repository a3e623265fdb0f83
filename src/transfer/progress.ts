// What a transfer has done so far, what it could not do, and its turns on the event loop.

import { RunlensError } from '../base/errors';
import type { TransferCounts, TransferNote } from '../protocol/control';

/** Notes beyond this number are counted only. */
const MOST_NOTES = 1000;
/** No other request waits longer than about this for a transfer, in milliseconds. */
const SLICE_MS = 12;

export type Count = keyof TransferCounts;

export class Progress {
  readonly counts: Record<Count, number> = {
    experiments: 0,
    seen: 0,
    runs: 0,
    points: 0,
    files: 0,
    bytes: 0,
    models: 0,
    registeredModels: 0,
    modelVersions: 0,
  };
  readonly notes: TransferNote[] = [];
  notesLeftOut = 0;
  private sliceStart = performance.now();

  constructor(
    readonly id: string,
    /** Aborted when nobody wants the transfer any more. */
    private readonly signal: AbortSignal | undefined,
    private readonly changed: () => void = () => undefined,
  ) {}

  add(count: Count, by = 1): void {
    this.counts[count] += by;
    this.changed();
  }

  readonly note = (where: string, what: string): void => {
    if (this.notes.length < MOST_NOTES) this.notes.push({ where, what });
    else this.notesLeftOut++;
  };

  /** @throws RunlensError `transfer.cancelled` */
  checkCancelled(): void {
    if (this.signal?.aborted) throw new RunlensError('transfer.cancelled', 'It was cancelled.');
  }

  /**
   * Lets others have a turn when this one has taken long enough.
   * @throws RunlensError `transfer.cancelled`
   */
  async turn(): Promise<void> {
    this.checkCancelled();
    if (performance.now() - this.sliceStart < SLICE_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.sliceStart = performance.now();
    this.checkCancelled();
  }
}
