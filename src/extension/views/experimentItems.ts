/** How the nodes of the Experiments tree look. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { ageText, durationText } from '../../base/timeText';
import { countOf, formatBytes, formatMetric } from '../../domain/display';
import type { RunStatus } from '../../domain/run';
import type { ExperimentRow, FileRow, MetricRow, RunRow } from '../../protocol/rows';
import { fromWire } from '../../protocol/wire';
import { ITEMS, SERIES_COLOURS } from '../contributions';
import type { ShownRuns } from '../session/shown';
import { isSource } from '../sources/sourceSession';
import { t } from '../texts';
import type { ExperimentNode, RunModelNode, RunNode, Section } from './experimentNodes';
import { moreItem } from './moreItem';
import { sourceItem } from './sourceItems';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

export function experimentItem(node: ExperimentNode, shown: ShownRuns): vscode.TreeItem {
  const item = bareItem(node, shown);
  item.id = itemId(node);
  return item;
}

/**
 * VS Code refuses an id that it still shows elsewhere: a run that has moved is drawn in its new place
 * before its old one is drawn again.
 */
function itemId(node: ExperimentNode): string {
  const row = 'runId' in node ? node.session.experiments.run(node.runId) : undefined;
  return row ? `${node.key}|in ${row.parentRunId ?? row.experimentId}` : node.key;
}

function bareItem(node: ExperimentNode, shown: ShownRuns): vscode.TreeItem {
  switch (node.kind) {
    case 'folder':
      return folderItem(node.session.folder.name);
    case 'source':
      return sourceItem(node.session);
    case 'experiment':
      return groupItem(node);
    case 'run':
      return runItem(node, shown);
    case 'section':
      return sectionItem(node.section);
    case 'metric':
      return metricItem(node);
    case 'param':
      return paramItem(node);
    case 'file':
      return fileItem(node);
    case 'runModel':
      return modelItem(node);
    case 'more':
      return moreItem(node);
  }
}

export function folderItem(name: string): vscode.TreeItem {
  const item = new vscode.TreeItem(name, Expanded);
  item.iconPath = new vscode.ThemeIcon('root-folder');
  return item;
}

function groupItem(node: Extract<ExperimentNode, { kind: 'experiment' }>): vscode.TreeItem {
  const row = node.session.experiments.experiment(node.experimentId);
  // Those of a source are asked for their runs one by one, when someone unfolds them.
  const folding = isSource(node.session) ? Collapsed : Expanded;
  const item = new vscode.TreeItem(row?.name ?? node.experimentId, folding);
  item.description = row && describeExperiment(row);
  item.iconPath = new vscode.ThemeIcon('beaker');
  item.contextValue = isSource(node.session) ? ITEMS.sourceExperiment : ITEMS.experiment;
  const words = [t('Experiment {0}', row?.name ?? node.experimentId), item.description];
  item.accessibilityInformation = { label: words.filter(Boolean).join(', ') };
  return item;
}

function describeExperiment({ runs, running }: ExperimentRow): string {
  const counts = runs === undefined ? [] : [countOf(runs, 'run')];
  return [...counts, ...(running > 0 ? [t('{0} running', running)] : [])].join(', ');
}

function runItem(node: RunNode, shown: ShownRuns): vscode.TreeItem {
  const row = node.session.experiments.run(node.runId);
  const item = new vscode.TreeItem(row?.name || node.runId, Collapsed);
  if (!row) return item;
  const slot = shown.slotOf(node.runId);
  item.description = describe(row);
  item.iconPath = new vscode.ThemeIcon(RUN_ICONS[row.status], slotColour(slot));
  item.contextValue = contextOf(node, row);
  item.checkboxState = {
    state:
      slot === undefined
        ? vscode.TreeItemCheckboxState.Unchecked
        : vscode.TreeItemCheckboxState.Checked,
    tooltip: slot === undefined ? t('Show in charts') : t('Shown in charts'),
    accessibilityInformation: { label: t('Show {0} in charts', row.name) },
  };
  const words = [t('Run {0}', row.name), statusWord(row.status), item.description];
  item.accessibilityInformation = { label: words.filter(Boolean).join(', ') };
  return item;
}

/** What can be done with a run where it is: stopped only here, changed not in an opened folder. */
function contextOf({ session }: RunNode, { status }: RunRow): string {
  if (isSource(session)) {
    return session.info.kind === 'server' ? ITEMS.remoteRun : ITEMS.readOnlyRun;
  }
  return status === 'RUNNING' ? ITEMS.runningRun : ITEMS.run;
}

const RUN_ICONS: Readonly<Record<RunStatus, string>> = {
  RUNNING: 'loading~spin',
  SCHEDULED: 'clock',
  FINISHED: 'circle-filled',
  FAILED: 'error',
  KILLED: 'circle-slash',
};
export function statusWord(status: RunStatus): string {
  switch (status) {
    case 'RUNNING':
      return t('running');
    case 'SCHEDULED':
      return t('scheduled');
    case 'FINISHED':
      return t('finished');
    case 'FAILED':
      return t('failed');
    case 'KILLED':
      return t('stopped');
  }
}

/** The colour the run has in the charts too; beyond ten the charts add dashes. */
function slotColour(slot: number | undefined): vscode.ThemeColor {
  const id = slot === undefined ? undefined : SERIES_COLOURS[slot % SERIES_COLOURS.length];
  return new vscode.ThemeColor(id ?? 'disabledForeground');
}

function describe(row: RunRow): string {
  const parts: string[] = [];
  if (row.status === 'FAILED' || row.status === 'KILLED') parts.push(statusWord(row.status));
  if (row.primaryMetric) {
    const { key, value } = row.primaryMetric;
    parts.push(`${key} ${formatMetric(fromWire(value))}`);
  }
  parts.push(row.status === 'RUNNING' ? t('running') : ageText(row.startTime, Date.now()));
  return parts.join(' · ');
}

function sectionItem(section: Section): vscode.TreeItem {
  const [label, icon] = lookOf(section);
  const item = new vscode.TreeItem(label, Collapsed);
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

function lookOf(section: Section): readonly [label: string, icon: string] {
  switch (section) {
    case 'metrics':
      return [t('Metrics'), 'graph-line'];
    case 'params':
      return [t('Parameters'), 'symbol-parameter'];
    case 'artifacts':
      return [t('Artifacts'), 'files'];
    case 'models':
      return [t('Models'), 'library'];
  }
}

function metricItem(node: Extract<ExperimentNode, { kind: 'metric' }>): vscode.TreeItem {
  const metric = node.session.experiments
    .detail(node.runId)
    ?.metrics.find(({ key }) => key === node.metric);
  const item = new vscode.TreeItem(node.metric, None);
  if (!metric) return item;
  item.description = formatMetric(fromWire(metric.last.value));
  item.tooltip = metricTooltip(metric);
  item.accessibilityInformation = { label: t('Metric {0}, {1}', node.metric, item.description) };
  return item;
}

function metricTooltip(metric: MetricRow): vscode.MarkdownString {
  const line = (name: string, point: MetricRow['min']) =>
    point ? [`| ${name} | ${formatMetric(fromWire(point.value))} | ${point.step} |`] : [];
  const points = metric.count === undefined ? '' : countOf(metric.count, 'point');
  return new vscode.MarkdownString(
    [
      `| ${points} | ${t('value')} | ${t('step')} |`,
      '|:--|--:|--:|',
      ...line(t('last'), metric.last),
      ...line(t('least'), metric.min),
      ...line(t('greatest'), metric.max),
    ].join('\n'),
  );
}

function paramItem(node: Extract<ExperimentNode, { kind: 'param' }>): vscode.TreeItem {
  const params = node.session.experiments.detail(node.runId)?.params;
  const value = params?.find(({ key }) => key === node.param)?.value ?? '';
  const item = new vscode.TreeItem(node.param, None);
  item.description = value;
  item.tooltip = `${node.param} = ${value}`;
  if (!isSource(node.session)) item.contextValue = ITEMS.param;
  item.accessibilityInformation = { label: t('Parameter {0}, {1}', node.param, value) };
  return item;
}

function modelItem({ session, runId, ...of }: RunModelNode): vscode.TreeItem {
  const { model, version, direction } = of;
  const label = version === undefined ? model : `${model} v${version}`;
  const item = new vscode.TreeItem(label, None);
  item.description = direction === 'made' ? t('made by the run') : t('used by the run');
  item.iconPath = new vscode.ThemeIcon(version === undefined ? 'symbol-class' : 'versions');
  const place = session.folder.root;
  item.command =
    version === undefined
      ? {
          command: 'runlens.openRun',
          title: t('Open Run'),
          arguments: [{ place, runIds: [runId] }],
        }
      : {
          command: 'runlens.openModel',
          title: t('Open Model'),
          arguments: [{ place, model, version }],
        };
  item.accessibilityInformation = { label: t('Model {0}, {1}', label, item.description) };
  return item;
}

function fileItem(node: Extract<ExperimentNode, { kind: 'file' }>): vscode.TreeItem {
  const { row } = node;
  const item = new vscode.TreeItem(
    path.posix.basename(row.path),
    row.isDirectory ? Collapsed : None,
  );
  item.resourceUri = vscode.Uri.file(row.file);
  item.iconPath = row.isDirectory ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
  item.contextValue = ITEMS.runFile;
  if (!row.isDirectory) describeFile(item, row, node);
  return item;
}

function describeFile(item: vscode.TreeItem, row: FileRow, node: ExperimentNode): void {
  item.description = formatBytes(row.size);
  item.command = { command: 'runlens.openRunFile', title: t('Open File'), arguments: [node] };
}

/** `1.3 s`, or undefined while it has not ended. */
export const tookText = (startTime: number, endTime: number | undefined): string | undefined =>
  endTime === undefined ? undefined : durationText(endTime - startTime);
