/** The series the page shows: fetches what is seen, again when it has grown, one request at a time. */
import { Emitter } from '../../src/base/event';
import type { SeriesColumns } from '../../src/protocol/rows';

export interface SeriesId {
  readonly runId: string;
  readonly key: string;
}
type Fetch = (series: readonly SeriesId[]) => Promise<{ series: readonly SeriesColumns[] }>;

const textOf = ({ runId, key }: SeriesId): string => `${runId} ${key}`;

export class SeriesStore {
  private readonly changed = new Emitter<void>();
  /** Fired when series arrived or could not be fetched. */
  readonly onDidChange = this.changed.event;
  /** Why the last fetch failed; undefined when it did not. */
  problem: string | undefined;

  private readonly held = new Map<string, SeriesColumns>();
  private readonly counts = new Map<string, number>();
  /** Count that was known when the series was last asked for. */
  private readonly asked = new Map<string, number>();
  private wanted: readonly SeriesId[] = [];
  private fetching: Promise<void> | undefined;

  /** @param pause waits before a failed fetch is tried again. */
  constructor(
    private readonly fetch: Fetch,
    private readonly pause: () => Promise<void>,
  ) {}

  get(id: SeriesId): SeriesColumns | undefined {
    return this.held.get(textOf(id));
  }

  /** Names what can be seen now; fetches what of it is missing or has grown. */
  want(series: readonly SeriesId[]): void {
    this.wanted = series;
    this.start();
  }

  setCount(id: SeriesId, count: number): void {
    this.counts.set(textOf(id), count);
    if (this.wanted.some((each) => textOf(each) === textOf(id))) this.start();
  }

  /** Forgets that anything was fetched: all that is wanted is fetched again, shown ones stay meanwhile. */
  invalidate(): void {
    this.asked.clear();
    this.start();
  }

  /** Resolves when nothing is being fetched. */
  async settled(): Promise<void> {
    await this.fetching;
  }

  private start(): void {
    if (this.fetching || this.due().length === 0) return;
    this.fetching = this.run().finally(() => {
      this.fetching = undefined;
      this.start();
    });
  }

  private due(): readonly SeriesId[] {
    return this.wanted.filter((id) => {
      const asked = this.asked.get(textOf(id));
      return asked === undefined || asked < (this.counts.get(textOf(id)) ?? 0);
    });
  }

  private async run(): Promise<void> {
    // What is wanted in this turn travels together.
    await Promise.resolve();
    const due = this.due();
    const before = due.map((id) => this.asked.get(textOf(id)));
    for (const id of due) this.asked.set(textOf(id), this.counts.get(textOf(id)) ?? 0);
    try {
      const { series } = await this.fetch(due);
      for (const columns of series) this.held.set(textOf(columns), columns);
      this.problem = undefined;
      this.changed.fire();
    } catch (error) {
      for (const [index, id] of due.entries()) this.restoreAsked(textOf(id), before[index]);
      this.problem = error instanceof Error ? error.message : String(error);
      this.changed.fire();
      await this.pause();
    }
  }

  private restoreAsked(id: string, count: number | undefined): void {
    if (count === undefined) this.asked.delete(id);
    else this.asked.set(id, count);
  }
}
