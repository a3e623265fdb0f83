/** The nodes of the Experiments tree. */
import type { FileRow } from '../../protocol/rows';
import type { ListOwner } from '../models/experiments';
import type { RunModel } from '../models/runModels';
import type { FolderSession } from '../session/folderSession';
import type { SourceSession } from '../sources/sourceSession';
import type { TreeNode } from './liveTree';

export type Section = 'metrics' | 'params' | 'artifacts' | 'models';

export type ExperimentNode =
  | (TreeNode & { readonly kind: 'folder' })
  | SourceNode
  | (TreeNode & { readonly kind: 'experiment'; readonly experimentId: string })
  | RunNode
  | (TreeNode & { readonly kind: 'section'; readonly runId: string; readonly section: Section })
  | (TreeNode & { readonly kind: 'metric'; readonly runId: string; readonly metric: string })
  | (TreeNode & { readonly kind: 'param'; readonly runId: string; readonly param: string })
  | FileNode
  | RunModelNode
  | (TreeNode & { readonly kind: 'more'; readonly owner: ListOwner });

/** A remote server or an opened MLflow folder. */
export type SourceNode = TreeNode & { readonly kind: 'source'; readonly session: SourceSession };
export type RunNode = TreeNode & { readonly kind: 'run'; readonly runId: string };
export type FileNode = TreeNode & {
  readonly kind: 'file';
  readonly runId: string;
  readonly row: FileRow;
};

/** A model that the run made or used: a registered version of it, or itself where none is registered. */
export type RunModelNode = TreeNode &
  RunModel & { readonly kind: 'runModel'; readonly runId: string };

const base = (session: FolderSession, key: string) => ({
  key: `${session.folder.root}|${key}`,
  session,
});

export const folderNode = (session: FolderSession): ExperimentNode => ({
  kind: 'folder',
  ...base(session, 'folder'),
});

export const sourceNode = (session: SourceSession): SourceNode => ({
  kind: 'source',
  ...base(session, 'source'),
  session,
});

export const experimentNode = (session: FolderSession, experimentId: string): ExperimentNode => ({
  kind: 'experiment',
  experimentId,
  ...base(session, `experiment|${experimentId}`),
});

export const runNode = (session: FolderSession, runId: string): RunNode => ({
  kind: 'run',
  runId,
  ...base(session, `run|${runId}`),
});

export const sectionNode = (
  session: FolderSession,
  runId: string,
  section: Section,
): ExperimentNode => ({
  kind: 'section',
  runId,
  section,
  ...base(session, `section|${runId}|${section}`),
});

export const metricNode = (
  session: FolderSession,
  runId: string,
  metric: string,
): ExperimentNode => ({
  kind: 'metric',
  runId,
  metric,
  ...base(session, `metric|${runId}|${metric}`),
});

export const paramNode = (
  session: FolderSession,
  runId: string,
  param: string,
): ExperimentNode => ({
  kind: 'param',
  runId,
  param,
  ...base(session, `param|${runId}|${param}`),
});

export const fileNode = (session: FolderSession, runId: string, row: FileRow): FileNode => ({
  kind: 'file',
  runId,
  row,
  ...base(session, `file|${runId}|${row.path}`),
});

export const runModelNode = (
  session: FolderSession,
  runId: string,
  of: RunModel,
): RunModelNode => ({
  kind: 'runModel',
  runId,
  ...of,
  ...base(session, `runModel|${runId}|${of.direction}|${of.version ?? ''}|${of.model}`),
});

export const moreNode = (session: FolderSession, owner: ListOwner): ExperimentNode => ({
  kind: 'more',
  owner,
  ...base(session, `more|${owner.experimentId}|${owner.parent ?? ''}`),
});
