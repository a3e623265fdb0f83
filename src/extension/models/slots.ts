/**
 * Which runs the charts show, and in which colour slot. What a person ticks or unticks stays; beyond
 * that the newest runs with metrics show by themselves, so that a started run just appears.
 */
import type { RunRow } from '../../protocol/rows';
import { sourceOf } from '../sources/runIds';

/** Runs that show without being asked for. */
export const AUTOMATIC_RUNS = 10;
/** Remembered slots and choices; the oldest are forgotten. */
export const REMEMBERED = 500;

export interface ShownState {
  /** A person's choice per run. */
  readonly choices: Readonly<Record<string, boolean>>;
  /** Slot per run, shown now or earlier. */
  readonly slots: Readonly<Record<string, number>>;
}
export const NOTHING_SHOWN: ShownState = { choices: {}, slots: {} };

/** The runs to show among those that are known, newest first. */
export function shownRuns(rows: Iterable<RunRow>, { choices }: ShownState): readonly RunRow[] {
  const candidates = [...rows]
    .filter((row) => row.lifecycleStage === 'active')
    .sort((a, b) => b.startTime - a.startTime || (a.runId < b.runId ? -1 : 1));
  const automatic = candidates
    .filter((row) => choices[row.runId] !== false && row.primaryMetric !== undefined)
    // A team's runs would push one's own off the charts: they show when they are ticked.
    .filter((row) => sourceOf(row.runId) === undefined)
    .slice(0, AUTOMATIC_RUNS);
  const shown = new Set(automatic);
  return candidates.filter((row) => choices[row.runId] ?? shown.has(row));
}

export function choose(state: ShownState, runId: string, shown: boolean): ShownState {
  const { [runId]: _before, ...others } = state.choices;
  return { ...state, choices: bounded({ ...others, [runId]: shown }) };
}

/**
 * Gives every shown run a slot of its own and keeps the slots there are. A new run takes the lowest
 * slot that nobody remembers, else the lowest that no shown run has.
 */
export function allocate(state: ShownState, shown: readonly string[]): ShownState {
  const taken = new Set<number>();
  const slots: Record<string, number> = {};
  for (const runId of shown) {
    const held = state.slots[runId];
    if (held === undefined || taken.has(held)) continue;
    taken.add(held);
    slots[runId] = held;
  }
  const waiting = shown.filter((runId) => slots[runId] === undefined);
  if (waiting.length === 0) return state;
  const remembered = new Set(Object.values(state.slots));
  for (const runId of [...waiting].reverse()) {
    const slot = lowestFree(taken, remembered);
    taken.add(slot);
    slots[runId] = slot;
  }
  const hidden = Object.entries(state.slots).filter(
    ([id, slot]) => !(id in slots) && !taken.has(slot),
  );
  return { ...state, slots: bounded({ ...Object.fromEntries(hidden), ...slots }) };
}

/** Colours there are before dashes begin to tell runs apart. */
export const COLOURS = 10;

function lowestFree(taken: ReadonlySet<number>, remembered: ReadonlySet<number>): number {
  for (let slot = 0; slot < COLOURS; slot += 1) {
    if (!taken.has(slot) && !remembered.has(slot)) return slot;
  }
  let slot = 0;
  while (taken.has(slot)) slot += 1;
  return slot;
}

function bounded<T>(record: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const entries = Object.entries(record);
  return entries.length <= REMEMBERED ? record : Object.fromEntries(entries.slice(-REMEMBERED));
}
