/** What a person changes of a run here, each with its undoing. */
import { TAGS } from '../../src/domain/tags';
import type { RunDetail } from '../../src/protocol/rows';
import type { Changes } from '../shared/changes';
import { t } from '../shared/texts';
import { tagOf } from './page';

/** True when the run has the name now. */
export async function rename(run: RunDetail, name: string, changes: Changes): Promise<boolean> {
  const wanted = name.trim();
  if (wanted === '' || wanted === run.name) return true;
  const { runId, name: before } = run;
  return changes.make(
    'POST /api/runs/:runId/rename',
    { runId, name: wanted },
    {
      text: t('Renamed to {0}.', wanted),
      undo: () => changes.make('POST /api/runs/:runId/rename', { runId, name: before }),
    },
  );
}

/** `value` null takes the tag away. */
export function setTag(
  run: RunDetail,
  { key, value }: { readonly key: string; readonly value: string | null },
  changes: Changes,
): Promise<boolean> {
  const before = tagOf(run, key) ?? null;
  if (before === value) return Promise.resolve(true);
  const request = { runId: run.runId, what: 'tag' as const, key };
  const undo = () => changes.make('POST /api/runs/:runId/edit', { ...request, value: before });
  const text = value === null ? t('Removed the tag {0}.', key) : t('Set the tag {0}.', key);
  return changes.make('POST /api/runs/:runId/edit', { ...request, value }, { text, undo });
}

/** An empty note is none. */
export function setNote(run: RunDetail, note: string, changes: Changes): Promise<boolean> {
  const before = tagOf(run, TAGS.note) ?? null;
  const value = note.trim() === '' ? null : note;
  if (before === value) return Promise.resolve(true);
  const request = { runId: run.runId, what: 'tag' as const, key: TAGS.note };
  const undo = () => changes.make('POST /api/runs/:runId/edit', { ...request, value: before });
  return changes.make(
    'POST /api/runs/:runId/edit',
    { ...request, value },
    { text: t('Saved the description.'), undo },
  );
}

export const restore = (run: RunDetail, changes: Changes): Promise<boolean> =>
  changes.make(
    'POST /api/run-changes',
    { runs: [run.runId], change: { do: 'restore' } },
    { text: t('Restored {0}.', run.name) },
  );
