/** What a person set on the Charts page, how it is kept, and which cards and sections it leads to. */
import { isRecord } from '../../src/base/json';
import { CHARTS_TABS, type ChartsTab } from '../../src/protocol/webview/panel';
import type { Brush } from '../shared/charts/parallel';
import {
  type ChartRun,
  type ChartView,
  INITIAL_CHART_VIEW,
  isZoomed,
  parseChartView,
  parseZoom,
  type XChoice,
  type ZoomRange,
} from '../shared/charts/types';
import type { KeptView } from '../shared/kept';

export interface ChartsPageView {
  readonly tab: ChartsTab;
  /** The subject that was taken over last: a reload must not undo what was chosen since. */
  readonly subject: string;
  /** Runs that were chosen to be compared, the baseline first; undefined: those that are shown. */
  readonly runIds: readonly string[] | undefined;
  readonly chart: ChartView;
  /** Views of their own, by metric. */
  readonly own: Readonly<Record<string, ChartView>>;
  readonly filter: string;
  readonly pinned: readonly string[];
  /** Sections that a person opened or closed. */
  readonly open: Readonly<Record<string, boolean>>;
  /** Sections in the order a person gave them; others follow. */
  readonly order: readonly string[];
  /** `param lr`, `tag team`: what makes groups of runs. */
  readonly groupBy: string;
  readonly isLinked: boolean;
  /** Of charts that are zoomed, by `zoomKey`. */
  readonly zooms: Readonly<Record<string, ZoomRange>>;
  readonly list: { readonly width: number; readonly isShown: boolean };
  readonly compare: CompareView;
  readonly parameters: ParametersView;
  readonly overTime: OverTimeView;
}

export interface CompareView {
  readonly onlyDifferences: boolean;
  readonly search: string;
  readonly closed: readonly string[];
}

export interface ParametersView {
  /** Undefined: what was found to matter most. */
  readonly metric: string | undefined;
  readonly params: readonly string[] | undefined;
  readonly brushes: Readonly<Record<string, Brush>>;
  readonly x: string | undefined;
  readonly y: string | undefined;
  readonly logX: boolean;
}

export interface OverTimeView {
  /** `pipeline name` or `model name`. */
  readonly of: string | undefined;
  readonly filter: string;
  readonly byTime: boolean;
}

export const INITIAL_VIEW: ChartsPageView = {
  tab: 'charts',
  subject: '',
  runIds: undefined,
  chart: INITIAL_CHART_VIEW,
  own: {},
  filter: '',
  pinned: [],
  open: {},
  order: [],
  groupBy: '',
  isLinked: false,
  zooms: {},
  list: { width: 220, isShown: true },
  compare: { onlyDifferences: true, search: '', closed: [] },
  parameters: {
    metric: undefined,
    params: undefined,
    brushes: {},
    x: undefined,
    y: undefined,
    logX: false,
  },
  overTime: { of: undefined, filter: '', byTime: false },
};

/** Reads a kept view; whatever does not fit takes its initial value. */
export function parseView(kept: unknown): ChartsPageView {
  if (!isRecord(kept)) return INITIAL_VIEW;
  const list = recordOf(kept['list']);
  const width = list['width'];
  return {
    tab: CHARTS_TABS.find((tab) => tab === kept['tab']) ?? 'charts',
    subject: textOf(kept['subject']) ?? '',
    runIds: Array.isArray(kept['runIds']) ? textsOf(kept['runIds']) : undefined,
    chart: parseChartView(kept['chart']),
    own: mapOf(kept['own'], (value) => (isRecord(value) ? parseChartView(value) : undefined)),
    filter: textOf(kept['filter']) ?? '',
    pinned: textsOf(kept['pinned']),
    open: mapOf(kept['open'], (value) => (typeof value === 'boolean' ? value : undefined)),
    order: textsOf(kept['order']),
    groupBy: textOf(kept['groupBy']) ?? '',
    isLinked: kept['isLinked'] === true,
    zooms: mapOf(kept['zooms'], parseZoom),
    list: {
      width: typeof width === 'number' && Number.isFinite(width) ? width : INITIAL_VIEW.list.width,
      isShown: list['isShown'] !== false,
    },
    compare: parseCompare(recordOf(kept['compare'])),
    parameters: parseParameters(recordOf(kept['parameters'])),
    overTime: parseOverTime(recordOf(kept['overTime'])),
  };
}

const parseCompare = (raw: Record<string, unknown>): CompareView => ({
  onlyDifferences: raw['onlyDifferences'] !== false,
  search: textOf(raw['search']) ?? '',
  closed: textsOf(raw['closed']),
});

const parseParameters = (raw: Record<string, unknown>): ParametersView => ({
  metric: textOf(raw['metric']),
  params: Array.isArray(raw['params']) ? textsOf(raw['params']) : undefined,
  brushes: mapOf(raw['brushes'], brushOf),
  x: textOf(raw['x']),
  y: textOf(raw['y']),
  logX: raw['logX'] === true,
});

const parseOverTime = (raw: Record<string, unknown>): OverTimeView => ({
  of: textOf(raw['of']),
  filter: textOf(raw['filter']) ?? '',
  byTime: raw['byTime'] === true,
});

function brushOf(raw: unknown): Brush | undefined {
  if (!Array.isArray(raw)) return undefined;
  const [low, high] = raw as unknown[];
  if (typeof low !== 'number' || typeof high !== 'number') return undefined;
  return low >= 0 && low <= high && high <= 1 ? [low, high] : undefined;
}

const textOf = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined);
const textsOf = (raw: unknown): string[] =>
  Array.isArray(raw) ? raw.filter((each) => typeof each === 'string') : [];
const recordOf = (raw: unknown): Record<string, unknown> => (isRecord(raw) ? raw : {});

function mapOf<T>(raw: unknown, parse: (value: unknown) => T | undefined): Record<string, T> {
  const entries = Object.entries(recordOf(raw)).flatMap(([key, value]): [string, T][] => {
    const parsed = parse(value);
    return parsed === undefined ? [] : [[key, parsed]];
  });
  return Object.fromEntries(entries);
}

/** Each axis has units of its own. Without a metric: what linked charts share. */
export const zoomKey = (metric: string, x: XChoice): string => `${x} ${metric}`;

export function withZoom(view: ChartsPageView, key: string, zoom: ZoomRange): ChartsPageView {
  const { [key]: _, ...others } = view.zooms;
  return { ...view, zooms: isZoomed(zoom) ? { ...others, [key]: zoom } : others };
}

/** A chart on an axis. */
interface Zoomed {
  readonly metric: string;
  readonly x: XChoice;
}

/** Linked charts show one part of x, also those that are not drawn now; each has its part of y. */
export function zoomOf(view: ChartsPageView, { metric, x }: Zoomed): ZoomRange | undefined {
  const own = view.zooms[zoomKey(metric, x)];
  if (!view.isLinked) return own;
  const common = view.zooms[zoomKey('', x)]?.x;
  return { ...(common && { x: common }), ...(own?.y && { y: own.y }) };
}

export function zoomedTo(
  view: ChartsPageView,
  { metric, x }: Zoomed,
  zoom: ZoomRange,
): ChartsPageView {
  const next = withZoom(view, zoomKey(metric, x), zoom);
  return view.isLinked ? withZoom(next, zoomKey('', x), zoom.x ? { x: zoom.x } : {}) : next;
}

export const KEPT_VIEW: KeptView<ChartsPageView> = {
  version: 1,
  parse: parseView,
  initial: INITIAL_VIEW,
};

/** A run with the keys of its metrics. */
export interface MeasuredRun extends ChartRun {
  readonly metrics: readonly { readonly key: string }[];
}

/** Each group takes the colour of its first run, in every chart. */
export function withGroupSlots(runs: readonly MeasuredRun[]): MeasuredRun[] {
  const slots = new Map<string | undefined, number>();
  for (const { group, slot } of runs) if (!slots.has(group)) slots.set(group, slot);
  return runs.map((run) => ({ ...run, groupSlot: slots.get(run.group) ?? run.slot }));
}

/** One chart: a metric and the runs that have it. */
export interface Card {
  readonly metric: string;
  readonly runs: readonly ChartRun[];
}

/** A card per metric in alphabetical order; the machine's own metrics come last. */
export function cardsOf(runs: readonly MeasuredRun[]): Card[] {
  const byMetric = new Map<string, ChartRun[]>();
  for (const run of runs) {
    for (const { key } of run.metrics) {
      const held = byMetric.get(key);
      if (held) held.push(run);
      else byMetric.set(key, [run]);
    }
  }
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...byMetric]
    .map(([metric, owners]) => ({ metric, runs: owners }))
    .sort(
      (a, b) =>
        Number(isSystem(a.metric)) - Number(isSystem(b.metric)) || compare(a.metric, b.metric),
    );
}

const isSystem = (metric: string): boolean => metric.startsWith('system/');

/** Cards whose metric contains the text, or matches it when written as `/expression/`. */
export function filterCards(cards: readonly Card[], filter: string): readonly Card[] {
  const matches = matcherOf(filter);
  return matches ? cards.filter((card) => matches(card.metric)) : cards;
}

/** Undefined: everything matches. */
export function matcherOf(filter: string): ((text: string) => boolean) | undefined {
  const text = filter.trim();
  if (text === '') return undefined;
  const expression = parseExpression(text);
  if (expression) return (name) => expression.test(name);
  const lower = text.toLowerCase();
  return (name) => name.toLowerCase().includes(lower);
}

function parseExpression(text: string): RegExp | undefined {
  const body = /^\/(.+)\/$/.exec(text)?.[1];
  if (body === undefined) return undefined;
  try {
    return new RegExp(body, 'i');
  } catch {
    // Not an expression (yet): it is looked for as text.
    return undefined;
  }
}

export interface Section {
  /** The prefix; empty: metrics without one; `pinned` is apart. */
  readonly name: string;
  readonly isPinned: boolean;
  readonly cards: readonly Card[];
  readonly isOpen: boolean;
}

/** With more sections than this only the first is open at the start. */
const MOST_OPEN = 4;

/**
 * Pinned cards first, then a section per prefix before `/` or `.`, in a person's order, else as the cards come. While one
 * searches all are open.
 */
export function sectionsOf(
  cards: readonly Card[],
  view: Pick<ChartsPageView, 'pinned' | 'open' | 'order' | 'filter'>,
): Section[] {
  const pinned = view.pinned.flatMap(
    (metric) => cards.find((card) => card.metric === metric) ?? [],
  );
  const byName = new Map<string, Card[]>();
  for (const card of cards) {
    if (view.pinned.includes(card.metric)) continue;
    const name = prefixOf(card.metric);
    const held = byName.get(name);
    if (held) held.push(card);
    else byName.set(name, [card]);
  }
  const known = view.order.filter((name) => byName.has(name));
  const names = [...known, ...[...byName.keys()].filter((name) => !known.includes(name))];
  const isSearching = view.filter.trim() !== '';
  // A section may be called like a property of every object.
  const chosen = (name: string) => (Object.hasOwn(view.open, name) ? view.open[name] : undefined);
  const sections = names.map((name, index) => ({
    name,
    isPinned: false,
    cards: byName.get(name) ?? [],
    isOpen: isSearching || (chosen(name) ?? (names.length <= MOST_OPEN || index === 0)),
  }));
  const top = { name: '', isPinned: true, cards: pinned, isOpen: true };
  return pinned.length > 0 ? [top, ...sections] : sections;
}

export const prefixOf = (metric: string): string => /^([^/.]+)[/.]./.exec(metric)?.[1] ?? '';

/** The order of sections after one was moved by `by` places. */
export function movedSection(names: readonly string[], name: string, by: number): string[] {
  const from = names.indexOf(name);
  const to = Math.min(names.length - 1, Math.max(0, from + by));
  const rest = names.filter((each) => each !== name);
  return from < 0 ? [...names] : [...rest.slice(0, to), name, ...rest.slice(to)];
}
