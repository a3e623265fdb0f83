/** What a person set on the Charts page, how it is kept, and which cards it leads to. */
import { isRecord } from '../../src/base/json';
import type { ChartRun, ChartsView } from '../../src/protocol/webview/charts';

export const INITIAL_VIEW: ChartsView = { smoothing: 0, logY: false, filter: '', runIds: [] };
export const MAX_SMOOTHING = 0.99;

/** Reads a kept view; whatever does not fit takes its initial value. */
export function parseView(kept: unknown): ChartsView {
  if (!isRecord(kept)) return INITIAL_VIEW;
  const { smoothing, logY, filter, runIds } = kept;
  return {
    smoothing:
      typeof smoothing === 'number' && smoothing >= 0 && smoothing <= MAX_SMOOTHING ? smoothing : 0,
    logY: logY === true,
    filter: typeof filter === 'string' ? filter : '',
    runIds: Array.isArray(runIds) ? runIds.filter((id) => typeof id === 'string') : [],
  };
}

/** One chart: a metric and the runs that have it. */
export interface Card {
  readonly metric: string;
  readonly runs: readonly ChartRun[];
}

/** A card per metric in alphabetical order; the machine's own metrics come last. */
export function cardsOf(runs: readonly ChartRun[]): Card[] {
  const byMetric = new Map<string, ChartRun[]>();
  for (const run of runs) {
    for (const { key } of run.metrics) {
      const held = byMetric.get(key);
      if (held) held.push(run);
      else byMetric.set(key, [run]);
    }
  }
  return [...byMetric]
    .map(([metric, owners]) => ({ metric, runs: owners }))
    .sort(
      (a, b) =>
        Number(isSystem(a.metric)) - Number(isSystem(b.metric)) ||
        a.metric.localeCompare(b.metric, 'en', { numeric: true }),
    );
}

const isSystem = (metric: string): boolean => metric.startsWith('system/');

/** Cards whose metric contains the text, or matches it when written as `/expression/`. */
export function filterCards(cards: readonly Card[], filter: string): readonly Card[] {
  const text = filter.trim();
  if (text === '') return cards;
  const expression = parseExpression(text);
  if (expression) return cards.filter((card) => expression.test(card.metric));
  const lower = text.toLowerCase();
  return cards.filter((card) => card.metric.toLowerCase().includes(lower));
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
