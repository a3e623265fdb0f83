/** How the nodes of the Pipelines tree look. */
import * as vscode from 'vscode';
import { countOf, formatBytes } from '../../domain/display';
import type { PipelineStatus, StepStatus } from '../../domain/pipeline';
import type { ArtifactRow, StepRow } from '../../protocol/rows';
import { isTaken, pipelineRunText, startText, stepText } from '../../protocol/stepText';
import { ITEMS } from '../contributions';
import { plainMarkdown } from '../models/markdownText';
import { t } from '../texts';
import { folderItem } from './experimentItems';
import { moreItem } from './moreItem';
import type {
  ArtifactNode,
  LaunchNode,
  PipelineNode,
  PipelineRunNode,
  PipelineTopNode,
  StepNode,
} from './pipelineNodes';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

export function pipelineItem(node: PipelineNode): vscode.TreeItem {
  const item = bareItem(node);
  item.id = node.key;
  return item;
}

function bareItem(node: PipelineNode): vscode.TreeItem {
  switch (node.kind) {
    case 'folder':
      return folderItem(node.session.folder.name);
    case 'launch':
      return launchItem(node);
    case 'pipeline':
      return topItem(node);
    case 'pipelineRun':
      return runItem(node);
    case 'step':
      return stepItem(node);
    case 'artifact':
      return artifactItem(node);
    case 'more':
      return moreItem(node);
  }
}

function launchItem(node: LaunchNode): vscode.TreeItem {
  const launch = node.session.pipelines.launch(node.launchId);
  const isQueued = launch?.status === 'queued';
  const item = new vscode.TreeItem(launch?.name ?? t('Launch'), None);
  item.description = isQueued ? t('queued') : t('starting');
  item.iconPath = isQueued ? icon('watch', 'testing.iconQueued') : icon('loading~spin');
  item.contextValue = ITEMS.launch;
  item.tooltip = isQueued
    ? t('Waits: {0}', launch.message ?? t('the machine is busy'))
    : t('Imports the code and makes the graph');
  item.accessibilityInformation = {
    label: t('Launch of {0}, {1}', `${item.label}`, item.description),
  };
  return item;
}

function topItem(node: PipelineTopNode): vscode.TreeItem {
  const row = node.session.pipelines.pipeline(node.name);
  const item = new vscode.TreeItem(node.name, Expanded);
  item.description = row?.source.file ?? '';
  item.iconPath = new vscode.ThemeIcon('type-hierarchy-sub');
  item.contextValue = ITEMS.pipeline;
  item.accessibilityInformation = { label: t('Pipeline {0}, {1}', node.name, item.description) };
  return item;
}

function runItem(node: PipelineRunNode): vscode.TreeItem {
  const { pipelines } = node.session;
  const row = pipelines.run(node.id);
  if (!row) return new vscode.TreeItem(node.id, Collapsed);
  const isNewest = pipelines.pipeline(row.pipeline)?.lastRun?.id === row.id;
  const item = new vscode.TreeItem(
    startText(row.startedAt, Date.now()),
    isNewest ? Expanded : Collapsed,
  );
  item.tooltip = row.name;
  item.description = pipelineRunText(row, Date.now());
  item.iconPath = RUN_ICONS[row.status];
  item.contextValue = RUN_ITEMS[row.status];
  item.accessibilityInformation = { label: t('Pipeline run {0}, {1}', row.name, item.description) };
  return item;
}

const RUN_ITEMS: Readonly<Record<PipelineStatus, string>> = {
  running: ITEMS.runningPipelineRun,
  finished: ITEMS.pipelineRun,
  failed: ITEMS.failedPipelineRun,
  cancelled: ITEMS.failedPipelineRun,
};
const STEP_ITEMS: Partial<Readonly<Record<StepStatus, string>>> = {
  running: ITEMS.runningStep,
  failed: ITEMS.failedStep,
};

const icon = (id: string, colour?: string) =>
  new vscode.ThemeIcon(id, colour === undefined ? undefined : new vscode.ThemeColor(colour));

const RUN_ICONS: Readonly<Record<PipelineStatus, vscode.ThemeIcon>> = {
  running: icon('loading~spin'),
  finished: icon('pass', 'charts.green'),
  failed: icon('error', 'testing.iconFailed'),
  cancelled: icon('circle-slash', 'testing.iconSkipped'),
};
const STEP_ICONS: Readonly<Record<StepStatus, vscode.ThemeIcon>> = {
  pending: icon('circle-outline', 'testing.iconQueued'),
  running: icon('loading~spin'),
  ran: icon('pass', 'charts.green'),
  cached: icon('history', 'charts.green'),
  failed: icon('error', 'testing.iconFailed'),
  skipped: icon('debug-step-over', 'testing.iconSkipped'),
  cancelled: icon('circle-slash', 'testing.iconSkipped'),
};

const TAKEN = icon('pinned', 'charts.green');

function stepItem(node: StepNode): vscode.TreeItem {
  const step = node.session.pipelines.step(node.pipelineRunId, node.id);
  if (!step) return new vscode.TreeItem(node.id, None);
  const item = new vscode.TreeItem(step.stepId, step.outputs.length > 0 ? Collapsed : None);
  item.description = stepText(step, Date.now(), node.session.pipelines.progress(step.id));
  item.iconPath = isTaken(step) ? TAKEN : STEP_ICONS[step.status];
  item.contextValue = STEP_ITEMS[step.status] ?? ITEMS.step;
  item.tooltip = stepTooltip(step);
  item.accessibilityInformation = { label: t('Step {0}, {1}', step.stepId, item.description) };
  item.command = { command: 'runlens.goToSource', title: t('Go to Source'), arguments: [node] };
  return item;
}

function stepTooltip(step: StepRow): vscode.MarkdownString {
  const lines = [`**${plainMarkdown(step.stepId)}** ${plainMarkdown(stepText(step, Date.now()))}`];
  for (const reason of step.reasons) lines.push(`- ${plainMarkdown(reason.text)}`);
  if (step.error) lines.push(`\n${plainMarkdown(`${step.error.type}: ${step.error.message}`)}`);
  lines.push(`\n${plainMarkdown(`${step.source.file}:${step.source.line}`)}`);
  return new vscode.MarkdownString(lines.join('\n'));
}

function artifactItem(node: ArtifactNode): vscode.TreeItem {
  const artifact = artifactOf(node);
  if (!artifact) return new vscode.TreeItem(node.artifactId, None);
  const item = new vscode.TreeItem(`${artifact.name} v${artifact.version}`, None);
  item.description = [
    shortType(artifact.type),
    formatBytes(artifact.size),
    ...(artifact.deletedAt === undefined ? [] : [t('deleted')]),
  ].join(' · ');
  item.iconPath = new vscode.ThemeIcon('package');
  item.contextValue = ITEMS.artifact;
  item.tooltip = `${artifact.type}, ${countOf(artifact.files.length, 'file')}`;
  item.accessibilityInformation = {
    label: t('Artifact {0}, {1}', `${item.label}`, item.description),
  };
  const target = { root: node.session.folder.root, artifactId: artifact.id };
  const command = 'runlens.openArtifactVersion';
  item.command = { command, title: t('Open Artifact'), arguments: [target] };
  return item;
}

export function artifactOf(node: ArtifactNode): ArtifactRow | undefined {
  const step = node.session.pipelines.step(node.pipelineRunId, node.stepRunId);
  return step?.outputs.find(({ artifact }) => artifact.id === node.artifactId)?.artifact;
}

/** `DataFrame` of `pandas.core.frame.DataFrame`. */
const shortType = (type: string): string => type.slice(type.lastIndexOf('.') + 1);
