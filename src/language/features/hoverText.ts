/** What a hover says of a step, a pipeline, an artifact, a model or a run. */
import { assertNever } from '../../base/assertNever';
import type { Json } from '../../base/json';
import { ageText, durationText } from '../../base/timeText';
import { artifactLabel } from '../../domain/artifact';
import type { ModelName, ResolvedRun, ResolvedUri } from '../../protocol/names';
import type { ArtifactRow } from '../../protocol/rows';
import { fromWire, type WireNumber } from '../../protocol/wire';
import type { PipelineFact, StepFact } from '../../syntax/facts';
import { type LastRun, lastRunText } from './codeLens';
import { block, code, cut, escaped, page } from './markdown';
import { bySeverity, type InvocationState, stateReasons, stateText } from './stepState';

export interface Metric {
  readonly key: string;
  readonly value: WireNumber;
}

export interface StepHover {
  readonly fact: StepFact;
  /** Undefined while the store does not tell. */
  readonly invocations: readonly InvocationState[] | undefined;
  /** Of its latest run, as they are known. */
  readonly outputs: readonly ArtifactRow[];
  readonly metrics: readonly Metric[];
  readonly now: number;
}

export function stepHover({ fact, invocations, outputs, metrics, now }: StepHover): string {
  const [worst, ...others] = bySeverity(invocations ?? []);
  const state = worst ? stateText(worst.state, now) : invocations ? 'not run yet' : undefined;
  const reasons = worst ? stateReasons(worst.state, now).slice(0, 5) : [];
  const list = reasons
    .filter((reason) => reason !== state)
    .map((reason) => `* ${escaped(cut(reason, 200))}`);
  const last = worst?.last;
  const took =
    last?.startedAt !== undefined && last.endedAt !== undefined
      ? `last run ${ageText(last.endedAt, now)}, took ${durationText(last.endedAt - last.startedAt)}`
      : undefined;
  return page([
    `**step** ${code(fact.name)}${state ? ` — ${escaped(cut(state, 200))}` : ''}`,
    fact.doc && escaped(cut(fact.doc, 200)),
    took && escaped(took),
    list.join('\n'),
    ...outputs.slice(0, 3).map((artifact) => artifactPart(artifact)),
    metricsPart(metrics),
    others
      .slice(0, 3)
      .map((o) => `* ${escaped(`${o.pipeline} / ${o.stepId}: ${stateText(o.state, now)}`)}`)
      .join('\n'),
  ]);
}

export const pipelineHover = (
  fact: PipelineFact,
  last: { readonly run: LastRun | undefined } | undefined,
  now: number,
): string =>
  page([
    `**pipeline** ${code(fact.name)}${last ? ` — ${escaped(lastRunText(last.run, now))}` : ''}`,
    fact.doc && escaped(cut(fact.doc, 200)),
  ]);

export const artifactHover = (artifact: ArtifactRow, now: number): string =>
  page([
    artifactPart(artifact),
    escaped(
      [
        `made ${ageText(artifact.createdAt, now)}`,
        artifact.pipeline && `by ${artifact.pipeline} / ${artifact.stepId ?? ''}`,
      ]
        .filter(Boolean)
        .join(' '),
    ),
    artifact.tags && artifact.tags.length > 0 ? `tags: ${artifact.tags.map(code).join(', ')}` : '',
  ]);

/** Name, type, size, what the materializer found, and the first rows. */
function artifactPart(artifact: ArtifactRow): string {
  const { type, size, metadata } = artifact;
  const facts = Object.entries(metadata)
    .filter(([key, value]) => key !== 'preview' && value !== null && key !== 'format')
    .slice(0, 6)
    .map(([key, value]) => `${escaped(key)}: ${code(cut(shown(value), 80))}`);
  const { preview } = metadata;
  const rows = typeof preview === 'string' ? preview.split('\n').slice(0, 6) : [];
  const table = rows.map((row) => cut(row, 100)).join('\n');
  return [
    `${code(artifactLabel(artifact))}: ${code(shortType(type))}, ${escaped(sizeText(size))}`,
    facts.join(' · '),
    table && block(table),
  ]
    .filter(Boolean)
    .join('\n\n');
}

const shown = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `pandas.core.frame.DataFrame` → `pandas.DataFrame` */
function shortType(type: string): string {
  const [first = '', ...rest] = type.split('.');
  const last = rest.at(-1);
  if (last === undefined || first === 'builtins') return last ?? first;
  return `${first}.${last}`;
}

export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toPrecision(3)} ${units[power]}`;
}

function metricsPart(metrics: readonly Metric[]): string {
  if (metrics.length === 0) return '';
  const rows = metrics
    .slice(0, 8)
    .map(({ key, value }) => `| ${escaped(cut(key, 60))} | ${escaped(numberText(value))} |`);
  return ['| metric | last |', '|:--|--:|', ...rows].join('\n');
}

const numberText = (value: WireNumber): string => {
  const number = fromWire(value);
  return Number.isFinite(number) ? String(Number(number.toPrecision(6))) : String(number);
};

export function uriHover(found: ResolvedUri, uri: string, now: number): string {
  switch (found.kind) {
    case 'none':
      return page([`${code(uri)} — ${escaped(found.message)}`]);
    case 'run':
      return page(runParts(found.run, now));
    case 'logged':
      return page([
        `**logged model** ${code(found.name)}, made ${escaped(ageText(found.createdAt, now))}`,
        ...(found.run ? runParts(found.run, now) : []),
      ]);
    case 'version':
      return page([
        versionLine(found, now),
        found.description && escaped(cut(found.description, 300)),
        ...(found.run ? runParts(found.run, now) : []),
      ]);
    default:
      return assertNever(found);
  }
}

function versionLine(found: Extract<ResolvedUri, { kind: 'version' }>, now: number): string {
  const { name, version, stage, aliases, createdAt } = found;
  return [
    `**model** ${code(name)} version ${version}`,
    aliases.length > 0 ? aliases.map((alias) => code(`@${alias}`)).join(' ') : undefined,
    stage === 'None' ? undefined : code(stage),
    `made ${escaped(ageText(createdAt, now))}`,
  ]
    .filter(Boolean)
    .join(', ');
}

const runParts = ({ name, experiment, status, startTime, metrics }: ResolvedRun, now: number) => [
  `**run** ${code(name)} in ${code(experiment)}, ${escaped(status.toLowerCase())}, started ${escaped(ageText(startTime, now))}`,
  metricsPart(metrics),
];

export function modelHover({ name, versions, aliases }: ModelName): string {
  const named = aliases.map(({ alias, version }) => `${code(`@${alias}`)} is version ${version}`);
  const newest = versions[0] === undefined ? 'no versions' : `newest version ${versions[0]}`;
  return page([`**model** ${code(name)}, ${escaped(newest)}`, named.join(', ')]);
}
