/** What the tab of a panel says: the name of its subject, and of its place where there are several. */
import type { ServerEvent } from '../../protocol/events';
import type { PanelSubject } from '../../protocol/webview/panel';
import type { FolderSession } from '../session/folderSession';
import { isSource } from '../sources/sourceSession';
import { firstTitle, type Translate, tabTitle } from './surfaces';

/** Reads what is not known. @throws RunlensError when it cannot be read. */
export async function titleOf(
  subject: PanelSubject,
  session: FolderSession,
  { isOnly, t }: { readonly isOnly: boolean; readonly t: Translate },
): Promise<string> {
  const name = (await nameOf(subject, session, t)) ?? firstTitle(subject, t);
  return tabTitle(isOnly && !isSource(session) ? name : `${name} · ${session.folder.name}`);
}

/** Whether the subject may have another name now. */
export function renames(event: ServerEvent, subject: PanelSubject): boolean {
  if (event.type === 'run') return subject.kind === 'run' && event.run.runId === subject.runId;
  if (event.type !== 'experiment' || subject.kind !== 'runs') return false;
  return subject.experimentIds?.includes(event.experiment.experimentId) ?? false;
}

/** Undefined when the subject itself says it. */
async function nameOf(
  subject: PanelSubject,
  session: FolderSession,
  t: Translate,
): Promise<string | undefined> {
  switch (subject.kind) {
    case 'runs':
      return experimentsTitle(subject.experimentIds, session, t);
    case 'run':
      return (session.experiments.run(subject.runId) ?? (await session.ensureDetail(subject.runId)))
        ?.name;
    case 'artifact': {
      const { name, version } = await session.call('GET /api/artifacts/:id', {
        id: subject.artifactId,
      });
      return subject.path === undefined
        ? `${name} v${version}`
        : `${firstTitle(subject, t)} · ${name} v${version}`;
    }
    default:
      return undefined;
  }
}

async function experimentsTitle(
  ids: readonly string[] | undefined,
  session: FolderSession,
  t: Translate,
): Promise<string | undefined> {
  const [only, ...others] = ids ?? [];
  if (only === undefined) return undefined;
  if (!session.experiments.loaded) await session.loadExperiments();
  const name = session.experiments.experiment(only)?.name ?? only;
  return others.length === 0 ? name : t('{0} and {1} more', name, others.length);
}
