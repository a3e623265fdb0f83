/** The nodes of the Pipelines tree. */
import type { FolderSession } from '../session/folderSession';
import type { TreeNode } from './liveTree';

export type PipelineNode =
  | (TreeNode & { readonly kind: 'folder' })
  | LaunchNode
  | PipelineTopNode
  | PipelineRunNode
  | StepNode
  | ArtifactNode
  | (TreeNode & { readonly kind: 'more'; readonly pipeline: string });

/** A launch that has not become a run yet. */
export type LaunchNode = TreeNode & { readonly kind: 'launch'; readonly launchId: string };
export type PipelineTopNode = TreeNode & { readonly kind: 'pipeline'; readonly name: string };
export type PipelineRunNode = TreeNode & { readonly kind: 'pipelineRun'; readonly id: string };
export type StepNode = TreeNode & {
  readonly kind: 'step';
  readonly pipelineRunId: string;
  readonly id: string;
};
export type ArtifactNode = TreeNode & {
  readonly kind: 'artifact';
  readonly pipelineRunId: string;
  readonly stepRunId: string;
  readonly artifactId: string;
};

const base = (session: FolderSession, key: string) => ({
  key: `${session.folder.root}|${key}`,
  session,
});

export const pipelineFolderNode = (session: FolderSession): PipelineNode => ({
  kind: 'folder',
  ...base(session, 'pipelines'),
});

export const launchNode = (session: FolderSession, launchId: string): LaunchNode => ({
  kind: 'launch',
  launchId,
  ...base(session, `launch|${launchId}`),
});

export const pipelineNode = (session: FolderSession, name: string): PipelineTopNode => ({
  kind: 'pipeline',
  name,
  ...base(session, `pipeline|${name}`),
});

export const pipelineRunNode = (session: FolderSession, id: string): PipelineRunNode => ({
  kind: 'pipelineRun',
  id,
  ...base(session, `pipelineRun|${id}`),
});

export const stepNode = (session: FolderSession, pipelineRunId: string, id: string): StepNode => ({
  kind: 'step',
  pipelineRunId,
  id,
  ...base(session, `step|${id}`),
});

export const artifactNode = (step: StepNode, artifactId: string): ArtifactNode => ({
  kind: 'artifact',
  pipelineRunId: step.pipelineRunId,
  stepRunId: step.id,
  artifactId,
  ...base(step.session, `artifact|${step.id}|${artifactId}`),
});

export const morePipelineRunsNode = (session: FolderSession, pipeline: string): PipelineNode => ({
  kind: 'more',
  pipeline,
  ...base(session, `moreRuns|${pipeline}`),
});
