// The control routes of what came from what: of runs, artifact versions and pipelines.

import type { ArtifactVersion } from '../domain/artifact';
import { producersOf } from '../domain/dependencies';
import { ENVIRONMENT_TAG } from '../domain/environment';
import type { PipelineRun, StepInvocation, StepRun } from '../domain/pipeline';
import type { Run } from '../domain/run';
import { TAGS } from '../domain/tags';
import { storedArtifacts } from '../pipeline/graph';
import type { ControlRoute } from '../protocol/control';
import type { HttpRequest, Route } from '../protocol/http';
import type { ArtifactLineage, RunLineage, StepLink } from '../protocol/lineage';
import type { Store } from '../store/store';
import { type AnswersTo, routesOf } from './answers';
import { tagOf } from './modelRows';
import { pipelineOverTime } from './overTime';
import { notFound, param, queryText } from './params';

export interface LineagePorts {
  readonly store: Store;
  /** Folders of MLflow that are opened in place. */
  readonly sources: { store(id: string): Store | undefined };
}

/** Routes that are answered here. */
export type LineageRoute = Extract<
  ControlRoute,
  | 'GET /api/artifacts/:id/lineage'
  | 'GET /api/runs/:runId/lineage'
  | 'GET /api/pipelines/:pipeline/over-time'
>;

const MOST_USES = 200;
/** Runs that are looked through for uses: a version that is used more often is found by the newest. */
const MOST_RUNS = 200;
/** Runs may be nested in a circle, by a tag. */
const DEEPEST = 20;

const ANSWERS: AnswersTo<LineageRoute, LineagePorts> = {
  'GET /api/artifacts/:id/lineage': (request, { store }) => {
    const id = param(request, 'id');
    const artifact = store.pipelines.artifact(id);
    if (!artifact) throw notFound('artifact', id);
    return artifactLineage(store, artifact);
  },
  'GET /api/runs/:runId/lineage': (request, ports) => {
    const store = storeOf(ports, request);
    const runId = param(request, 'runId');
    const run = store.runs.get(runId);
    if (!run) throw notFound('run', runId);
    return runLineage(store, run);
  },
  'GET /api/pipelines/:pipeline/over-time': (request, { store }) => {
    const pipeline = param(request, 'pipeline');
    if (store.pipelines.count(pipeline) === 0) throw notFound('pipeline', pipeline);
    return pipelineOverTime(store, pipeline);
  },
};

export const lineageRoutes = (ports: LineagePorts): Route[] => routesOf(ANSWERS, ports);

function storeOf({ store, sources }: LineagePorts, request: HttpRequest): Store {
  const source = queryText(request, 'source');
  const asked = source === undefined ? store : sources.store(source);
  if (!asked) throw notFound('source', source ?? '');
  return asked;
}

function runLineage(store: Store, run: Run): RunLineage {
  return {
    datasets: run.datasets.map(({ name, digest, sourceType, source, schema, profile, tags }) => {
      const context = tagOf(tags, TAGS.datasetContext);
      return { name, digest, context, sourceType, source, schema, profile };
    }),
    models: [
      ...run.outputModels.flatMap(({ modelId }) => modelLink(store, modelId, 'made')),
      ...run.inputModels.flatMap((modelId) => modelLink(store, modelId, 'used')),
    ],
    registered: registered(store, 'run', run.info.runId),
    environment: environmentOf(store, run),
  };
}

/** None for one that is deleted. */
function modelLink(store: Store, modelId: string, direction: 'made' | 'used') {
  const model = store.models.get(modelId);
  if (!model) return [];
  const { name } = model;
  return [{ modelId, name, direction, registered: registered(store, 'model', modelId) }];
}

const registered = (store: Store, what: 'run' | 'model', id: string): string[] =>
  store.registry.versionsOf(what, id).map(({ name, version }) => `${name}/${version}`);

function environmentOf(store: Store, run: Run): string | undefined {
  let id: string | undefined = run.info.runId;
  for (let depth = 0; id !== undefined && depth < DEEPEST; depth++) {
    const own: string | undefined = store.runs.tag(id, ENVIRONMENT_TAG);
    if (own !== undefined) return own;
    id = store.runs.tag(id, TAGS.parentRunId);
  }
  return undefined;
}

function artifactLineage(store: Store, artifact: ArtifactVersion): ArtifactLineage {
  const { id, name, contentDigest, producer } = artifact;
  const same = store.pipelines.withContent(name, contentDigest);
  return {
    madeBy: producer && stepLink(store, producer.stepRunId),
    usedBy: usesOf(store, id),
    same: same
      .filter((other) => other.id !== id)
      .map((other) => ({ id: other.id, version: other.version })),
  };
}

function stepLink(store: Store, stepRunId: string): StepLink | undefined {
  const step = store.pipelines.step(stepRunId);
  const run = step && store.pipelines.run(step.pipelineRunId);
  return run && linkOf(run, step);
}

const linkOf = (run: PipelineRun, step: StepRun): StepLink => ({
  stepRunId: step.id,
  step: step.step,
  stepId: step.stepId,
  pipelineRunId: run.id,
  pipelineRun: run.name,
  pipeline: run.graph.pipeline,
  endedAt: step.endedAt,
});

function usesOf(store: Store, artifactId: string): StepLink[] {
  const uses: StepLink[] = [];
  for (const runId of store.pipelines.runsWith(artifactId, MOST_RUNS)) {
    const run = store.pipelines.run(runId);
    if (run) uses.push(...usesIn(run, artifactId));
    if (uses.length >= MOST_USES) break;
  }
  return uses.slice(0, MOST_USES);
}

/** Steps that took it, or would have: one that was skipped or is waiting has not. The last step first. */
function usesIn(run: PipelineRun, artifactId: string): StepLink[] {
  const steps = new Map(run.steps.map((step) => [step.stepId, step]));
  const links = run.graph.steps.flatMap((invocation) => {
    const step = steps.get(invocation.id);
    if (!step || !TOOK.has(step.status)) return [];
    return takes(run, invocation, steps, artifactId) ? [linkOf(run, step)] : [];
  });
  return links.reverse();
}

const TOOK: ReadonlySet<StepRun['status']> = new Set(['running', 'ran', 'cached', 'failed']);

function takes(
  { plan }: PipelineRun,
  invocation: StepInvocation,
  steps: ReadonlyMap<string, StepRun>,
  artifactId: string,
): boolean {
  const inputs = { ...invocation.inputs, ...plan.inputs?.[invocation.id] };
  return Object.values(inputs).some(
    (input) =>
      storedArtifacts(input).includes(artifactId) ||
      producersOf(input).some(
        ({ stepId, output }) => steps.get(stepId)?.outputs[output] === artifactId,
      ),
  );
}
