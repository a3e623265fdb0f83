/** Marks of a linear axis that shows times or spans: at round places, in short words. */
import type { Scale } from 'chart.js';
import { roundTicks, spanText, timeText } from './ticks';

const MOST_TIMES = 6;

/** What an axis in milliseconds has beside its look; `isWall`: since 1970, else spans. */
export function timeAxis<T extends object>(ticks: T, isWall: boolean) {
  return {
    ticks: { ...ticks, callback: timeTick(isWall) },
    afterBuildTicks: (scale: Scale) => placeTimes(scale, isWall),
  };
}

function placeTimes(scale: Scale, isWall: boolean): void {
  const { min, max } = scale;
  const offset = isWall ? -new Date(min).getTimezoneOffset() * 60_000 : 0;
  const ticks = roundTicks(min, max, MOST_TIMES, offset);
  if (ticks.length > 0) scale.ticks = ticks.map((value) => ({ value }));
}

const timeTick =
  (isWall: boolean) =>
  (value: number | string, _index: number, ticks: readonly { readonly value: number }[]) => {
    if (!isWall) return spanText(Number(value));
    const step = (ticks[1]?.value ?? 0) - (ticks[0]?.value ?? 0);
    return timeText(Number(value), step);
  };
