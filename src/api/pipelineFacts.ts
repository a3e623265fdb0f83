// The control routes of what was noted on pipeline runs, steps and artifact versions: metadata and tags.
import * as z from 'zod';
import type { Json, JsonObject } from '../base/json';
import { nearNames } from '../domain/near';
import { tagsWith } from '../domain/notes';
import type { PipelineRun, StepInvocation, StepRun } from '../domain/pipeline';
import type { FactsRequest, PipelineRunFacts, StepFacts } from '../protocol/control';
import { HttpError, type HttpRequest, jsonReply, type Route } from '../protocol/http';
import type { ArtifactRow } from '../protocol/rows';
import type { Mutation } from '../store/mutation';
import type { Store } from '../store/store';
import { invalid, notFound, param, queryText } from './params';
import { artifactRow, stepRow } from './rows';
import { bodyAs } from './workerBody';

const SHORTEST_PREFIX = 4;
/** Names that a message chooses near ones from. */
const MOST_NAMES = 2000;

export function pipelineFactRoutes(store: Store): Route[] {
  const route = (
    method: 'GET' | 'POST',
    path: string,
    answer: (request: HttpRequest) => object | Promise<object>,
  ): Route => ({
    method,
    path,
    access: 'control',
    handle: async (request) => jsonReply(await answer(request)),
  });
  return [
    route('GET', '/api/find/pipeline-run', (request) => ({
      id: pipelineRunId(store, queryText(request, 'of') ?? ''),
    })),
    route('GET', '/api/find/artifact-version', (request) => ({
      id: artifactVersionId(store, queryText(request, 'of') ?? '', queryText(request, 'version')),
    })),
    route('GET', '/api/steps/:id', (request) => stepFacts(store, param(request, 'id'))),
    route('GET', '/api/facts/pipeline-runs/:id', (request) =>
      runFacts(store, param(request, 'id')),
    ),
    route('POST', '/api/facts', async (request) => {
      await changeFacts(store, await bodyAs(factsSchema, request));
      return {};
    }),
  ];
}

/**
 * By id, by name (the newest of that name), or by the start of an id that only one has.
 * @throws HttpError 404 that names near names, 400 for a start that several ids have.
 */
export function pipelineRunId(store: Store, wanted: string): string {
  const { pipelines } = store;
  const [exact] = wanted.length === 32 ? pipelines.referred('run', 'id', wanted) : [];
  const [named] = pipelines.referred('run', 'name', wanted);
  const found = exact ?? named ?? byPrefix(store, 'run', wanted);
  if (found !== undefined) return found;
  const names = pipelines.listedRuns({}).slice(0, MOST_NAMES);
  throw unknown(
    'pipeline run',
    wanted,
    names.map(({ fields }) => String(fields['name'])),
  );
}

/** As `pipelineRunId`; a name takes a version, by default the newest. */
export function artifactVersionId(store: Store, wanted: string, version?: string): string {
  const { pipelines } = store;
  const isNewest = version === undefined || version === 'latest';
  const versions = pipelines.artifactVersions(wanted);
  const named = isNewest ? versions[0] : versions.find((one) => one.version === version);
  if (named) return named.id;
  if (versions.length > 0) {
    const known = versions.slice(0, 10).map((one) => one.version);
    throw new HttpError(
      404,
      'artifact version.notFound',
      `The artifact ${JSON.stringify(wanted)} has no version ${version}; it has ${known.join(', ')}${versions.length > 10 ? ' …' : ''}.`,
    );
  }
  const found = version === undefined ? byPrefix(store, 'artifact', wanted) : undefined;
  if (found !== undefined) return found;
  throw unknown(
    'artifact version',
    wanted,
    pipelines.artifactNames().map(({ name }) => name),
  );
}

function byPrefix(store: Store, what: 'run' | 'artifact', wanted: string): string | undefined {
  if (wanted.length < SHORTEST_PREFIX || !/^[0-9a-f]+$/.test(wanted)) return undefined;
  const ids = store.pipelines.referred(what, 'id', wanted);
  if (ids.length > 1) {
    throw invalid(`Several ids begin with ${wanted}: ${ids.join(', ')} … Write more of it.`);
  }
  return ids[0];
}

function unknown(what: string, wanted: string, names: readonly string[]): HttpError {
  const near = nearNames(wanted, names);
  const hint =
    near.length > 0 ? ` Near to it: ${near.map((name) => JSON.stringify(name)).join(', ')}.` : '';
  return new HttpError(
    404,
    `${what}.notFound`,
    `There is no ${what} ${JSON.stringify(wanted)}.${hint}`,
  );
}

function runOf(store: Store, id: string): PipelineRun {
  const run = store.pipelines.run(id);
  if (run) return run;
  throw notFound('pipeline run', id);
}

function stepOf(store: Store, id: string): StepRun {
  const step = store.pipelines.step(id);
  if (step) return step;
  throw notFound('step', id);
}

function runFacts(store: Store, id: string): PipelineRunFacts {
  const run = runOf(store, id);
  const metadata: Record<string, Json> = { ...run.noted?.metadata };
  for (const step of run.steps) {
    for (const [key, value] of Object.entries(stepMetadata(store, step))) {
      metadata[`${step.stepId}::${key}`] = value;
    }
  }
  return {
    id,
    startedAt: run.startedAt,
    endedAt: run.endedAt,
    metadata,
    tags: tagsWith(run.graph.tags ?? [], run.noted),
    config: run.graph,
    plan: run.plan,
    stepIds: Object.fromEntries(run.steps.map((step) => [step.stepId, step.id])),
  };
}

function stepFacts(store: Store, id: string): StepFacts {
  const step = stepOf(store, id);
  const run = runOf(store, step.pipelineRunId);
  const config = run.graph.steps.find((one) => one.id === step.stepId);
  if (!config) throw notFound('step', id);
  return {
    ...stepRow(store, run, step),
    pipelineRunId: run.id,
    metadata: stepMetadata(store, step),
    tags: tagsWith(config.options.tags ?? [], step.noted),
    config,
    inputs: inputsOf(store, run, config),
  };
}

/** A cached step has what was noted on the one whose result it uses. */
function stepMetadata(store: Store, step: StepRun): JsonObject {
  const original = step.cachedFrom && store.pipelines.step(step.cachedFrom.stepRunId);
  return { ...original?.noted?.metadata, ...step.noted?.metadata };
}

function inputsOf(
  store: Store,
  run: PipelineRun,
  { inputs }: StepInvocation,
): Record<string, ArtifactRow> {
  const made = new Map(run.steps.map((step) => [step.stepId, step.outputs]));
  const found: Record<string, ArtifactRow> = {};
  for (const [name, input] of Object.entries(inputs)) {
    const id =
      input.kind === 'artifact'
        ? input.artifactVersionId
        : input.kind === 'step' || input.kind === 'item'
          ? made.get(input.stepId)?.[input.output]
          : undefined;
    const artifact = id === undefined ? undefined : store.pipelines.artifact(id);
    if (artifact) found[name] = artifactRow(store, artifact);
  }
  return found;
}

const tag = z.string().min(1).max(250);
const factsSchema: z.ZodType<FactsRequest> = z.object({
  targets: z
    .array(
      z.object({
        on: z.enum(['pipeline', 'step', 'artifact']),
        id: z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits'),
      }),
    )
    .min(1)
    .max(1000),
  metadata: z
    .record(
      z.string().min(1),
      z.custom<Json>((value) => value !== undefined, 'is missing'),
    )
    .optional(),
  addTags: z
    .array(
      z.object({
        name: tag,
        exclusive: z.boolean().optional(),
        cascade: z.boolean().optional(),
      }),
    )
    .optional(),
  removeTags: z.array(tag).optional(),
});

type Target = FactsRequest['targets'][number];

/** Everything in one commit: an exclusive tag is never at two places nor at none. */
async function changeFacts(store: Store, request: FactsRequest): Promise<void> {
  const mutations = request.targets.flatMap((target) => {
    checkTarget(store, target);
    return changesOf(store, target, request);
  });
  await store.commit(...mutations);
}

function checkTarget(store: Store, { on, id }: Target): void {
  if (on === 'pipeline') runOf(store, id);
  else if (on === 'step') stepOf(store, id);
  else if (!store.pipelines.artifact(id)) throw notFound('artifact', id);
}

function changesOf(store: Store, target: Target, request: FactsRequest): Mutation[] {
  const { addTags = [], metadata, removeTags } = request;
  const plain = addTags.filter(({ cascade }) => !cascade).map(({ name }) => name);
  const cascading = addTags.filter(({ cascade }) => cascade).map(({ name }) => name);
  if (cascading.length > 0 && target.on !== 'pipeline') {
    throw invalid('Only tags of a pipeline run can cascade.');
  }
  const exclusive = addTags.filter((one) => one.exclusive).map(({ name }) => name);
  const type = 'facts.change';
  const changes: Mutation[] = [
    ...elsewhere(store, target, exclusive),
    {
      type,
      ...target,
      ...(metadata && { metadata }),
      ...(plain.length > 0 && { addTags: plain }),
      ...(removeTags && removeTags.length > 0 && { removeTags }),
    },
  ];
  if (cascading.length === 0) return changes;
  const made = runOf(store, target.id).steps.filter((step) => step.status === 'ran');
  const artifacts = made.flatMap((step) => Object.values(step.outputs));
  return [
    ...changes,
    { type, ...target, addTags: cascading, cascade: true },
    ...artifacts.map((id): Mutation => ({ type, on: 'artifact', id, addTags: cascading })),
  ];
}

/** Takes exclusive tags from whoever else has them. */
function elsewhere(store: Store, target: Target, tags: readonly string[]): Mutation[] {
  if (tags.length === 0) return [];
  if (target.on === 'step') throw invalid('A tag of a step cannot be exclusive.');
  return peers(store, target).flatMap(({ id, fields }): Mutation[] => {
    const held = tags.filter(
      (one) => Array.isArray(fields['tags']) && fields['tags'].includes(one),
    );
    if (id === target.id || held.length === 0) return [];
    return [{ type: 'facts.change', on: target.on, id, removeTags: held }];
  });
}

function peers(store: Store, { on, id }: Target) {
  const { pipelines } = store;
  if (on === 'pipeline') return pipelines.listedRuns({ pipeline: runOf(store, id).graph.pipeline });
  const artifact = pipelines.artifact(id)?.name ?? '';
  return pipelines.listedArtifacts({ artifact });
}
