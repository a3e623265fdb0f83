// Which of the tags and parameters that a source has are to be set here.
import type { Tag } from '../../domain/run';
import type { Target } from './target';

/**
 * Tags that are missing here; where the source wins, those that differ too. Else a tag that differs
 * stays, and is told.
 */
export function missingTags(
  { progress, mode }: Target,
  known: readonly Tag[],
  { tags, where }: { readonly tags: readonly Tag[]; readonly where: string },
  sourceWins = mode === 'mirror',
): Tag[] {
  const values = new Map(known.map(({ key, value }) => [key, value]));
  return tags.filter(({ key, value }) => {
    const here = values.get(key);
    if (here === undefined) return true;
    if (here === value) return false;
    if (!sourceWins) progress.note(where, `The tag ${key} has another value here, which was kept.`);
    return sourceWins;
  });
}
