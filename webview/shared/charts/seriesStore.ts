/** The series a page shows: fetches what is seen, again when it has grown, one request at a time. */
import { Emitter } from '../../../src/base/event';
import type { SeriesColumns } from '../../../src/protocol/rows';

/** The part of a series that is wanted at full fidelity; both ends are included. */
export interface SeriesWindow {
  /** What the ends are, and what the points come in the order of; times in ms since 1970. */
  readonly by: 'step' | 'time';
  readonly from?: number;
  readonly to?: number;
  /** For a chart as large as the panel: more points. */
  readonly isFine?: boolean;
}

export interface SeriesId {
  readonly runId: string;
  readonly key: string;
  /** Undefined: all of it by step. */
  readonly window?: SeriesWindow;
}

export type FetchedSeries = SeriesColumns & { readonly window?: SeriesWindow };
type Fetch = (series: readonly SeriesId[]) => Promise<{ series: readonly FetchedSeries[] }>;

/** So that the first charts are drawn before the last are fetched. */
const MOST_AT_ONCE = 30;

/** Series of up to 640 points, some 15 MB: with thousands of metrics those seen longest ago are fetched again. */
const MOST_HELD = 1000;

const seriesText = ({ runId, key }: SeriesId): string => `${runId} ${key}`;

export function windowText(window: SeriesWindow | undefined): string {
  if (!window) return '';
  const { by, from = '', to = '', isFine } = window;
  return `${by} ${from} ${to}${isFine ? ' fine' : ''}`;
}

const textOf = (id: SeriesId): string =>
  // The part comes first: a key may end like one. Ids of runs have no spaces.
  id.window ? `${windowText(id.window)} of ${seriesText(id)}` : seriesText(id);

export class SeriesStore {
  private readonly changed = new Emitter<void>();
  /** Fired when series arrived or could not be fetched. */
  readonly onDidChange = this.changed.event;
  /** Why the last fetch failed; undefined when it did not. */
  problem: string | undefined;

  private readonly held = new Map<string, FetchedSeries>();
  /** By series, whatever the window. */
  private readonly counts = new Map<string, number>();
  /** Count that was known when the series was last asked for. */
  private readonly asked = new Map<string, number>();
  private wanted: readonly SeriesId[] = [];
  private wantedSeries: ReadonlySet<string> = new Set();
  private fetching: Promise<void> | undefined;

  /** @param pause waits before a failed fetch is tried again; @param most series that are held when not wanted. */
  constructor(
    private readonly fetch: Fetch,
    private readonly pause: () => Promise<void>,
    private readonly most: number = MOST_HELD,
  ) {}

  get(id: SeriesId): FetchedSeries | undefined {
    return this.held.get(textOf(id));
  }

  /** Points the series is known to have. */
  countOf(id: SeriesId): number {
    return this.counts.get(seriesText(id)) ?? this.held.get(seriesText(id))?.count ?? 0;
  }

  /** Names what can be seen now, what matters most first; fetches what of it is missing or has grown. */
  want(series: readonly SeriesId[]): void {
    const before = this.wanted;
    this.wanted = series;
    this.wantedSeries = new Set(series.map(seriesText));
    this.forgetWindows(before);
    this.start();
  }

  /** Series only grow: of an event and an answer that was read before it, the greater count holds. */
  setCount(id: SeriesId, count: number): void {
    const text = seriesText(id);
    this.counts.set(text, Math.max(count, this.counts.get(text) ?? 0));
    if (this.wantedSeries.has(text)) this.start();
  }

  /** Forgets that anything was fetched: all that is wanted is fetched again, shown ones stay meanwhile. */
  invalidate(): void {
    this.asked.clear();
    // What was counted may begin anew, as where a server counts its changes and not points.
    this.counts.clear();
    this.start();
  }

  /** Resolves when nothing is being fetched. */
  async settled(): Promise<void> {
    await this.fetching;
  }

  /** Whole series are kept for when they come into view again; parts of them are too many. */
  private forgetWindows(before: readonly SeriesId[]): void {
    const still = new Set(this.wanted.map(textOf));
    for (const id of before) {
      const isPart = id.window?.from !== undefined || id.window?.to !== undefined;
      if (!isPart || still.has(textOf(id))) continue;
      this.held.delete(textOf(id));
      this.asked.delete(textOf(id));
    }
  }

  private start(): void {
    if (this.fetching || this.due().length === 0) return;
    this.fetching = this.run().finally(() => {
      this.fetching = undefined;
      this.start();
    });
  }

  private due(): readonly SeriesId[] {
    const due = this.wanted.filter((id) => {
      const asked = this.asked.get(textOf(id));
      return asked === undefined || asked < (this.counts.get(seriesText(id)) ?? 0);
    });
    return due.slice(0, MOST_AT_ONCE);
  }

  private async run(): Promise<void> {
    // What is wanted in this turn travels together.
    await Promise.resolve();
    const due = this.due();
    const before = due.map((id) => this.asked.get(textOf(id)));
    for (const id of due) this.asked.set(textOf(id), this.counts.get(seriesText(id)) ?? 0);
    try {
      const { series } = await this.fetch(due);
      for (const columns of series) this.hold(columns);
      this.problem = undefined;
      this.changed.fire();
    } catch (error) {
      for (const [index, id] of due.entries()) this.restoreAsked(textOf(id), before[index]);
      this.problem = error instanceof Error ? error.message : String(error);
      this.changed.fire();
      await this.pause();
    }
  }

  private hold(columns: FetchedSeries): void {
    const text = textOf(columns);
    this.held.delete(text);
    this.held.set(text, columns);
    if (this.held.size <= this.most) return;
    const needed = new Set(this.wanted.map(textOf));
    for (const id of this.held.keys()) {
      if (this.held.size <= this.most) return;
      if (needed.has(id)) continue;
      this.held.delete(id);
      this.asked.delete(id);
    }
  }

  private restoreAsked(id: string, count: number | undefined): void {
    if (count === undefined) this.asked.delete(id);
    else this.asked.set(id, count);
  }
}
