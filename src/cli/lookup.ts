/** Finds what a person means by an id's first digits, or by a name. */
import { RunlensError } from '../base/errors';
import type { PipelineRunDetail } from '../protocol/control';
import type { ArtifactRow, ExperimentRow, PipelineRunRow, RunRow, StepRow } from '../protocol/rows';
import type { Server } from './server';

export type Found =
  | { readonly kind: 'pipelineRun'; readonly row: PipelineRunRow }
  | { readonly kind: 'run'; readonly row: RunRow }
  | { readonly kind: 'step'; readonly row: StepRow; readonly run: PipelineRunDetail }
  | { readonly kind: 'artifact'; readonly row: ArtifactRow };

/** Nothing, or more than one thing, goes by what was given. */
export class LookupError extends Error {}

/** Pipeline runs whose steps are looked at, newest first; each costs one call. */
const SEARCHED_PIPELINE_RUNS = 200;
const PAGE = 1000;

/** The one thing with this id, or whose id begins so. @throws LookupError */
export async function findById(server: Server, id: string): Promise<Found> {
  const prefix = id.toLowerCase();
  const found = await firstHit([
    () => exactly(server, prefix),
    () => quickMatches(server, prefix),
    () => stepMatches(server, (step) => step.id.startsWith(prefix)),
  ]);
  return onlyOne(found, id);
}

/** The one run with this id, or whose id begins so. @throws LookupError */
export async function findRun(server: Server, id: string): Promise<RunRow> {
  const found = await findById(server, id);
  if (found.kind === 'run') return found.row;
  throw new LookupError(`${id} is a ${describe(found)}, not a run`);
}

/** An experiment by its name or id. @throws LookupError */
export async function findExperiment(server: Server, text: string): Promise<ExperimentRow> {
  const all = await everyPage((page) => server.call('GET /api/experiments', page));
  const found =
    all.find(({ name }) => name === text) ?? all.find(({ experimentId }) => experimentId === text);
  if (found) return found;
  throw new LookupError(`there is no experiment ${text}; see runlens ls experiments`);
}

/**
 * A step run by its id, its first digits, or the latest one of a step's name.
 * @param options.executed by name only those that ran: a cached one printed nothing.
 * @throws LookupError
 */
export async function findStep(
  server: Server,
  text: string,
  options: { readonly executed?: boolean } = {},
): Promise<Extract<Found, { kind: 'step' }>> {
  const byName = (step: StepRow) =>
    (step.stepId === text || step.step === text) &&
    (!options.executed || (step.startedAt !== undefined && step.status !== 'cached'));
  const byId = (step: StepRow) => text.length >= 4 && step.id.startsWith(text.toLowerCase());
  for await (const run of recentPipelineRuns(server)) {
    const row = run.stepRows.find((step) => byName(step) || byId(step));
    if (row) return { kind: 'step', row, run };
  }
  throw new LookupError(
    `no step "${text}" in the last ${SEARCHED_PIPELINE_RUNS} pipeline runs; see runlens ls pipelines`,
  );
}

async function firstHit(
  searches: readonly (() => Promise<readonly Found[]>)[],
): Promise<readonly Found[]> {
  for (const search of searches) {
    const found = await search();
    if (found.length > 0) return found;
  }
  return [];
}

function onlyOne(found: readonly Found[], id: string): Found {
  const [only] = found;
  if (!only) throw new LookupError(`nothing has the id ${id}; see runlens ls`);
  if (found.length === 1) return only;
  const some = found.slice(0, 5).map((item) => `${describe(item)} ${idOf(item)}`);
  throw new LookupError(`${found.length} things begin with ${id}: ${some.join(', ')}`);
}

export function idOf(found: Found): string {
  return found.kind === 'run' ? found.row.runId : found.row.id;
}

const KIND_TEXTS = { pipelineRun: 'pipeline run', run: 'run', step: 'step', artifact: 'artifact' };
const describe = (found: Found): string => KIND_TEXTS[found.kind];

/** A whole id is asked for directly, so that a big store costs nothing. */
async function exactly(server: Server, id: string): Promise<readonly Found[]> {
  if (!/^[0-9a-f]{32}$/.test(id)) return [];
  const found = await Promise.all<Found | undefined>([
    maybe(server.call('GET /api/pipeline-runs/:id', { id })).then(
      (row) => row && { kind: 'pipelineRun', row },
    ),
    maybe(server.call('GET /api/runs/:runId', { runId: id })).then(
      (row) => row && { kind: 'run', row },
    ),
    maybe(server.call('GET /api/artifacts/:id', { id })).then(
      (row) => row && { kind: 'artifact', row },
    ),
  ]);
  return found.filter((item): item is Found => item !== undefined);
}

/** The answer, or undefined when the server says that there is no such thing. */
async function maybe<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RunlensError && /notFound$/.test(error.code)) return undefined;
    throw error;
  }
}

async function quickMatches(server: Server, prefix: string): Promise<readonly Found[]> {
  const [pipelineRuns, runs, artifacts] = await Promise.all([
    allPipelineRuns(server),
    allRuns(server),
    server.call('GET /api/artifacts', {}),
  ]);
  return [
    ...pipelineRuns.map((row): Found => ({ kind: 'pipelineRun', row })),
    ...runs.map((row): Found => ({ kind: 'run', row })),
    ...artifacts.items.map((row): Found => ({ kind: 'artifact', row })),
  ].filter((item) => idOf(item).startsWith(prefix));
}

async function stepMatches(server: Server, matches: (step: StepRow) => boolean): Promise<Found[]> {
  const found: Found[] = [];
  for await (const run of recentPipelineRuns(server)) {
    for (const row of run.stepRows) if (matches(row)) found.push({ kind: 'step', row, run });
  }
  return found;
}

async function* recentPipelineRuns(server: Server): AsyncGenerator<PipelineRunDetail> {
  const rows = await allPipelineRuns(server);
  for (const { id } of rows.slice(0, SEARCHED_PIPELINE_RUNS)) {
    yield await server.call('GET /api/pipeline-runs/:id', { id });
  }
}

/** Newest first. */
export async function allPipelineRuns(server: Server): Promise<PipelineRunRow[]> {
  const { items } = await server.call('GET /api/pipelines', {});
  const runs = await Promise.all(
    items.map(({ name }) =>
      everyPage((page) =>
        server.call('GET /api/pipelines/:pipeline/runs', { pipeline: name, ...page }),
      ),
    ),
  );
  return runs.flat().sort((a, b) => b.startedAt - a.startedAt);
}

/** Runs of all experiments with their children, newest first. */
async function allRuns(server: Server): Promise<RunRow[]> {
  const experiments = await everyPage((page) => server.call('GET /api/experiments', page));
  const lists = await Promise.all(
    experiments.map(({ experimentId }) => runsOf(server, experimentId)),
  );
  return lists.flat().sort((a, b) => b.startTime - a.startTime);
}

async function runsOf(server: Server, experimentId: string, parent?: string): Promise<RunRow[]> {
  const runs = await everyPage((page) =>
    server.call('GET /api/experiments/:experimentId/runs', {
      experimentId,
      ...page,
      ...(parent ? { parent } : {}),
    }),
  );
  const children = await Promise.all(
    runs.filter((run) => run.children > 0).map((run) => runsOf(server, experimentId, run.runId)),
  );
  return [...runs, ...children.flat()];
}

type PageRequest = { limit: number; offset: number };
async function everyPage<T>(
  read: (page: PageRequest) => Promise<{ items: readonly T[]; total: number }>,
): Promise<T[]> {
  const all: T[] = [];
  for (;;) {
    const { items, total } = await read({ limit: PAGE, offset: all.length });
    all.push(...items);
    if (items.length === 0 || all.length >= total) return all;
  }
}
