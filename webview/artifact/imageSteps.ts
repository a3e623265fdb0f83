/** Images that belong together: the same picture at several steps of a run. */
import { type PictureStep, pictureStep } from '../shared/pictureStep';

export interface StepImage {
  readonly path: string;
  readonly step: number;
}

/** The series that `path` is in, by step; nothing when it is the only one of its kind. */
export function stepsOf(path: string, siblings: readonly string[]): readonly StepImage[] {
  const own = pictureStep(path);
  if (own?.step === undefined) return [];
  const byStep = new Map<number, { readonly path: string; readonly time: number }>();
  for (const sibling of new Set([...siblings, path])) {
    const other = pictureStep(sibling);
    if (other?.step === undefined || !isSame(own, other)) continue;
    const held = byStep.get(other.step);
    if (isShown({ sibling, other, held, path })) {
      byStep.set(other.step, { path: sibling, time: other.time });
    }
  }
  if (byStep.size < 2) return [];
  return [...byStep]
    .map(([step, held]) => ({ path: held.path, step }))
    .sort((a, b) => a.step - b.step);
}

const isSame = (a: PictureStep, b: PictureStep): boolean =>
  a.name === b.name && a.ending === b.ending;

interface Candidate {
  readonly sibling: string;
  readonly other: PictureStep;
  /** Of the same step. */
  readonly held: { readonly path: string; readonly time: number } | undefined;
  /** The one that is looked at: never replaced by a later one of its step. */
  readonly path: string;
}

function isShown({ sibling, other, held, path }: Candidate): boolean {
  if (!held || sibling === path) return true;
  return held.path !== path && other.time > held.time;
}

/** The folder of a file, as the list of a run's files takes it; undefined at the top. */
export const folderOf = (path: string): string | undefined => {
  const at = path.lastIndexOf('/');
  return at < 0 ? undefined : path.slice(0, at);
};
