/** A line of 70 × 16 pixels from the extremes of its buckets, so that no spike is lost. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { type Course, courseText } from '../course';
import { colourOfSlot } from '../swatch';
import type { Spark } from './cells';

const WIDTH = 70;
const HEIGHT = 16;
/** Half of the line's width stays inside. */
const EDGE = 1;

export function Sparkline({ spark }: { readonly spark: Spark }) {
  const { slot, label } = spark;
  const { stroke, dashes } =
    slot === undefined ? { stroke: 'currentColor', dashes: '' } : colourOfSlot(slot);
  return (
    <svg class="rl-spark" width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <path
        d={sparkPath(spark)}
        fill="none"
        style={{ stroke }}
        stroke-width="1.3"
        stroke-dasharray={dashes}
      />
    </svg>
  );
}

/** Through both extremes of each bucket, the nearer one first; a bucket without values is a gap. */
export function sparkPath({ buckets, range }: Spark): string {
  const values = buckets.flatMap((bucket) => bucket ?? []);
  const [low, high] = range ?? [Math.min(...values), Math.max(...values)];
  const y = (value: number) => {
    // All the same is a line in the middle.
    // Halves, since the span from −1e308 to 1e308 is no number.
    const share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0.5;
    return round(HEIGHT - EDGE - Math.min(1, Math.max(0, share)) * (HEIGHT - 2 * EDGE));
  };
  const step = buckets.length > 1 ? (WIDTH - 2 * EDGE) / (buckets.length - 1) : 0;
  let path = '';
  let last: number | undefined;
  buckets.forEach((bucket, i) => {
    if (!bucket) {
      last = undefined;
      return;
    }
    const x = round(EDGE + i * step);
    const [first, second] = ordered(bucket, last);
    path += `${last === undefined ? 'M' : 'L'}${x} ${y(first)}`;
    // Alone, a point has no line: it must be seen all the same.
    const isAlone = last === undefined && !buckets[i + 1] && first === second;
    if (isAlone) path += `h1.5`;
    if (second !== first) path += `L${x} ${y(second)}`;
    last = second;
  });
  return path;
}

const ordered = (
  [min, max]: readonly [number, number],
  last: number | undefined,
): readonly [number, number] =>
  last !== undefined && Math.abs(last - max) < Math.abs(last - min) ? [max, min] : [min, max];

const round = (value: number): number => Math.round(value * 10) / 10;

/** `loss fell from 2.3 to 0.41 over 900 steps`. */
export const sparkLabel = (metric: string, course: Course): string =>
  `${metric} ${courseText(course)}`;
