/** What is known of the runs of the page: their details, each kept up to date while it is here. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Emitter } from '../../src/base/event';
import type { RequestOf } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { RunDetail } from '../../src/protocol/rows';
import type { ArtifactHost } from '../../src/protocol/webview/artifact';
import type { ShownSlot } from '../../src/protocol/webview/panel';
import type { Live } from '../shared/live';
import type { Panel } from '../shared/panel';
import { t } from '../shared/texts';
import { touchesRun } from '../shared/touches';
import type { ChartsPageView, MeasuredRun } from './view';

export type ChartsPanel = Panel<ChartsPageView, ArtifactHost>;

export interface BookRun {
  readonly runId: string;
  readonly slot: number;
  /** Undefined until it has come. */
  readonly detail: RunDetail | undefined;
}

type Points = Extract<ServerEvent, { type: 'points' }>;
type DetailLive = Live<RequestOf<'GET /api/runs/:runId'>, RunDetail>;

export class RunBook {
  private readonly lives = new Map<string, DetailLive>();
  /** By run and metric, the newest that was told since the page is there. */
  private readonly points = new Map<string, Map<string, Points>>();
  private readonly subscription: { dispose(): void };
  private readonly changed = new Emitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(
    private readonly panel: ChartsPanel,
    private readonly source: string | undefined,
  ) {
    this.subscription = panel.onEvents((events) => this.take(events));
  }

  /** Reads these and forgets the others. */
  set(runIds: readonly string[]): void {
    const wanted = new Set(runIds);
    for (const [runId, live] of this.lives) {
      if (wanted.has(runId)) continue;
      live.dispose();
      this.lives.delete(runId);
      this.points.delete(runId);
    }
    for (const runId of wanted) if (!this.lives.has(runId)) this.lives.set(runId, this.open(runId));
  }

  detail(runId: string): RunDetail | undefined {
    return this.lives.get(runId)?.state.value;
  }

  /**
   * With the last values that events told of since it was read: it is not read anew with each point. Of a source's
   * runs it is, and events of them count something else.
   */
  newest(detail: RunDetail): RunDetail {
    const told = this.source === undefined ? this.points.get(detail.runId) : undefined;
    return told ? withLast(detail, told) : detail;
  }

  /** Why one of them could not be read. */
  get problem(): string | undefined {
    for (const { state } of this.lives.values())
      if (state.problem !== undefined) return state.problem;
    return undefined;
  }

  again(): void {
    for (const live of this.lives.values()) live.again();
  }

  dispose(): void {
    this.set([]);
    this.subscription.dispose();
    this.changed.dispose();
  }

  private take(events: readonly ServerEvent[]): void {
    for (const event of events) {
      // What was told before may be of another store.
      if (event.type === 'reset') this.points.clear();
      if (event.type !== 'points' || !this.lives.has(event.runId)) continue;
      const held = this.points.get(event.runId) ?? new Map<string, Points>();
      this.points.set(event.runId, held.set(event.key, event));
    }
  }

  private open(runId: string): DetailLive {
    const { source } = this;
    const live = this.panel.live({
      route: 'GET /api/runs/:runId',
      request: { runId, ...(source !== undefined && { source }) },
      touches: (event, detail) => touches(event, runId, detail),
    });
    live.onDidChange(() => this.changed.fire());
    return live;
  }
}

/** Series only grow: of two accounts that with more points is the newer one. */
export function withLast(detail: RunDetail, told: ReadonlyMap<string, Points>): RunDetail {
  const metrics = detail.metrics.map((metric) => {
    const newer = told.get(metric.key);
    if (!newer || newer.count <= (metric.count ?? 0)) return metric;
    const last = { ...metric.last, step: newer.lastStep, value: newer.lastValue };
    return { ...metric, count: newer.count, last };
  });
  return { ...detail, metrics };
}

/** Points of a metric that is known change its chart only. */
const touches = (event: ServerEvent, runId: string, detail: RunDetail | undefined): boolean =>
  event.type === 'points'
    ? event.runId === runId && !detail?.metrics.some(({ key }) => key === event.key)
    : touchesRun(event, runId);

/** The runs with their slots; a run that is shown nowhere takes one that nobody has. */
export function useRuns(
  panel: ChartsPanel,
  runIds: readonly string[],
  { shown, source }: { readonly shown: readonly ShownSlot[]; readonly source: string | undefined },
): { readonly runs: readonly BookRun[]; readonly book: RunBook } {
  const book = useMemo(() => new RunBook(panel, source), [panel, source]);
  const [version, setVersion] = useState(0);
  const text = runIds.join(' ');
  useEffect(() => {
    const subscription = book.onDidChange(() => setVersion((before) => before + 1));
    return () => {
      subscription.dispose();
      book.dispose();
    };
  }, [book]);
  useEffect(() => book.set(runIds), [book, text]);
  const runs = useMemo(
    () => slotsOf(runIds, shown).map((run) => ({ ...run, detail: book.detail(run.runId) })),
    [book, text, shown, version],
  );
  return { runs, book };
}

export function slotsOf(runIds: readonly string[], shown: readonly ShownSlot[]): ShownSlot[] {
  const known = new Map(shown.map(({ runId, slot }) => [runId, slot]));
  const taken = new Set(known.values());
  let next = 0;
  const free = () => {
    while (taken.has(next)) next += 1;
    taken.add(next);
    return next;
  };
  return runIds.map((runId) => ({ runId, slot: known.get(runId) ?? free() }));
}

/** Runs of steps are named after the step: what their group is tells them apart. */
export const nameOf = ({ runId, detail }: BookRun): string => detail?.name ?? runId.slice(0, 8);

/** `groupBy` is `param lr` or `tag team`. */
export function measuredRun(run: BookRun, groupBy: string): MeasuredRun | undefined {
  const { detail, runId, slot } = run;
  if (!detail) return undefined;
  const group = groupOf(detail, groupBy);
  const { name, startTime, metrics } = detail;
  return { runId, slot, name, startTime, metrics, group };
}

function groupOf(detail: RunDetail, groupBy: string): string {
  const [on, ...rest] = groupBy.split(' ');
  const key = rest.join(' ');
  if (key === '') return t('all runs');
  const list = on === 'param' ? detail.params : detail.tags;
  return `${key} = ${list.find((each) => each.key === key)?.value ?? '–'}`;
}
