/** Tooltips of runs, made when they are looked at. */
import * as vscode from 'vscode';
import { durationText } from '../../base/timeText';
import { formatMetric } from '../../domain/display';
import type { PointRow, RunDetail } from '../../protocol/rows';
import { fromWire } from '../../protocol/wire';
import { plainMarkdown } from '../models/markdownText';
import type { FolderSession } from '../session/folderSession';
import { t } from '../texts';
import { statusWord } from './experimentItems';

const ROWS = 12;

export async function runTooltip(
  session: FolderSession,
  runId: string,
): Promise<vscode.MarkdownString | undefined> {
  const detail = await session.ensureDetail(runId);
  return detail && new vscode.MarkdownString(runMarkdown(detail, Date.now()));
}

export function runMarkdown(run: RunDetail, now: number): string {
  const took = durationText((run.endTime ?? now) - run.startTime);
  const started = new Date(run.startTime).toLocaleString();
  const lines = [
    `**${plainMarkdown(run.name)}** ${statusWord(run.status)}`,
    '',
    `${started}, ${took}`,
  ];
  const commit = run.tags.find(({ key }) => key === 'mlflow.source.git.commit')?.value;
  if (commit) lines.push('', t('Commit {0}', plainMarkdown(commit.slice(0, 10))));
  if (run.metrics.length > 0) lines.push('', ...metricTable(run));
  if (run.params.length > 0) lines.push('', ...paramTable(run));
  const note = run.tags.find(({ key }) => key === 'mlflow.note.content')?.value;
  if (note) lines.push('', '---', '', plainMarkdown(note.slice(0, 500)));
  return lines.join('\n');
}

function metricTable(run: RunDetail): string[] {
  const number = (point: PointRow | undefined) =>
    point ? formatMetric(fromWire(point.value)) : '';
  const rows = run.metrics
    .slice(0, ROWS)
    .map(
      ({ key, last, min, max }) =>
        `| ${plainMarkdown(key)} | ${number(last)} | ${number(min)} | ${number(max)} |`,
    );
  return [
    `| ${[t('metric'), t('last'), t('least'), t('greatest')].join(' | ')} |`,
    '|:--|--:|--:|--:|',
    ...rows,
    ...beyond(run.metrics),
  ];
}

function paramTable(run: RunDetail): string[] {
  const rows = run.params
    .slice(0, ROWS)
    .map(({ key, value }) => `| ${plainMarkdown(key)} | ${plainMarkdown(value.slice(0, 80))} |`);
  return [`| ${t('parameter')} | ${t('value')} |`, '|:--|:--|', ...rows, ...beyond(run.params)];
}

const beyond = (items: readonly unknown[]): string[] =>
  items.length > ROWS ? [`| … ${t('{0} more', items.length - ROWS)} | |`] : [];
