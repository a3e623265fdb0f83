/** Images of several runs that belong together: the same picture, at steps. */
import type { FileRow } from '../../src/protocol/rows';
import { pictureStep } from '../shared/pictureStep';

export interface ImageSeries {
  /** The common part of the paths: `images/samples`. */
  readonly name: string;
  /** Ascending; of all runs. A picture without a step has the step 0. */
  readonly steps: readonly number[];
  /** Per run the picture of each step that it has; of two of one step the one that was logged last. */
  readonly paths: readonly ReadonlyMap<number, string>[];
}

interface Held {
  readonly path: string;
  readonly time: number;
}

export function imageSeries(
  runs: readonly { readonly files: readonly FileRow[] }[],
): ImageSeries[] {
  const found = new Map<string, Map<number, Held>[]>();
  for (const [index, { files }] of runs.entries()) {
    for (const { path, isDirectory } of files) {
      const picture = isDirectory ? undefined : pictureStep(path);
      if (!picture) continue;
      const { name, step = 0, time } = picture;
      const all = found.get(name) ?? runs.map(() => new Map<number, Held>());
      found.set(name, all);
      const held = all[index]?.get(step);
      if (!held || time > held.time) all[index]?.set(step, { path, time });
    }
  }
  return [...found].map(([name, held]) => seriesOf(name, held)).sort(byName);
}

function seriesOf(name: string, held: readonly ReadonlyMap<number, Held>[]): ImageSeries {
  const steps = new Set(held.flatMap((own) => [...own.keys()]));
  const paths = held.map((own) => new Map([...own].map(([step, { path }]) => [step, path])));
  return { name, paths, steps: [...steps].sort((a, b) => a - b) };
}

const byName = (a: ImageSeries, b: ImageSeries): number =>
  a.name.localeCompare(b.name, 'en', { numeric: true });

/** The picture that a run had last at a step; before its first, none. */
export function imageAt(paths: ReadonlyMap<number, string>, step: number): string | undefined {
  const steps = [...paths.keys()].filter((each) => each <= step).sort((a, b) => b - a);
  return steps[0] === undefined ? undefined : paths.get(steps[0]);
}
