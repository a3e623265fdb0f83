/**
 * Runs of a search on an MLflow server, read page by page as far as they are asked for. The server's pages
 * go by tokens and never by numbers, so what was read is kept as long as someone pages through it.
 */
import { TAGS } from '../../domain/tags';
import type { MlflowClient } from './mlflowClient';
import { type RemoteRun, tagOf } from './wire';

/** Runs beyond these are not read: a search must be made narrower. */
export const MOST_RUNS = 10_000;
const PAGE = 1000;
/** Searches that are kept, those asked for last. */
const KEPT = 8;

export interface RunsWanted {
  readonly experimentIds: readonly string[];
  /** In MLflow's search language. */
  readonly filter: string;
  readonly orderBy: readonly string[];
  /** Runs nested in others are left out here: not every server can. */
  readonly isOuterOnly: boolean;
}

interface Reading {
  readonly id: number;
  readonly runs: RemoteRun[];
  next: string | undefined;
  isBegun: boolean;
  /** Of the page that is being read: one is read at a time. */
  pending: Promise<void>;
}

export interface RunsRead {
  readonly runs: readonly RemoteRun[];
  /** Whether the server has more that were not read. */
  readonly more: boolean;
  /** For `since`, to go on reading where this was. */
  readonly id: number;
}

export class RunReadings {
  private readonly readings = new Map<string, Reading>();
  private ids = 0;

  constructor(private readonly client: MlflowClient) {}

  /**
   * The first `count` runs, at most MOST_RUNS.
   * @param since the `id` of an earlier answer: what it read is not read again, so that runs that were
   *   added meanwhile move nothing.
   */
  async read(wanted: RunsWanted, count: number, since?: number): Promise<RunsRead> {
    if (wanted.experimentIds.length === 0) return { runs: [], more: false, id: 0 };
    const reading = this.readingOf(wanted, since);
    const enough = () =>
      reading.runs.length >= Math.min(count, MOST_RUNS) ||
      (reading.isBegun && reading.next === undefined);
    while (!enough()) {
      const step = async () => {
        if (!enough()) await this.readPage(reading, wanted, count - reading.runs.length);
      };
      // One that failed was told to whom it failed; the next one tries again.
      reading.pending = reading.pending.then(step, step);
      await reading.pending;
    }
    const { runs, next, id } = reading;
    const isCut = runs.length > MOST_RUNS;
    return { runs: runs.slice(0, MOST_RUNS), more: next !== undefined || isCut, id };
  }

  private async readPage(reading: Reading, wanted: RunsWanted, lacking: number): Promise<void> {
    const { experimentIds, filter, orderBy, isOuterOnly } = wanted;
    const page = await this.client.runs({
      experimentIds,
      limit: Math.min(PAGE, Math.max(100, lacking)),
      filter,
      ...(orderBy.length > 0 && { orderBy }),
      pageToken: reading.next,
    });
    for (const run of page.items) {
      if (!isOuterOnly || tagOf(run.tags, TAGS.parentRunId) === undefined) reading.runs.push(run);
    }
    reading.next = page.next;
    reading.isBegun = true;
  }

  private readingOf(wanted: RunsWanted, since: number | undefined): Reading {
    const name = JSON.stringify(wanted);
    const known = this.readings.get(name);
    this.readings.delete(name);
    const goesOn = known !== undefined && since !== undefined && known.id === since;
    const reading = goesOn ? known : this.begin();
    this.readings.set(name, reading);
    for (const oldest of this.readings.keys()) {
      if (this.readings.size <= KEPT) break;
      this.readings.delete(oldest);
    }
    return reading;
  }

  private begin(): Reading {
    this.ids += 1;
    const pending = Promise.resolve();
    return { id: this.ids, runs: [], next: undefined, isBegun: false, pending };
  }
}
