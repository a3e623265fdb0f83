// Builds the rows that lists and trees show from what the store holds; used by routes and events.

import type { ArtifactVersion } from '../domain/artifact';
import { sizeOf } from '../domain/artifact';
import type { Experiment } from '../domain/experiment';
import type { MetricPoint, MetricSummary } from '../domain/metric';
import { tagsWith } from '../domain/notes';
import { isStepDone, type PipelineRun, type SourceRef, type StepRun } from '../domain/pipeline';
import type { Run, Tag } from '../domain/run';
import type { RunHead } from '../domain/runTable';
import { TAGS } from '../domain/tags';
import { PIPELINE_RUN_TAG, STEP_TAG } from '../pipeline/tracking';
import type {
  ArtifactRow,
  ExperimentRow,
  MetricRow,
  PipelineRow,
  PipelineRunRow,
  PointRow,
  RunDetail,
  RunRow,
  StepRow,
} from '../protocol/rows';
import { toWire } from '../protocol/wire';
import type { Store } from '../store/store';

/** What rows are built from. */
export type RowSource = Pick<
  Store,
  'experiments' | 'runs' | 'pipelines' | 'models' | 'registry' | 'blobs'
>;

export function experimentRow(store: RowSource, experiment: Experiment): ExperimentRow {
  const { runs, running } = store.experiments.counts(experiment.experimentId);
  const { experimentId, name, lifecycleStage, lastUpdateTime } = experiment;
  return { experimentId, name, lifecycleStage, lastUpdateTime, runs, running };
}

/** Rows of runs of whatever experiments; the children are counted in one query. */
export function runRows(store: RowSource, runs: readonly Run[]): RunRow[] {
  const children = store.runs.childCounts(runs.map((run) => run.info.runId));
  const primary = new Map<string, string | undefined>();
  return runs.map((run) => {
    const { experimentId, runId } = run.info;
    if (!primary.has(experimentId)) primary.set(experimentId, primaryKey(store, experimentId));
    return rowOf(run, children.get(runId) ?? 0, primary.get(experimentId));
  });
}

export function runRow(store: RowSource, run: Run): RunRow {
  const children = store.runs.childCounts([run.info.runId]).get(run.info.runId) ?? 0;
  return rowOf(run, children, primaryKey(store, run.info.experimentId));
}

export function runDetail(store: RowSource, run: Run): RunDetail {
  return {
    ...runRow(store, run),
    artifactUri: run.info.artifactUri,
    params: run.params,
    tags: run.tags,
    metrics: run.metrics.map(metricRow),
  };
}

export function pipelineRow(run: PipelineRun): PipelineRow {
  return { name: run.graph.pipeline, source: run.graph.source, lastRun: pipelineRunRow(run) };
}

export function pipelineRunRow(run: PipelineRun): PipelineRunRow {
  const { id, name, status, startedAt, endedAt, experimentId, trackingRunId, launchId } = run;
  return {
    id,
    name,
    pipeline: run.graph.pipeline,
    status,
    startedAt,
    endedAt,
    experimentId,
    trackingRunId,
    source: run.graph.source,
    launchId,
    steps: run.steps.length,
    done: run.steps.filter((step) => isStepDone(step.status)).length,
    cached: run.steps.filter((step) => step.status === 'cached').length,
    ...tagsOfRun(run),
  };
}

function tagsOfRun(run: PipelineRun): Pick<PipelineRunRow, 'tags'> {
  const tags = tagsWith(run.graph.tags ?? [], run.noted);
  return tags.length > 0 ? { tags } : {};
}

/** A step of a run; `run` gives the place in the source. */
export function stepRow(store: RowSource, run: PipelineRun, step: StepRun): StepRow {
  const { id, stepId, status, startedAt, endedAt, reasons, error } = step;
  return {
    id,
    stepId,
    step: step.step,
    status,
    source: sourceOf(run, stepId),
    startedAt,
    endedAt,
    reasons,
    cachedFrom: step.cachedFrom?.endedAt,
    outputs: outputsOf(store, step),
    error,
    notReusableReason: step.notReusableReason,
    trackingRunId: step.trackingRunId,
  };
}

export function artifactRow(store: Pick<Store, 'blobs'>, artifact: ArtifactVersion): ArtifactRow {
  const { id, name, version, type, materializer, createdAt, metadata, files, producer } = artifact;
  return {
    id,
    name,
    version,
    type,
    materializer,
    size: sizeOf(artifact),
    createdAt,
    metadata,
    contentDigest: artifact.contentDigest,
    folder: store.blobs.resolve(artifact.path),
    files: files.map(({ path, size, sha256 }) => ({ path, size, sha256 })),
    ...(artifact.tags && { tags: artifact.tags }),
    ...(artifact.artifactType && { artifactType: artifact.artifactType }),
    ...(artifact.deletedAt !== undefined && { deletedAt: artifact.deletedAt }),
    pipeline: producer?.pipeline,
    stepId: producer?.stepId,
  };
}

/** The outputs of a step; one whose record is gone is left out. */
function outputsOf(store: RowSource, step: StepRun): StepRow['outputs'] {
  return Object.entries(step.outputs).flatMap(([name, id]) => {
    const artifact = store.pipelines.artifact(id);
    return artifact ? [{ name, artifact: artifactRow(store, artifact) }] : [];
  });
}

function rowOf(run: Run, children: number, primary: string | undefined): RunRow {
  const metric = run.metrics.find((summary) => summary.key === primary) ?? run.metrics[0];
  return rowFrom({
    info: run.info,
    children,
    primary: metric && { key: metric.key, value: metric.last.value },
    parentRunId: tagOf(run.tags, TAGS.parentRunId),
    pipelineRunId: tagOf(run.tags, PIPELINE_RUN_TAG),
    stepId: tagOf(run.tags, STEP_TAG),
  });
}

/** What a row of a run is built from. */
export interface RowParts
  extends RunHead,
    Pick<RunRow, 'parentRunId' | 'pipelineRunId' | 'stepId'> {}

export function rowFrom({ info, primary, ...rest }: RowParts): RunRow {
  const { runId, experimentId, runName, status, lifecycleStage, startTime, endTime } = info;
  return {
    runId,
    experimentId,
    name: runName,
    status,
    lifecycleStage,
    startTime,
    endTime,
    parentRunId: rest.parentRunId,
    children: rest.children,
    primaryMetric: primary && { key: primary.key, value: toWire(primary.value) },
    pipelineRunId: rest.pipelineRunId,
    stepId: rest.stepId,
  };
}

function primaryKey(store: RowSource, experimentId: string): string | undefined {
  return tagOf(store.experiments.get(experimentId)?.tags ?? [], TAGS.primaryMetric);
}

const tagOf = (tags: readonly Tag[], key: string): string | undefined =>
  tags.find((tag) => tag.key === key)?.value;

const sourceOf = (run: PipelineRun, stepId: string): SourceRef =>
  run.graph.steps.find((step) => step.id === stepId)?.source ?? run.graph.source;

function metricRow({ key, count, last, min, max }: MetricSummary): MetricRow {
  return { key, count, last: pointRow(last), min: pointRow(min), max: pointRow(max) };
}

function pointRow({ step, timestamp, value }: MetricPoint): PointRow {
  return { step, timestamp, value: toWire(value) };
}
