/** What every part of the Run page is told: the run, what else was read of it, and how it is changed. */
import type { RunStatus } from '../../src/domain/run';
import type { RunLineage } from '../../src/protocol/lineage';
import type { RunDetail } from '../../src/protocol/rows';
import type { PanelPlace, ShownSlot } from '../../src/protocol/webview/panel';
import type { Changes } from '../shared/changes';
import type { StoreLink } from '../shared/markdown/types';
import type { Panel } from '../shared/panel';
import type { Cell, StatusKind } from '../shared/table/cells';
import type { Query } from '../shared/useQuery';
import type { RunView } from './view';

export type RunPanel = Panel<RunView>;

/** Given to each tab. */
export interface RunPage {
  readonly panel: RunPanel;
  readonly place: PanelPlace;
  readonly run: RunDetail;
  /** Of the run; it may be read still. */
  readonly lineage: Query<RunLineage>;
  readonly shown: readonly ShownSlot[];
  readonly changes: Changes;
  readonly view: RunView;
  setView(part: Partial<RunView>): void;
}

/** `source` is left out for a folder's own store. */
export const ofPlace = ({ source }: PanelPlace): { source?: string } =>
  source === undefined ? {} : { source };

export const STATUS_KIND: Readonly<Record<RunStatus, StatusKind>> = {
  RUNNING: 'running',
  SCHEDULED: 'scheduled',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'killed',
};

/** Only what goes on lasts longer by the second: a run that was killed or brought here may have no end. */
export function durationCell(
  status: RunStatus,
  startTime: number,
  endTime: number | undefined,
): Cell {
  if (status === 'RUNNING') return { is: 'elapsed', since: startTime };
  return endTime === undefined ? { is: 'missing' } : { is: 'duration', ms: endTime - startTime };
}

export const tagOf = ({ tags }: Pick<RunDetail, 'tags'>, key: string): string | undefined =>
  tags.find((tag) => tag.key === key)?.value;

export const isSystemMetric = (key: string): boolean => key.startsWith('system/');

/** Opens what a link in a description names. */
export async function openLink(link: StoreLink, changes: Changes): Promise<void> {
  if (link.to === 'model') {
    const version = link.version;
    await changes.run('runlens.openModel', { model: link.name, version });
  } else if (link.path === '') {
    await changes.run('runlens.openRun', { runIds: [link.runId] });
  } else {
    await changes.run('runlens.openRunFile', { runIds: [link.runId], path: link.path });
  }
}
