/** Runs of a group as one line with a band: mean ± standard deviation, or from least to greatest. */
import { spreadOf } from '../../../src/domain/spread';
import { allPlaces, firstFrom, type Line, thin } from './series';
import type { BandKind } from './types';

export interface Band {
  readonly group: string;
  /** Of its first run. */
  readonly slot: number;
  /** Columns of equal length; `low` and `high` equal `mean` where only one run has a value. */
  readonly xs: readonly number[];
  readonly mean: readonly number[];
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly runs: number;
}

/** What `highlight` says when a group is meant; ids of runs have no spaces. */
const groupId = (group: string): string => `group ${group}`;

/** The mean as a line, for what is told at a place. */
export const meanLine = ({ group, slot, xs, mean, low, high, runs }: Band): Line => ({
  runId: groupId(group),
  name: group,
  slot,
  steps: xs,
  times: xs,
  xs,
  values: mean,
  count: runs,
  spread: { low, high },
});

/** About one per pixel column. */
const MOST_PLACES = 400;

/**
 * One band per group, in the order in which groups come. The values of a run between two of its points are
 * interpolated linearly, since runs rarely log at the same steps; before its first and after its last point, and across
 * gaps, it has none, so a run that stopped early does not pull the mean afterwards.
 */
export function bandsOf(lines: readonly Line[], kind: Exclude<BandKind, 'none'>): Band[] {
  const groups = new Map<string, Line[]>();
  for (const line of lines) {
    const name = line.group ?? line.name;
    groups.set(name, [...(groups.get(name) ?? []), line]);
  }
  return [...groups].map(([group, members]) => bandOf(group, members, kind));
}

function bandOf(group: string, members: readonly Line[], kind: 'sd' | 'range'): Band {
  const xs = thin(allPlaces(members), MOST_PLACES);
  const spreads = xs.map((x) => spreadOf(members.map((line) => valueAt(line, x))));
  const edge = (sign: -1 | 1) =>
    spreads.map(({ mean = Number.NaN, sd = 0, min, max }) => {
      if (kind === 'sd') return mean + sign * sd;
      return (sign < 0 ? min : max) ?? Number.NaN;
    });
  return {
    group,
    slot: members[0]?.groupSlot ?? members[0]?.slot ?? 0,
    xs,
    mean: spreads.map(({ mean }) => mean ?? Number.NaN),
    low: edge(-1),
    high: edge(1),
    runs: members.length,
  };
}

/** The value of a line at a place, interpolated between its two neighbours; NaN outside the line. */
export function valueAt(line: Line, x: number): number {
  const after = firstFrom(line.xs, x);
  const [right, high] = [line.xs[after], line.values[after]];
  if (right === undefined || high === undefined) return Number.NaN;
  if (right === x) return high;
  const [left, low] = [line.xs[after - 1], line.values[after - 1]];
  if (left === undefined || low === undefined) return Number.NaN;
  const share = (x - left) / (right - left);
  return low * (1 - share) + high * share;
}
