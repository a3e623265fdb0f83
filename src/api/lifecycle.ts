// Control routes for changes after the fact: edits, moves, experiments, the trash and the doctor.
import * as z from 'zod';
import { isKept } from '../domain/artifact';
import type { Experiment } from '../domain/experiment';
import { LIMITS } from '../domain/limits';
import type { LifecycleStage, RunInfo } from '../domain/run';
import type { ControlRoute, ReplyOf } from '../protocol/control';
import { HttpError, type HttpRequest, jsonReply, type Method, type Route } from '../protocol/http';
import type { Store } from '../store/store';
import type { LifecyclePorts } from './lifecyclePorts';
import { invalid, notFound, param } from './params';
import { emptyTrash, showTrash } from './trash';
import { bodyAs } from './workerBody';

/** Routes that are answered here. */
export type LifecycleRoute = Extract<
  ControlRoute,
  | `${Method} /api/runs/:runId/${'edit' | 'edits' | 'move'}`
  | `POST /api/experiments/${string}`
  | `POST /api/artifacts/:id/${'delete' | 'restore'}`
  | `${Method} /api/trash${string}`
  | 'POST /api/doctor'
>;

type Answers = {
  readonly [R in LifecycleRoute]: (
    ports: LifecyclePorts,
    request: HttpRequest,
  ) => ReplyOf<R> | Promise<ReplyOf<R>>;
};

const ANSWERS: Answers = {
  'POST /api/runs/:runId/edit': edit,
  'POST /api/runs/:runId/move': move,
  'GET /api/runs/:runId/edits': ({ store }, request) => {
    const items = store.edits.ofRun(theRun(store, request).runId);
    return { items, total: items.length };
  },
  'POST /api/experiments/:experimentId/rename': renameExperiment,
  'POST /api/experiments/:experimentId/delete': (ports, request) =>
    setStage(ports, request, 'deleted'),
  'POST /api/experiments/:experimentId/restore': (ports, request) =>
    setStage(ports, request, 'active'),
  'POST /api/artifacts/:id/delete': (ports, request) => setArtifactStage(ports, request, 'deleted'),
  'POST /api/artifacts/:id/restore': (ports, request) => setArtifactStage(ports, request, 'active'),
  'GET /api/trash': showTrash,
  'POST /api/trash/empty': emptyTrash,
  'POST /api/doctor': ({ examine }) => examine(),
};

export function lifecycleRoutes(ports: LifecyclePorts): Route[] {
  return (Object.keys(ANSWERS) as LifecycleRoute[]).map((route) => {
    const [method, path] = route.split(' ') as [Method, string];
    const answer = ANSWERS[route];
    const handle = async (request: HttpRequest) => jsonReply(await answer(ports, request));
    return { method, path, access: 'control', handle };
  });
}

const editSchema = z.object({
  what: z.enum(['param', 'tag']),
  key: z.string().min(1),
  value: z.string().nullable(),
});

async function edit(ports: LifecyclePorts, request: HttpRequest): Promise<object> {
  const { store, clock, user } = ports;
  const change = await bodyAs(editSchema, request);
  const { runId } = activeRun(store, request);
  const { what, key, value } = change;
  checkPair(ports, change);
  if (value === null && store.runs[what](runId, key) === undefined) {
    throw notFound(what === 'param' ? 'parameter' : 'tag', key);
  }
  await store.commit({ type: 'run.edit', runId, ...change, userId: user, time: clock.now() });
  return {};
}

/** @throws HttpError for a name that no client could log, or a value that is too long. */
export function checkPair(
  { checkKey }: Pick<LifecyclePorts, 'checkKey'>,
  { what, key, value }: z.infer<typeof editSchema>,
): void {
  const most = what === 'param' ? LIMITS.paramValueLength : LIMITS.tagValueLength;
  if ((value?.length ?? 0) > most) throw invalid(`The value is longer than ${most} characters.`);
  try {
    checkKey(key);
  } catch (error) {
    const message = `${JSON.stringify(key)} can be no name: letters, digits, spaces and _-.:/ can be used.`;
    throw new HttpError(400, 'request.invalid', message, { cause: error });
  }
}

const moveSchema = z.object({ experimentId: z.string() });

/** Runs nested in it go with it: they are only nested within one experiment. */
async function move(ports: LifecyclePorts, request: HttpRequest): Promise<{ moved: number }> {
  const { store, clock, user } = ports;
  const { experimentId } = await bodyAs(moveSchema, request);
  const run = activeRun(store, request);
  activeExperiment(store, experimentId);
  if (run.experimentId === experimentId) return { moved: 0 };
  const from = run.experimentId;
  const runIds = [run.runId, ...descendants(store, run)];
  await store.commit(
    ...runIds.map((runId) => {
      const time = clock.now();
      return { type: 'run.move', runId, from, experimentId, userId: user, time } as const;
    }),
  );
  return { moved: runIds.length };
}

/** A tag can make a run its own ancestor: each is taken once. */
function descendants(store: Store, { runId, experimentId }: RunInfo): string[] {
  const found = new Set([runId]);
  for (const parent of found) {
    const page = { experimentId, parent, limit: 0x7fffffff, offset: 0 };
    for (const { info } of store.runs.page(page).runs) found.add(info.runId);
  }
  found.delete(runId);
  return [...found];
}

const nameSchema = z.object({ name: z.string() });

async function renameExperiment(
  { store, clock }: LifecyclePorts,
  request: HttpRequest,
): Promise<object> {
  const name = (await bodyAs(nameSchema, request)).name.trim();
  const { experimentId } = activeExperiment(store, param(request, 'experimentId'));
  const most = LIMITS.experimentNameLength;
  if (name === '') throw invalid('An experiment needs a name.');
  if (name.length > most) throw invalid(`The name is longer than ${most} characters.`);
  const other = store.experiments.byName(name);
  if (other && other.experimentId !== experimentId) {
    const where = other.lifecycleStage === 'deleted' ? ' in the trash' : '';
    throw new HttpError(409, 'experiment.taken', `There is an experiment ${name}${where} already.`);
  }
  await store.commit({ type: 'experiment.rename', experimentId, name, time: clock.now() });
  return {};
}

async function setStage(
  { store, clock }: LifecyclePorts,
  request: HttpRequest,
  stage: LifecycleStage,
): Promise<object> {
  const id = param(request, 'experimentId');
  const experiment = store.experiments.get(id);
  if (!experiment) throw notFound('experiment', id);
  if (experiment.lifecycleStage === stage) return {};
  const { experimentId } = experiment;
  await store.commit({ type: 'experiment.lifecycle', experimentId, stage, time: clock.now() });
  return {};
}

async function setArtifactStage(
  { store, clock }: LifecyclePorts,
  request: HttpRequest,
  stage: LifecycleStage,
): Promise<object> {
  const artifactId = param(request, 'id');
  const artifact = store.pipelines.artifact(artifactId);
  if (!artifact) throw notFound('artifact version', artifactId);
  if (isKept(artifact) === (stage === 'active')) return {};
  await store.commit({ type: 'artifact.lifecycle', artifactId, stage, time: clock.now() });
  return {};
}

function theRun(store: Store, request: HttpRequest): RunInfo {
  const runId = param(request, 'runId');
  const run = store.runs.info(runId);
  if (!run) throw notFound('run', runId);
  return run;
}

function activeRun(store: Store, request: HttpRequest): RunInfo {
  const run = theRun(store, request);
  if (run.lifecycleStage === 'active') return run;
  throw new HttpError(409, 'run.deleted', `The run ${run.runName} is deleted. Restore it first.`);
}

function activeExperiment(store: Store, experimentId: string): Experiment {
  const experiment = store.experiments.get(experimentId);
  if (!experiment) throw notFound('experiment', experimentId);
  if (experiment.lifecycleStage === 'active') return experiment;
  const message = `The experiment ${experiment.name} is deleted. Restore it first.`;
  throw new HttpError(409, 'experiment.deleted', message);
}
