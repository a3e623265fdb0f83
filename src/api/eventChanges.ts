// What has changed since events were last sent, by entity: many mutations of one give one event.
import { assertNever } from '../base/assertNever';
import type { Run } from '../domain/run';
import { TAGS } from '../domain/tags';
import type { ServerEvent } from '../protocol/events';
import { toWire } from '../protocol/wire';
import type { Mutation } from '../store/mutation';
import {
  artifactRow,
  experimentRow,
  pipelineRunRow,
  type RowSource,
  runRows,
  stepRow,
} from './rows';

export class Changes {
  private readonly experiments = new Set<string>();
  private readonly runs = new Set<string>();
  private readonly goneExperiments = new Set<string>();
  private readonly goneRuns = new Set<string>();
  private readonly editedRuns = new Set<string>();
  private readonly pipelines = new Set<string>();
  /** Step id → pipeline run. */
  private readonly steps = new Map<string, string>();
  private readonly artifacts = new Set<string>();
  /** Names of registered models. */
  private readonly registered = new Set<string>();
  /** Run → keys. */
  private readonly points = new Map<string, Set<string>>();
  /** Log id → bytes. */
  private readonly logs = new Map<string, number>();
  /** Sent as they came, each one. */
  private readonly others: ServerEvent[] = [];

  constructor(private readonly store: RowSource) {}

  add(mutation: Mutation): void {
    switch (mutation.type) {
      case 'experiment.create':
      case 'experiment.rename':
      case 'experiment.tag':
      // Of a deleted or restored experiment, views drop or fetch the runs themselves.
      case 'experiment.lifecycle':
        this.experiments.add(mutation.experimentId);
        return;
      case 'run.create':
      case 'run.update':
      case 'run.lifecycle':
      case 'run.tag.delete':
        this.runAndAround(mutation.runId);
        return;
      case 'run.log':
        this.logged(mutation);
        return;
      case 'run.inputs':
      case 'run.outputs':
        this.runs.add(mutation.runId);
        return;
      case 'model.create':
      case 'model.update':
      case 'model.params':
      case 'model.tag':
      case 'model.delete':
      case 'model.metrics':
        this.model(mutation.modelId);
        return;
      case 'artifact.create':
        this.artifacts.add(mutation.artifact.id);
        return;
      case 'artifact.lifecycle':
        this.artifacts.add(mutation.artifactId);
        return;
      case 'pipeline.create':
        this.pipelines.add(mutation.run.id);
        for (const step of mutation.run.steps) this.steps.set(step.id, mutation.run.id);
        return;
      case 'pipeline.update':
        this.pipelines.add(mutation.pipelineRunId);
        return;
      case 'pipeline.extend':
        this.pipelines.add(mutation.pipelineRunId);
        for (const step of mutation.steps) this.steps.set(step.id, mutation.pipelineRunId);
        return;
      case 'step.put':
        this.pipelines.add(mutation.step.pipelineRunId);
        this.steps.set(mutation.step.id, mutation.step.pipelineRunId);
        return;
      case 'facts.change':
        this.facts(mutation);
        return;
      case 'registry.rename':
        this.registered.add(mutation.name);
        this.registered.add(mutation.newName);
        return;
      case 'registry.create':
      case 'registry.update':
      case 'registry.delete':
      case 'registry.tag':
      case 'registry.alias':
      case 'version.create':
      case 'version.update':
      case 'version.delete':
      case 'version.tag':
        this.registered.add(mutation.name);
        return;
      case 'run.edit':
        this.editedRuns.add(mutation.runId);
        this.runAndAround(mutation.runId);
        return;
      case 'run.move':
        this.experiments.add(mutation.from);
        this.runAndAround(mutation.runId);
        return;
      case 'run.purge':
        for (const runId of mutation.runIds) this.goneRuns.add(runId);
        return;
      case 'experiment.purge':
        this.goneExperiments.add(mutation.experimentId);
        return;
      // Their rows went when they were deleted.
      case 'artifact.purge':
      case 'model.purge':
      case 'folders.removed':
      case 'store.compact':
        return;
      default:
        assertNever(mutation);
    }
  }

  /** An event that is not in the log. Of log sizes only the newest counts. */
  push(event: ServerEvent): void {
    if (event.type === 'log') this.logs.set(event.id, event.bytes);
    else this.others.push(event);
  }

  /** The events for all changes, with the state of now; afterwards nothing is pending. */
  take(): ServerEvent[] {
    const runs = this.takeRuns();
    const events = [
      ...this.takeExperiments(),
      ...runs,
      ...this.takeAfterwards(),
      ...this.takeArtifacts(),
      ...this.takePipelines(),
      ...this.takeRegistered(),
      ...this.others,
      ...this.takePoints(),
      ...[...this.logs].map(([id, bytes]): ServerEvent => ({ type: 'log', id, bytes })),
    ];
    this.clear();
    return events;
  }

  clear(): void {
    for (const changed of [this.experiments, this.runs, this.pipelines, this.artifacts]) {
      changed.clear();
    }
    for (const changed of [this.editedRuns, this.goneRuns, this.goneExperiments]) changed.clear();
    for (const changed of [this.steps, this.points, this.logs]) changed.clear();
    this.registered.clear();
    this.others.length = 0;
  }

  private logged({ runId, metrics, tags }: Extract<Mutation, { type: 'run.log' }>): void {
    this.runs.add(runId);
    if (tags.some((tag) => tag.key === TAGS.parentRunId)) this.runAndAround(runId);
    if (metrics.length === 0) return;
    const keys = this.points.get(runId) ?? new Set();
    this.points.set(runId, keys);
    for (const metric of metrics) keys.add(metric.key);
  }

  private facts({ on, id }: Extract<Mutation, { type: 'facts.change' }>): void {
    if (on === 'artifact') this.artifacts.add(id);
    else if (on === 'pipeline') this.pipelines.add(id);
    else {
      const step = this.store.pipelines.step(id);
      if (step) this.steps.set(id, step.pipelineRunId);
    }
  }

  /** A logged model is seen in the run that made it. */
  private model(modelId: string): void {
    const runId = this.store.models.get(modelId, { deleted: true })?.sourceRunId;
    if (runId !== undefined) this.runs.add(runId);
  }

  /** A run, the counts of its experiment and the number of its parent's children. */
  private runAndAround(runId: string): void {
    this.runs.add(runId);
    const info = this.store.runs.info(runId);
    if (!info) return;
    this.experiments.add(info.experimentId);
    const parent = this.store.runs.tag(runId, TAGS.parentRunId);
    if (parent !== undefined) this.runs.add(parent);
  }

  private takeExperiments(): ServerEvent[] {
    return [...this.experiments].flatMap((id): ServerEvent[] => {
      const experiment = this.store.experiments.get(id);
      return experiment
        ? [{ type: 'experiment', experiment: experimentRow(this.store, experiment) }]
        : [];
    });
  }

  private takeRuns(): ServerEvent[] {
    const runs = [...this.runs].flatMap((id): Run[] => {
      const run = this.store.runs.get(id);
      return run ? [run] : [];
    });
    return runRows(this.store, runs).map((run) => ({ type: 'run', run }));
  }

  /** What was edited or purged. */
  private takeAfterwards(): ServerEvent[] {
    const gone =
      (what: 'experiment' | 'run') =>
      (id: string): ServerEvent => ({
        type: 'gone',
        what,
        id,
      });
    return [
      ...[...this.editedRuns].map((runId): ServerEvent => ({ type: 'edited', runId })),
      ...[...this.goneRuns].map(gone('run')),
      ...[...this.goneExperiments].map(gone('experiment')),
    ];
  }

  private takeArtifacts(): ServerEvent[] {
    return [...this.artifacts].flatMap((id): ServerEvent[] => {
      const artifact = this.store.pipelines.artifact(id);
      return artifact ? [{ type: 'artifact', artifact: artifactRow(this.store, artifact) }] : [];
    });
  }

  private takePipelines(): ServerEvent[] {
    // Each run is read once: it may have a thousand steps.
    const ids = new Set([...this.pipelines, ...this.steps.values()]);
    const runs = new Map([...ids].map((id) => [id, this.store.pipelines.run(id)]));
    const pipelines = [...this.pipelines].flatMap((id): ServerEvent[] => {
      const run = runs.get(id);
      return run ? [{ type: 'pipeline', run: pipelineRunRow(run) }] : [];
    });
    const steps = [...this.steps].flatMap(([id, pipelineRunId]): ServerEvent[] => {
      const run = runs.get(pipelineRunId);
      const step = this.store.pipelines.step(id);
      if (!run || !step) return [];
      return [{ type: 'step', pipelineRunId, step: stepRow(this.store, run, step) }];
    });
    return [...pipelines, ...steps];
  }

  private takeRegistered(): ServerEvent[] {
    return [...this.registered].map((name) => {
      const isGone = this.store.registry.get(name) === undefined;
      return { type: 'model', name, ...(isGone && { gone: true }) };
    });
  }

  private takePoints(): ServerEvent[] {
    return [...this.points].flatMap(([runId, keys]) =>
      [...keys].flatMap((key): ServerEvent[] => {
        const summary = this.store.runs.summary(runId, key);
        if (!summary) return [];
        const { count, last } = summary;
        const lastValue = toWire(last.value);
        return [{ type: 'points', runId, key, count, lastStep: last.step, lastValue }];
      }),
    );
  }
}
