// Rows for the tests of the tree models.
import type {
  ExperimentRow,
  PipelineRunRow,
  RunDetail,
  RunRow,
  StepRow,
} from '../../../src/protocol/rows';

export const runRow = (runId: string, over: Partial<RunRow> = {}): RunRow => ({
  runId,
  experimentId: '1',
  name: runId,
  status: 'FINISHED',
  lifecycleStage: 'active',
  startTime: 1000,
  endTime: 2000,
  parentRunId: undefined,
  children: 0,
  primaryMetric: undefined,
  pipelineRunId: undefined,
  stepId: undefined,
  ...over,
});

export const runDetail = (runId: string, over: Partial<RunDetail> = {}): RunDetail => ({
  ...runRow(runId),
  artifactUri: 'file:///x',
  params: [],
  tags: [],
  metrics: [],
  ...over,
});

export const experimentRow = (
  experimentId: string,
  over: Partial<ExperimentRow> = {},
): ExperimentRow => ({
  experimentId,
  name: `experiment ${experimentId}`,
  lifecycleStage: 'active',
  lastUpdateTime: Number(experimentId),
  runs: 1,
  running: 0,
  ...over,
});

const source = { file: 'train.py', module: 'train', qualname: 'training', line: 3 };

export const pipelineRunRow = (id: string, over: Partial<PipelineRunRow> = {}): PipelineRunRow => ({
  id,
  name: id,
  pipeline: 'training',
  status: 'running',
  startedAt: 1000,
  endedAt: undefined,
  experimentId: '1',
  trackingRunId: 't1',
  source,
  launchId: undefined,
  steps: 2,
  done: 0,
  cached: 0,
  ...over,
});

export const stepRow = (id: string, over: Partial<StepRow> = {}): StepRow => ({
  id,
  stepId: id,
  step: id,
  status: 'pending',
  source,
  startedAt: undefined,
  endedAt: undefined,
  reasons: [],
  cachedFrom: undefined,
  outputs: [],
  error: undefined,
  notReusableReason: undefined,
  trackingRunId: undefined,
  ...over,
});
