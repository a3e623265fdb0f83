/** Images that belong together: the same picture at several steps of a run. */

export interface StepImage {
  readonly path: string;
  readonly step: number;
}

interface Parts {
  /** What all of a series have in common. */
  readonly series: string;
  readonly step: number;
  /** Of two of one step the later is shown. */
  readonly time: number;
}

/** As MLflow's `log_image` names them: `images/<key>%step%<step>%timestamp%<ms>%<id>.png` (`+` in older ones). */
const MLFLOW = /^(.*?)[%+]step[%+](-?\d+)[%+]timestamp[%+](\d+)[%+][^/]*?\.([^./]+)$/;
/** The last number of a name: `samples_0010.png`, `epoch-3-val.png`. */
const NUMBERED = /^(.*?)(\d+)([^\d/]*)$/s;
const IMAGE = /\.(png|jpe?g|gif|webp|bmp|svg|avif)$/i;
/** MLflow keeps a small copy beside each. */
const COMPRESSED = /[%+]compressed\.[^./]+$/;

function partsOf(path: string): Parts | undefined {
  if (!IMAGE.test(path) || COMPRESSED.test(path)) return undefined;
  const [, key, logged, time, ending] = MLFLOW.exec(path) ?? [];
  if (key !== undefined && logged !== undefined && time !== undefined) {
    return { series: `${key}\0${ending}`, step: Number(logged), time: Number(time) };
  }
  const ends = path.lastIndexOf('.');
  const [, before, number, after] = NUMBERED.exec(path.slice(0, ends)) ?? [];
  if (before === undefined || number === undefined) return undefined;
  const step = Number(number);
  if (!Number.isSafeInteger(step)) return undefined;
  return { series: `${before}\0${after}${path.slice(ends)}`, step, time: 0 };
}

/** The series that `path` is in, by step; nothing when it is the only one of its kind. */
export function stepsOf(path: string, siblings: readonly string[]): readonly StepImage[] {
  const own = partsOf(path);
  if (!own) return [];
  const byStep = new Map<number, { readonly path: string; readonly time: number }>();
  for (const sibling of new Set([...siblings, path])) {
    const parts = partsOf(sibling);
    if (parts?.series !== own.series) continue;
    const held = byStep.get(parts.step);
    // The one that is looked at is never replaced by a later one of its step.
    if (held && held.path !== path && (sibling === path || parts.time > held.time)) {
      byStep.set(parts.step, { path: sibling, time: parts.time });
    } else if (!held) byStep.set(parts.step, { path: sibling, time: parts.time });
  }
  if (byStep.size < 2) return [];
  return [...byStep]
    .map(([step, held]) => ({ path: held.path, step }))
    .sort((a, b) => a.step - b.step);
}

/** The folder of a file, as the list of a run's files takes it; undefined at the top. */
export const folderOf = (path: string): string | undefined => {
  const at = path.lastIndexOf('/');
  return at < 0 ? undefined : path.slice(0, at);
};
