/** Signs on lines: the best point, and what tells lines of one colour apart. */
import type { Direction } from '../../../src/domain/direction';
import { COLOURS } from '../theme';
import type { Line } from './series';

const STYLES = ['circle', 'triangle', 'rect'] as const;

/** Beside its dash; undefined for the ten first, which have their colour to themselves. */
export function markerOf(slot: number): (typeof STYLES)[number] | undefined {
  const round = Math.floor(slot / COLOURS);
  return round === 0 ? undefined : STYLES[(round - 1) % STYLES.length];
}

export interface Best {
  readonly line: Line;
  readonly x: number;
  readonly value: number;
  /** There is no other finite point. */
  readonly only: boolean;
}

/** The best finite point of all lines, or of those at some places; of equal ones the first of the first line. */
export function bestOf(
  lines: readonly Line[],
  direction: Direction,
  isIn?: (x: number) => boolean,
): Best | undefined {
  let best: { line: Line; index: number; value: number } | undefined;
  let finite = 0;
  for (const line of lines) {
    for (let index = 0; index < line.values.length; index += 1) {
      const value = line.values[index] ?? Number.NaN;
      if (!Number.isFinite(value) || isIn?.(line.xs[index] ?? 0) === false) continue;
      finite += 1;
      const wins = !best || (direction === 'max' ? value > best.value : value < best.value);
      if (wins) best = { line, index, value };
    }
  }
  if (!best) return undefined;
  const { line, index, value } = best;
  return { line, value, x: line.xs[index] ?? 0, only: finite === 1 };
}
