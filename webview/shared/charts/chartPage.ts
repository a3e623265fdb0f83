/** What the charts of a page share: their series, the crosshair, and where exports go. */
import { Emitter, type Event } from '../../../src/base/event';
import type { RequestOf } from '../../../src/protocol/control';
import type { ServerEvent } from '../../../src/protocol/events';
import type { PanelHost } from '../../../src/protocol/webview/panel';
import { type FetchedSeries, type SeriesId, SeriesStore, windowText } from './seriesStore';
import type { XChoice } from './types';
import { Wanted } from './wanted';

/** What charts ask of their panel. */
export type ChartHost = Pick<PanelHost, 'ask' | 'save' | 'copy'>;

/** A place on an axis that all charts with this axis mark. */
export interface Crosshair {
  readonly choice: XChoice;
  readonly x: number;
}

/** Up to four points a bucket, so one for two pixels of a card's width; the extremes are always among them. */
const BUCKETS = 160;
const FINE_BUCKETS = 640;
/** What the server divides a series into at most: what is exported has up to four times as many points. */
const MOST_BUCKETS = 20_000;
const RETRY_MS = 2000;

/** Shared by all charts of a page; made once. See `openCharts`. */
export class ChartPage {
  readonly series: SeriesStore;
  readonly wanted: Wanted;
  readonly crosshair = new Emitter<Crosshair | undefined>();

  constructor(
    readonly host: ChartHost,
    private readonly source: string | undefined,
  ) {
    this.series = new SeriesStore(
      (series) => fetchSeries(host, series, { source, buckets: BUCKETS }),
      () => new Promise((resolve) => setTimeout(resolve, RETRY_MS)),
    );
    this.wanted = new Wanted(this.series);
  }

  /** All points of each series, as far as the server gives them at once: for exports. */
  async everyPoint(series: readonly SeriesId[]): Promise<readonly FetchedSeries[]> {
    const asked = { source: this.source, buckets: MOST_BUCKETS };
    return (await fetchSeries(this.host, series, asked)).series;
  }

  /** Events of the panel; `points` says which series have grown. */
  take(events: readonly ServerEvent[]): void {
    for (const event of events) {
      if (event.type === 'points') this.series.setCount(event, event.count);
      if (event.type === 'reset') this.series.invalidate();
    }
  }
}

/** For a panel of `openPanel`; follows what it is told for as long as the page is there. */
export function openCharts(
  panel: { readonly host: ChartHost; readonly onEvents: Event<readonly ServerEvent[]> },
  source?: string,
): ChartPage {
  const page = new ChartPage(panel.host, source);
  panel.onEvents((events) => page.take(events));
  return page;
}

interface AskOptions {
  readonly source: string | undefined;
  readonly buckets: number;
}

/** One request per range, all at once. */
async function fetchSeries(
  host: ChartHost,
  ids: readonly SeriesId[],
  options: AskOptions,
): Promise<{ series: readonly FetchedSeries[] }> {
  const byWindow = new Map<string, SeriesId[]>();
  for (const id of ids) {
    const text = windowText(id.window);
    byWindow.set(text, [...(byWindow.get(text) ?? []), id]);
  }
  const replies = await Promise.all(
    [...byWindow.values()].map(async (own) => {
      const window = own[0]?.window;
      const asked = await host.ask('POST /api/series', requestOf(own, options));
      if (!asked.ok) throw new Error(asked.refusal.message);
      return asked.value.series.map((columns) => ({ ...columns, ...(window && { window }) }));
    }),
  );
  return { series: replies.flat() };
}

function requestOf(
  ids: readonly SeriesId[],
  { source, buckets }: AskOptions,
): RequestOf<'POST /api/series'> {
  const window = ids[0]?.window;
  const { from, to } = window ?? {};
  const isTime = window?.by === 'time';
  return {
    ...(source !== undefined && { source }),
    series: ids.map(({ runId, key }) => ({ runId, key })),
    buckets: window?.isFine ? Math.max(FINE_BUCKETS, buckets) : buckets,
    ...(window && { by: window.by }),
    ...(from !== undefined && (isTime ? { fromTime: from } : { fromStep: from })),
    ...(to !== undefined && (isTime ? { toTime: to } : { toStep: to })),
  };
}
