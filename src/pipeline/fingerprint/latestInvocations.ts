/** One run per pipeline that holds the latest decided invocation of each of its steps. */
import type { PipelineRun, StepRun } from '../../domain/pipeline';

/**
 * A run of one step leaves the others out, and a run that goes on has not reached some: those come
 * from the runs before it. The graph is the newest one's.
 */
export function latestInvocations(runs: readonly PipelineRun[]): PipelineRun[] {
  const byPipeline = new Map<string, PipelineRun[]>();
  for (const run of [...runs].sort((a, b) => b.startedAt - a.startedAt)) {
    const { pipeline, source } = run.graph;
    const key = JSON.stringify([pipeline, source.file]);
    byPipeline.set(key, [...(byPipeline.get(key) ?? []), run]);
  }
  return [...byPipeline.values()].flatMap(([newest, ...before]) =>
    newest ? [merged(newest, before)] : [],
  );
}

function merged(newest: PipelineRun, before: readonly PipelineRun[]): PipelineRun {
  const steps = newest.graph.steps.flatMap(({ id }) => {
    const own = [newest, ...before].flatMap((run) => run.steps.find((s) => s.stepId === id) ?? []);
    return own.find(tellsSomething) ?? [];
  });
  return { ...newest, steps };
}

/** It runs, or its key was decided: it can be compared with today's. */
const tellsSomething = ({ status, fingerprint }: StepRun): boolean =>
  status === 'running' || fingerprint !== undefined;
