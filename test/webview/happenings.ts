// What is in a store that every panel shows something of, and what may happen to it next: any change, in any order.
import type { PipelineRun, StepRun } from '../../src/domain/pipeline';
import type { Mutation } from '../../src/store/mutation';
import { from, graph, step } from '../support/pipelines';
import { point } from '../unit/api/fixture';
import { artifact, id, loggedModel, version } from '../unit/api/panelFixture';
import { NOW } from './world';

export const RUN = id('a1');
export const OTHER_RUN = id('a2');
export const PIPELINE_RUN = id('b1');
export const OLD = NOW - 3_600_000;

const createRun = (runId: string, name: string): Mutation => ({
  type: 'run.create',
  ...{ runId, experimentId: '0', name, userId: 'ada', startTime: OLD },
  artifactUri: `mlflow-artifacts:/0/${runId}/artifacts`,
  tags: [{ key: 'mlflow.runName', value: name }],
});

const log = (
  runId: string,
  logged: Partial<Omit<Extract<Mutation, { type: 'run.log' }>, 'type' | 'runId'>>,
): Mutation => ({ type: 'run.log', runId, metrics: [], params: [], tags: [], ...logged });

function stepRun(stepId: string, more: Partial<StepRun> = {}, run = PIPELINE_RUN): StepRun {
  return {
    ...{ id: `${stepId === 'load' ? '5' : '6'}${run.slice(1)}`, pipelineRunId: run },
    ...{ stepId, step: stepId, status: 'ran', startedAt: OLD, endedAt: OLD + 1000 },
    ...{ fingerprint: undefined, reasons: [], outputs: {}, trackingRunId: undefined },
    ...{ cachedFrom: undefined, error: undefined, reusable: true, notReusableReason: undefined },
    ...more,
  };
}

const pipelineRun = (run: string, name: string, more: Partial<PipelineRun> = {}): PipelineRun => ({
  ...{ id: run, name, status: 'finished', startedAt: OLD, endedAt: OLD + 3000 },
  ...{ experimentId: '0', trackingRunId: RUN, plan: { target: 'all' as const } },
  graph: graph([step('load'), step('train', { inputs: { data: from('load') } })]),
  ...{ modules: [], environment: {}, launchId: undefined },
  steps: [
    stepRun('load', { outputs: { output: id('a1') } }, run),
    stepRun('train', { trackingRunId: OTHER_RUN }, run),
  ],
  ...more,
});

export const CONTENT: readonly Mutation[] = [
  createRun(RUN, 'owl'),
  createRun(OTHER_RUN, 'fox'),
  log(RUN, {
    metrics: [point('loss', 0, 2), point('loss', 1, 1), point('val/accuracy', 1, 0.5)],
    params: [{ key: 'lr', value: '0.1' }],
    tags: [{ key: 'team', value: 'vision' }],
  }),
  log(OTHER_RUN, {
    metrics: [point('loss', 0, 3), point('loss', 1, 2)],
    params: [{ key: 'lr', value: '0.2' }],
  }),
  { type: 'run.update', runId: OTHER_RUN, status: 'FINISHED', endTime: OLD + 60_000 },
  artifact('data', '1'),
  artifact('data', '2', { contentDigest: 'other', metadata: { rows: 3 } }),
  { type: 'pipeline.create', run: pipelineRun(PIPELINE_RUN, 'training-1') },
  loggedModel(id('c1'), RUN),
  {
    type: 'registry.create',
    ...{ name: 'classifier', description: 'Finds owls.', tags: [], time: OLD },
  },
  version('classifier', 1, { runId: RUN, modelId: id('c1') }),
  version('classifier', 2, { runId: OTHER_RUN }),
];

const logsNewMetric = (n: number) => [
  log(OTHER_RUN, { metrics: [point('loss', n + 2, n), point(`new ${n % 3}`, n, n)] }),
];

/** Each by a number that is never used twice, so that every state differs from those before. */
const HAPPENINGS: readonly ((n: number) => readonly Mutation[])[] = [
  (n) => [
    createRun(id(`d${n}e`), `hare ${n}`),
    log(id(`d${n}e`), { metrics: [point('loss', n, n)] }),
  ],
  (n) => [log(RUN, { metrics: [point('loss', n + 2, 1 / n)] })],
  logsNewMetric,
  (n) => [log(RUN, { params: [{ key: `depth ${n}`, value: String(n) }] })],
  (n) => [log(RUN, { tags: [{ key: 'team', value: `team ${n}` }] })],
  (n) => [log(RUN, { tags: [{ key: 'mlflow.note.content', value: `Note **${n}**` }] })],
  (n) => [{ type: 'run.update', runId: RUN, name: `owl ${n}` }],
  (n) => [{ type: 'run.update', runId: OTHER_RUN, status: 'FAILED', endTime: OLD + 60_000 + n }],
  (n) => [
    { type: 'run.update', runId: RUN, status: n % 2 ? 'FINISHED' : 'KILLED', endTime: OLD + n },
  ],
  (n) => [
    { type: 'run.lifecycle', runId: OTHER_RUN, stage: n % 2 ? 'deleted' : 'active', time: NOW },
  ],
  (n) => [
    {
      type: 'run.edit',
      ...{ runId: RUN, what: 'param', key: 'lr', value: `0.${n}`, userId: 'ada', time: OLD + n },
    },
  ],
  (n) => [
    createRun(id(`f${n}f`), `fold ${n}`),
    log(id(`f${n}f`), { tags: [{ key: 'mlflow.parentRunId', value: RUN }] }),
  ],
  (n) => [{ type: 'experiment.rename', experimentId: '0', name: `digits ${n}`, time: OLD + n }],
  (n) => [
    {
      type: 'step.put',
      step: stepRun('train', {
        ...(n % 2 ? { status: 'failed', error: failureOf(n) } : { status: 'ran' }),
        endedAt: OLD + 2000 + n,
        trackingRunId: OTHER_RUN,
      }),
    },
  ],
  (n) => [
    {
      type: 'pipeline.update',
      pipelineRunId: PIPELINE_RUN,
      ...{ status: n % 2 ? 'failed' : 'finished', endedAt: OLD + 5000 + n },
    },
  ],
  (n) => {
    const times = { startedAt: OLD + n, endedAt: OLD + n + 3000 };
    const run = pipelineRun(id(`b${n}b`), `training-${n + 1}`, times);
    return [{ type: 'pipeline.create', run }];
  },
  (n) => [
    { type: 'facts.change', on: 'pipeline', id: PIPELINE_RUN, metadata: { accuracy: 1 / n } },
  ],
  (n) => [artifact('data', String(n + 2), { id: id(`a${n}e`), contentDigest: String(n) })],
  (n) => [{ type: 'facts.change', on: 'artifact', id: id('a1'), metadata: { rows: n } }],
  (n) => [
    {
      type: 'artifact.lifecycle',
      ...{ artifactId: id('a1'), stage: n % 2 ? 'deleted' : 'active', time: OLD + n },
    },
  ],
  (n) => [
    {
      type: 'registry.update',
      ...{ name: 'classifier', description: `Finds ${n} owls.`, time: OLD + n },
    },
  ],
  (n) => [
    {
      type: 'registry.alias',
      ...{ name: 'classifier', alias: 'champion', version: 1 + (n % 2), time: OLD + n },
    },
  ],
  (n) => [
    {
      type: 'version.update',
      ...{ name: 'classifier', version: 2, time: OLD + n },
      stage: n % 2 ? 'Production' : 'Staging',
    },
  ],
  (n) => [version('classifier', n + 2, { runId: RUN, time: OLD + n })],
  (n) => [
    { type: 'registry.create', name: `model ${n}`, description: undefined, tags: [], time: OLD },
  ],
];

export const HAPPENING_COUNT = HAPPENINGS.length;
export const LOGS_NEW_METRIC = HAPPENINGS.indexOf(logsNewMetric);

const failureOf = (n: number) => ({
  type: 'ValueError',
  message: `bad value ${n}`,
  traceback: `ValueError: bad value ${n}`,
});

/** @param n counts what has happened, from 1 */
export function happening(which: number, n: number): readonly Mutation[] {
  return HAPPENINGS[which % HAPPENING_COUNT]?.(n) ?? [];
}
