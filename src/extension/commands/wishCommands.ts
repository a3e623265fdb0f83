/** Commands that open a panel and ask something of it: a baseline, another version to compare with. */
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import { ageText } from '../../base/timeText';
import type { Panels } from '../panels/panels';
import { placeId } from '../panels/places';
import type { FolderSession } from '../session/folderSession';
import { t } from '../texts';
import { type ArtifactRowNode, isArtifactRowNode } from '../views/artifactNodes';
import { isRunNode } from './targets';

/** Versions that are offered to choose from. */
const MOST_OFFERED = 500;

export class WishCommands {
  constructor(private readonly panels: Panels) {}

  /** In the table of the run's experiment. */
  readonly setBaseline = async (argument?: unknown): Promise<void> => {
    if (!isRunNode(argument)) return;
    const { session, runId } = argument;
    const row = session.experiments.run(runId) ?? (await session.ensureDetail(runId));
    if (!row) throw new RunlensError('run.unknown', t('The run is not there any more.'));
    const subject = { kind: 'runs', experimentIds: [row.experimentId] } as const;
    this.panels.show(placeId(session), subject).wish({ kind: 'baseline', runId });
  };

  /** Two versions that are selected, else the clicked one and another that is asked for. */
  readonly compareArtifact = async (argument?: unknown, selected?: unknown): Promise<void> => {
    if (!isArtifactRowNode(argument)) return;
    const other = otherOf(argument, selected) ?? (await pickVersion(argument));
    if (other === undefined) return;
    const { session, artifactId } = argument;
    this.panels
      .show(placeId(session), { kind: 'artifact', artifactId })
      .wish({ kind: 'compare', artifactId: other });
  };
}

/** Undefined unless exactly two of one place are selected. */
function otherOf(node: ArtifactRowNode, selected: unknown): string | undefined {
  const rows = Array.isArray(selected) ? selected.filter(isArtifactRowNode) : [];
  const others = rows.filter(({ key, session }) => key !== node.key && session === node.session);
  return rows.length === 2 ? others[0]?.artifactId : undefined;
}

async function pickVersion({ session, name, artifactId }: ArtifactRowNode) {
  const others = (await versionsOf(session, name)).filter(({ id }) => id !== artifactId);
  if (others.length === 0) {
    await vscode.window.showInformationMessage(t('{0} has no other version yet.', name));
    return undefined;
  }
  const items = others.map(({ id, version, createdAt, type }) => ({
    label: `v${version}`,
    description: `${type} · ${ageText(createdAt, Date.now())}`,
    id,
  }));
  const placeHolder = t('Compare with which version of {0}?', name);
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.id;
}

async function versionsOf(session: FolderSession, name: string) {
  const request = { name: `eq:${name}`, limit: MOST_OFFERED };
  return (await session.call('GET /api/lists/artifact-versions', request)).items;
}
