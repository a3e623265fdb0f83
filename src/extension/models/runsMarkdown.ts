/** Runs as a Markdown table, for notes, issues and pull requests. Knows no VS Code. */
import { durationText } from '../../base/timeText';
import { formatMetric } from '../../domain/display';
import type { RunDetail } from '../../protocol/rows';
import { fromWire } from '../../protocol/wire';
import { plainMarkdown } from './markdownText';

/** A value of a parameter may be a whole configuration. */
const LONGEST = 200;

/**
 * Of one run a row for each parameter and metric (its last value); of several a row for each run, with the parameters
 * in which they differ and all metrics, in the order in which they come first.
 */
export function runsMarkdown(runs: readonly RunDetail[]): string {
  const [only, ...others] = runs;
  if (!only) return '';
  return `${(others.length === 0 ? oneRun(only) : manyRuns(runs)).join('\n')}\n`;
}

function oneRun(run: RunDetail): readonly string[] {
  const head = `**${plainMarkdown(run.name)}** · ${run.status.toLowerCase()}${took(run)}`;
  const params = run.params.map(({ key, value }) => row([plainMarkdown(key), valueText(value)]));
  const metrics = run.metrics.map(({ key, last }) =>
    row([plainMarkdown(key), formatMetric(fromWire(last.value))]),
  );
  return [
    head,
    ...(params.length === 0 ? [] : ['', row(['parameter', 'value']), '|:--|:--|', ...params]),
    ...(metrics.length === 0 ? [] : ['', row(['metric', 'last']), '|:--|--:|', ...metrics]),
  ];
}

function manyRuns(runs: readonly RunDetail[]): readonly string[] {
  const params = differing(runs);
  const metrics = keysOf(runs.map((run) => run.metrics));
  const heads = ['run', 'status', ...params, ...metrics].map((head) => plainMarkdown(head));
  const marks = [':--', ':--', ...params.map(() => ':--'), ...metrics.map(() => '--:')];
  return [
    row(heads),
    `|${marks.join('|')}|`,
    ...runs.map((run) =>
      row([
        plainMarkdown(run.name),
        run.status.toLowerCase(),
        ...params.map((key) => valueText(paramOf(run, key) ?? '')),
        ...metrics.map((key) => metricText(run, key)),
      ]),
    ),
  ];
}

const differing = (runs: readonly RunDetail[]): readonly string[] =>
  keysOf(runs.map((run) => run.params)).filter(
    (key) => new Set(runs.map((run) => paramOf(run, key))).size > 1,
  );

const keysOf = (lists: readonly (readonly { readonly key: string }[])[]): readonly string[] => [
  ...new Set(lists.flatMap((list) => list.map(({ key }) => key))),
];

const paramOf = ({ params }: RunDetail, name: string): string | undefined =>
  params.find(({ key }) => key === name)?.value;

function metricText({ metrics }: RunDetail, name: string): string {
  const metric = metrics.find(({ key }) => key === name);
  return metric ? formatMetric(fromWire(metric.last.value)) : '';
}

const valueText = (value: string): string =>
  plainMarkdown(value.length > LONGEST ? `${value.slice(0, LONGEST - 1)}…` : value);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const took = ({ startTime, endTime }: RunDetail): string =>
  endTime === undefined ? '' : ` · ${durationText(endTime - startTime)}`;
