/** Images of several runs that belong together: the same picture, at steps. */
import type { FileRow } from '../../src/protocol/rows';

export interface ImageSeries {
  /** The common part of the paths: `images/samples`. */
  readonly name: string;
  /** Ascending; of all runs. A picture without a step has the step 0. */
  readonly steps: readonly number[];
  /** Per run the picture of each step that it has. */
  readonly paths: readonly ReadonlyMap<number, string>[];
}

const IMAGE = /\.(png|jpe?g|gif|webp|bmp|svg|avif)$/i;
/** As MLflow's `log_image` names them: `<key>%step%<step>%timestamp%<ms>%<id>.png` (`+` in older ones). */
const LOGGED = /^(.*?)[%+]step[%+](-?\d+)[%+]timestamp[%+](\d+)[%+]/;
const COMPRESSED = /[%+]compressed\.[^./]+$/;
/** `samples_step_10.png`, `samples-0010.png`. */
const NUMBERED = /^(.*?)[_-]?(?:step|epoch)?[_-]?(\d+)\.[^./]+$/i;

export function imageSeries(
  runs: readonly { readonly files: readonly FileRow[] }[],
): ImageSeries[] {
  const found = new Map<string, Map<number, string>[]>();
  for (const [index, { files }] of runs.entries()) {
    for (const { path, isDirectory } of files) {
      if (isDirectory || !IMAGE.test(path) || COMPRESSED.test(path)) continue;
      const [, name = path, step = '0'] = LOGGED.exec(path) ?? NUMBERED.exec(path) ?? [];
      const all = found.get(name) ?? runs.map(() => new Map<number, string>());
      found.set(name, all);
      all[index]?.set(Number(step), path);
    }
  }
  return [...found]
    .map(([name, paths]) => {
      const steps = new Set(paths.flatMap((own) => [...own.keys()]));
      return { name, paths, steps: [...steps].sort((a, b) => a - b) };
    })
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** The picture that a run had last at a step; before its first, none. */
export function imageAt(paths: ReadonlyMap<number, string>, step: number): string | undefined {
  const steps = [...paths.keys()].filter((each) => each <= step).sort((a, b) => b - a);
  return steps[0] === undefined ? undefined : paths.get(steps[0]);
}
