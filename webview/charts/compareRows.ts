/** What runs are compared by: rows of texts per section, in words, from what was read of each run. */
import { durationText } from '../../src/base/timeText';
import { type Compared, compared } from '../../src/domain/differences';
import { guessDirection } from '../../src/domain/direction';
import { formatBytes, formatMetric } from '../../src/domain/display';
import type { RunEnvironment } from '../../src/domain/environment';
import type { PipelineRunDetail } from '../../src/protocol/control';
import type { FileRow, RunDetail, StepRow } from '../../src/protocol/rows';
import { fromWire } from '../../src/protocol/wire';
import { dateText, t } from '../shared/texts';

/** What was read of one run; undefined parts have not come, or there are none. */
export interface ComparedRun {
  readonly runId: string;
  readonly name: string;
  readonly slot: number;
  readonly detail: RunDetail | undefined;
  readonly environment: RunEnvironment | undefined;
  readonly patch: string | undefined;
  readonly files: readonly FileRow[];
  readonly pipeline: PipelineRunDetail | undefined;
}

export type SectionId =
  | 'overview'
  | 'params'
  | 'metrics'
  | 'environment'
  | 'code'
  | 'artifacts'
  | 'steps';

/** A delta against the first run. */
export interface Delta {
  readonly text: string;
  /** Undefined: nobody knows which way is better. */
  readonly better: boolean | undefined;
}

export interface CompareRow extends Compared {
  readonly deltas?: readonly (Delta | undefined)[];
}

export interface CompareSection {
  readonly id: SectionId;
  readonly title: string;
  readonly rows: readonly CompareRow[];
}

/** The first run is the baseline. */
export function compareSections(runs: readonly ComparedRun[]): CompareSection[] {
  const rows = (of: (run: ComparedRun) => readonly Entry[]) =>
    compared(runs.map((run) => new Map(of(run))));
  return [
    { id: 'overview', title: t('Overview'), rows: rows(overview) },
    { id: 'params', title: t('Parameters'), rows: rows(params) },
    { id: 'metrics', title: t('Metrics'), rows: metricRows(runs) },
    { id: 'steps', title: t('Steps'), rows: rows(steps) },
    { id: 'environment', title: t('Environment'), rows: rows(environment) },
    { id: 'code', title: t('Code'), rows: rows(code) },
    { id: 'artifacts', title: t('Artifacts'), rows: rows(artifacts) },
  ];
}

type Entry = readonly [string, string];

/** Entries of what is there. */
const entries = (all: Readonly<Record<string, string | undefined>>): Entry[] =>
  Object.entries(all).flatMap(([key, value]): Entry[] =>
    value === undefined ? [] : [[key, value]],
  );

function overview({ detail }: ComparedRun): Entry[] {
  if (!detail) return [];
  const { status, startTime, endTime } = detail;
  const tag = (key: string) => detail.tags.find((each) => each.key === key)?.value;
  return [
    ...entries({
      [t('Status')]: status.toLowerCase(),
      [t('Started')]: dateText(startTime),
      [t('Duration')]: endTime === undefined ? undefined : durationText(endTime - startTime),
      [t('User')]: tag('mlflow.user'),
      [t('Source')]: tag('mlflow.source.name'),
      [t('Note')]: tag('mlflow.note.content'),
    }),
    ...detail.tags
      .filter(({ key }) => !key.startsWith('mlflow.') && !key.startsWith('runlens.'))
      .map(({ key, value }): Entry => [t('Tag {0}', key), value]),
  ];
}

const params = ({ detail }: ComparedRun): Entry[] =>
  (detail?.params ?? []).map(({ key, value }): Entry => [key, value]);

/** Values with all digits are compared, what is shown is shorter. */
function metricRows(runs: readonly ComparedRun[]): CompareRow[] {
  const all = runs.map(
    ({ detail }) =>
      new Map((detail?.metrics ?? []).map(({ key, last }) => [key, fromWire(last.value)])),
  );
  const texts = all.map((metrics) => new Map([...metrics].map(([key, v]) => [key, String(v)])));
  return compared(texts).map((row) => {
    const values = all.map((metrics) => metrics.get(row.key));
    return {
      ...row,
      values: values.map((value) => (value === undefined ? undefined : formatMetric(value))),
      deltas: values.map((value, i) => (i === 0 ? undefined : deltaOf(row.key, values[0], value))),
    };
  });
}

export function deltaOf(
  key: string,
  base: number | undefined,
  value: number | undefined,
): Delta | undefined {
  if (base === undefined || value === undefined) return undefined;
  const by = value - base;
  if (!Number.isFinite(by)) return undefined;
  if (by === 0) return { text: '=', better: undefined };
  const direction = guessDirection(key);
  const better = direction === undefined ? undefined : direction === 'max' ? by > 0 : by < 0;
  return { text: `${by > 0 ? '+' : '−'}${formatMetric(Math.abs(by))}`, better };
}

function steps({ pipeline }: ComparedRun): Entry[] {
  return (pipeline?.stepRows ?? []).flatMap((step): Entry[] => [
    [step.stepId, stateOf(step)],
    [t('{0}: duration', step.stepId), tookOf(step) ?? '–'],
    [t('{0}: why', step.stepId), whyOf(step)],
  ]);
}

const stateOf = ({ status, error }: StepRow): string =>
  error ? t('{0}: {1}', status, error.type) : status;

/** A cached step took no time of its own. */
function tookOf({ status, startedAt, endedAt }: StepRow): string | undefined {
  if (status === 'cached' || startedAt === undefined || endedAt === undefined) return undefined;
  return durationText(endedAt - startedAt);
}

function whyOf({ status, reasons, cachedFrom }: StepRow): string {
  if (reasons.length > 0) return reasons.map(({ text }) => text).join('; ');
  if (status !== 'cached') return '–';
  return cachedFrom === undefined
    ? t('nothing changed')
    : t('nothing changed since {0}', dateText(cachedFrom));
}

function environment({ environment: record }: ComparedRun): Entry[] {
  if (!record) return [];
  const { python, system, packages } = record;
  return [
    ...entries({
      [t('Python')]: `${python.implementation} ${python.version}`,
      [t('System')]: `${system.os}, ${system.machine}`,
      [t('Processor')]: `${system.cpu} × ${system.cpus}`,
      [t('Memory')]: system.memory > 0 ? formatBytes(system.memory) : undefined,
      [t('Graphics')]: system.gpus.length > 0 ? system.gpus.join(', ') : undefined,
    }),
    ...packages.map(
      ({ name, version, url }): Entry => [name, url ? `${version} (${url})` : version],
    ),
  ];
}

function code({ environment: record, patch, detail }: ComparedRun): Entry[] {
  const tag = (key: string) => detail?.tags.find((each) => each.key === key)?.value;
  const { git, entry } = record ?? {};
  const sizeOfPatch = git?.patch && formatBytes(git.patch.bytes);
  return entries({
    [t('Commit')]: git?.commit ?? tag('mlflow.source.git.commit'),
    [t('Branch')]: git?.branch ?? tag('mlflow.source.git.branch'),
    [t('Remote')]: git?.remote,
    [t('Changes')]: git
      ? git.dirty
        ? t('uncommitted, {0}', sizeOfPatch ?? '–')
        : t('none')
      : undefined,
    [t('Command')]: entry?.arguments.join(' '),
    [t('Patch')]: patch === undefined ? undefined : digestOf(patch),
  });
}

/** Long texts are compared by a short mark of them; the texts open in the editor. */
function digestOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return t(
    '{0} lines, #{1}',
    text.split('\n').length - 1,
    (hash >>> 0).toString(16).padStart(8, '0'),
  );
}

const artifacts = ({ files }: ComparedRun): Entry[] =>
  files.map(
    ({ path, size, isDirectory }): Entry => [path, isDirectory ? t('folder') : formatBytes(size)],
  );

/** What is shown: rows that a search finds, without equal ones if so wanted; and how many of those there were. */
export function shownRows(
  rows: readonly CompareRow[],
  { onlyDifferences, search }: { readonly onlyDifferences: boolean; readonly search: string },
): { readonly rows: readonly CompareRow[]; readonly equal: number } {
  const lower = search.trim().toLowerCase();
  const found = rows.filter(
    ({ key, values }) =>
      lower === '' || [key, ...values].some((text) => text?.toLowerCase().includes(lower)),
  );
  const differing = found.filter(({ isEqual }) => !isEqual);
  return {
    rows: onlyDifferences ? differing : found,
    equal: found.length - differing.length,
  };
}
