// The control routes of pipelines: runs, steps, launches, logs, cache and artifacts.
import * as z from 'zod';
import type { Json } from '../base/json';
import { type ArtifactVersion, isKept } from '../domain/artifact';
import { isStepDone, type PipelineRun, type StepRun } from '../domain/pipeline';
import type { Engine } from '../pipeline/engine';
import { launchLog, stepLog } from '../pipeline/logs';
import type { LogId } from '../pipeline/ports';
import type { CacheHit, ControlRoute, LaunchRequest, ReplyOf } from '../protocol/control';
import { HttpError, type HttpRequest, jsonReply, type Method, type Route } from '../protocol/http';
import type { Store } from '../store/store';
import type { LineageRoute } from './lineage';
import { notFound, pageOf, param, queryCount, queryText } from './params';
import { artifactRow, pipelineRow, pipelineRunRow, stepRow } from './rows';
import { bodyAs } from './workerBody';
import { plan } from './workerSchemas';

export interface PipelinePorts {
  readonly engine: Engine;
  readonly store: Store;
  /** Text of a log from a byte offset, and where it ends. */
  readLog(log: LogId, from: number): { text: string; next: number; file: string };
}

type PipelineRoute = Extract<
  Exclude<ControlRoute, LineageRoute>,
  | `GET /api/pipelines${string}`
  | `${Method} /api/pipeline-runs/${string}`
  | `POST /api/launches${string}`
  | 'GET /api/launches/:launchId/preview'
  | 'POST /api/steps/:id/cancel'
  | 'GET /api/logs/:id'
  | 'GET /api/invocations'
  | 'POST /api/cache/lookup'
  | `GET /api/artifact${string}`
>;

type Answers = {
  readonly [R in PipelineRoute]: (
    request: HttpRequest,
    ports: PipelinePorts,
  ) => ReplyOf<R> | Promise<ReplyOf<R>>;
};

const ANSWERS: Answers = {
  'GET /api/pipelines': (_, { store }) => listPipelines(store),
  'GET /api/pipelines/:pipeline/runs': (request, { store }) => listRuns(request, store),
  'GET /api/pipeline-runs/:id': (request, { store }) => runDetail(store, runOf(request, store)),
  'POST /api/pipeline-runs/:id/cancel': async (request, { engine, store }) => {
    await engine.cancel(runOf(request, store).id);
    return {};
  },
  'POST /api/steps/:id/cancel': async (request, { engine, store }) => {
    await engine.cancelStep(stepOf(request, store).id);
    return {};
  },
  'GET /api/launches/:launchId/preview': (request, { engine }) => {
    const id = param(request, 'launchId');
    const preview = engine.launches.preview(id);
    if (preview) return preview;
    throw notFound('dry run', id);
  },
  'POST /api/launches': async (request, { engine }) => ({
    launchId: engine.launches.start(await bodyAs(launchSchema, request)),
  }),
  'POST /api/launches/:launchId/cancel': async (request, { engine }) => {
    await engine.launches.cancel(param(request, 'launchId'));
    return {};
  },
  'GET /api/logs/:id': readLog,
  'GET /api/invocations': (request, { store }) => ({
    runs: invocationsIn(store, queryText(request, 'file') ?? ''),
  }),
  'POST /api/cache/lookup': lookUp,
  'GET /api/artifacts': (_, { store }) => listArtifacts(store),
  'GET /api/artifacts/:id': (request, { store }) => {
    const id = param(request, 'id');
    const artifact = store.pipelines.artifact(id);
    if (!artifact) throw notFound('artifact', id);
    if (!isKept(artifact)) throw deletedArtifact(artifact);
    return artifactRow(store, artifact);
  },
  'GET /api/artifact-versions': artifactVersion,
};

export function pipelineRoutes(ports: PipelinePorts): Route[] {
  return (Object.keys(ANSWERS) as PipelineRoute[]).map((route) => {
    const [method, path] = route.split(' ') as [Method, string];
    const answer = ANSWERS[route];
    const handle = async (request: HttpRequest) => jsonReply(await answer(request, ports));
    return { method, path, access: 'control', handle };
  });
}

function listPipelines(store: Store): ReplyOf<'GET /api/pipelines'> {
  const items = store.pipelines
    .names()
    .flatMap((pipeline) => store.pipelines.runs({ pipeline, limit: 1, offset: 0 }))
    .map(pipelineRow);
  return { items, total: items.length };
}

/**
 * The newest run of each pipeline with a step in the file. A run of one step leaves the others out and
 * a run that goes on has not decided some: with the runs that did so last.
 */
function invocationsIn(store: Store, file: string): PipelineRun[] {
  const runs = store.pipelines.touching(file).flatMap((run) => {
    const decided = new Set(run.steps.flatMap((step) => (step.fingerprint ? [step.stepId] : [])));
    const before = run.graph.steps
      .filter(({ id }) => !decided.has(id))
      .flatMap(({ id }) => store.pipelines.latest(run.graph.pipeline, id)?.run ?? []);
    return [run, ...before];
  });
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

function listRuns(
  request: HttpRequest,
  store: Store,
): ReplyOf<'GET /api/pipelines/:pipeline/runs'> {
  const pipeline = param(request, 'pipeline');
  const runs = store.pipelines.runs({ pipeline, ...pageOf(request) });
  return { items: runs.map(pipelineRunRow), total: store.pipelines.count(pipeline) };
}

function runOf(request: HttpRequest, store: Store): PipelineRun {
  const id = param(request, 'id');
  const run = store.pipelines.run(id);
  if (run) return run;
  throw notFound('pipeline run', id);
}

function stepOf(request: HttpRequest, store: Store): StepRun {
  const id = param(request, 'id');
  const step = store.pipelines.step(id);
  if (step) return step;
  throw notFound('step', id);
}

function runDetail(store: Store, run: PipelineRun): ReplyOf<'GET /api/pipeline-runs/:id'> {
  const parameters: Record<string, Json> = {};
  for (const [name, { value }] of Object.entries(run.graph.parameters)) parameters[name] = value;
  const stepRows = run.steps.map((step) => stepRow(store, run, step));
  return { ...pipelineRunRow(run), parameters, stepRows };
}

/** `/` begins an absolute path on Unix, a letter or `\\` on Windows. */
const absolute = z.string().regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'must be an absolute path');

const launchSchema: z.ZodType<LaunchRequest> = z.object({
  file: absolute,
  pipeline: z.string().optional(),
  plan,
  parameters: z
    .record(
      z.string(),
      z.custom<Json>((value) => value !== undefined),
    )
    .optional(),
  interpreter: absolute,
  cwd: absolute.optional(),
  debugPort: z.int().min(1).max(65_535).optional(),
  dryRun: z.boolean().optional(),
});

function readLog(
  request: HttpRequest,
  { engine, store, readLog: read }: PipelinePorts,
): ReplyOf<'GET /api/logs/:id'> {
  const id = param(request, 'id');
  if (!/^[0-9a-f]{32}$/.test(id)) throw notFound('log', id);
  const from = queryCount(request, 'from', { fallback: 0 });
  const step = store.pipelines.step(id);
  if (!step) return { ...read(launchLog(id), from), ended: !engine.launches.isActive(id) };
  return { ...read(stepLog(step), from), ended: isStepDone(step.status) };
}

const lookupSchema = z.object({ keys: z.array(z.string()).max(10_000) });

async function lookUp(
  request: HttpRequest,
  { engine, store }: PipelinePorts,
): Promise<ReplyOf<'POST /api/cache/lookup'>> {
  const { keys } = await bodyAs(lookupSchema, request);
  const hits: Record<string, CacheHit> = {};
  const damaged: Record<string, string> = {};
  await Promise.all(
    [...new Set(keys)].map(async (key) => {
      const step = store.pipelines.cached(key);
      if (!step) return;
      const damage = await engine.cache.damage(step);
      if (damage) damaged[key] = damage.text;
      else hits[key] = hitOf(store, step);
    }),
  );
  return { hits, damaged };
}

function hitOf(store: Store, step: StepRun): CacheHit {
  const outputs = Object.entries(step.outputs).flatMap(([name, id]) => {
    const artifact = store.pipelines.artifact(id);
    return artifact ? [{ name, artifact: artifactRow(store, artifact) }] : [];
  });
  const endedAt = step.endedAt ?? 0;
  return {
    stepRunId: step.id,
    endedAt,
    durationMs: endedAt - (step.startedAt ?? endedAt),
    outputs,
  };
}

/** The latest version of each name. */
function listArtifacts(store: Store): ReplyOf<'GET /api/artifacts'> {
  const items = store.pipelines
    .artifactNames()
    .flatMap(({ name }) => store.pipelines.artifactVersions(name).slice(0, 1))
    .map((artifact) => artifactRow(store, artifact));
  return { items, total: items.length };
}

function deletedArtifact({ name, version }: ArtifactVersion): HttpError {
  const message = `Version ${version} of the artifact ${name} is deleted. Restore it first.`;
  return new HttpError(409, 'artifact.deleted', message);
}

function artifactVersion(
  request: HttpRequest,
  { store }: PipelinePorts,
): ReplyOf<'GET /api/artifact-versions'> {
  const name = queryText(request, 'name') ?? '';
  const version = queryText(request, 'version') ?? 'latest';
  const versions = store.pipelines.artifactVersions(name);
  const found =
    version === 'latest' ? versions[0] : versions.find((artifact) => artifact.version === version);
  if (found) return artifactRow(store, found);
  throw notFound('artifact version', versions.length === 0 ? name : `${name} ${version}`);
}
