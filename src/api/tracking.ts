// Routes over experiments and runs for the editor and the command line.
import { isTerminal, type LifecycleStage, type Run } from '../domain/run';
import { PIPELINE_RUN_TAG } from '../pipeline/tracking';
import type { ControlRoute, ReplyOf } from '../protocol/control';
import {
  HttpError,
  type HttpReply,
  type HttpRequest,
  jsonReply,
  type Route,
} from '../protocol/http';
import type { FileRow } from '../protocol/rows';
import type { Store } from '../store/store';
import type { LifecycleRoute } from './lifecycle';
import type { LineageRoute } from './lineage';
import { invalid, jsonBody, notFound, pageOf, param, queryText } from './params';
import { experimentRow, runDetail, runRows } from './rows';
import { seriesReply } from './trackingSeries';

/** Folders of MLflow that are opened in place, each with a store of its own. */
export interface SourcePorts {
  store(id: string): Store | undefined;
  /** What lies in a folder of a run's artifacts. @throws when `path` would leave the run. */
  files(run: Run, path: string): Promise<FileRow[]>;
}

export interface TrackingPorts {
  readonly store: Store;
  readonly sources: SourcePorts;
  readonly clock: { now(): number };
  /**
   * Path below the data folder of a run's artifacts; undefined when they are kept elsewhere.
   * @throws when `path` would leave the run.
   */
  runFolder(artifactUri: string, path: string): string | undefined;
  /** Cancels a pipeline run; false when nothing of it is running. */
  stopPipeline(pipelineRunId: string): Promise<boolean>;
}

type Handler = (ports: TrackingPorts, request: HttpRequest) => Promise<object> | object;

/** Typed by the contract: a handler answers what its route promises. */
type Handlers = {
  [R in Exclude<
    Extract<ControlRoute, `${string} /api/${'experiments' | 'runs' | 'series'}${string}`>,
    LifecycleRoute | LineageRoute
  >]: (ports: TrackingPorts, request: HttpRequest) => Promise<ReplyOf<R>> | ReplyOf<R>;
};

const HANDLERS: Handlers = {
  'GET /api/experiments': listExperiments,
  'GET /api/experiments/:experimentId/runs': listRuns,
  'GET /api/runs/:runId': (ports, request) => {
    const store = storeOf(ports, queryText(request, 'source'));
    return runDetail(store, theRun(store, request));
  },
  'GET /api/runs/:runId/files': listFiles,
  'POST /api/runs/:runId/delete': (ports, request) => setStage(ports, request, 'deleted'),
  'POST /api/runs/:runId/restore': (ports, request) => setStage(ports, request, 'active'),
  'POST /api/runs/:runId/rename': rename,
  'POST /api/runs/:runId/stop': stop,
  'POST /api/series': (ports, request) => seriesReply((source) => storeOf(ports, source), request),
};

export function runRoutes(ports: TrackingPorts): Route[] {
  return Object.entries<Handler>(HANDLERS).map(([route, handle]) => {
    const [method, path = ''] = route.split(' ');
    return {
      method: method === 'GET' ? 'GET' : 'POST',
      path,
      access: 'control',
      handle: async (request): Promise<HttpReply> => jsonReply(await handle(ports, request)),
    };
  });
}

/** The store that is asked: the project's own, or that of an opened folder. */
function storeOf({ store, sources }: TrackingPorts, source: string | undefined): Store {
  const asked = source === undefined ? store : sources.store(source);
  if (!asked) throw notFound('source', source ?? '');
  return asked;
}

function listExperiments(ports: TrackingPorts, request: HttpRequest) {
  const store = storeOf(ports, queryText(request, 'source'));
  const { limit, offset } = pageOf(request);
  const all = store.experiments.list({ stage: 'active', limit: 0x7fffffff, offset: 0 });
  const shown = all.slice(offset, offset + limit);
  return { items: shown.map((experiment) => experimentRow(store, experiment)), total: all.length };
}

function listRuns(ports: TrackingPorts, request: HttpRequest) {
  const store = storeOf(ports, queryText(request, 'source'));
  const experimentId = param(request, 'experimentId');
  if (!store.experiments.get(experimentId)) throw notFound('experiment', experimentId);
  const parent = queryText(request, 'parent');
  const { runs, total } = store.runs.page({ experimentId, parent, ...pageOf(request) });
  return { items: runRows(store, runs), total };
}

async function listFiles(ports: TrackingPorts, request: HttpRequest) {
  const path = queryText(request, 'path') ?? '';
  const source = queryText(request, 'source');
  if (source !== undefined) return filesOfSource(ports, source, request);
  const { store } = ports;
  const folder = folderOf(ports, theRun(store, request), path);
  if (folder === undefined) return { items: [], total: 0 };
  const entries = await store.blobs.list(folder);
  const items = entries.map((entry): FileRow => {
    const name = entry.path;
    return {
      path: path === '' ? name : `${path.replace(/\/+$/, '')}/${name}`,
      isDirectory: entry.isDirectory,
      size: entry.size,
      file: store.blobs.resolve(`${folder}/${name}`),
    };
  });
  return { items, total: items.length };
}

async function filesOfSource(ports: TrackingPorts, source: string, request: HttpRequest) {
  const run = theRun(storeOf(ports, source), request);
  const items = await ports.sources.files(run, queryText(request, 'path') ?? '');
  return { items, total: items.length };
}

function folderOf({ runFolder }: TrackingPorts, { info }: Run, path: string): string | undefined {
  try {
    return runFolder(info.artifactUri, path);
  } catch (error) {
    const message = `The path ${JSON.stringify(path)} is not allowed: it leaves the run's folder.`;
    throw new HttpError(400, 'path.invalid', message, { cause: error });
  }
}

async function setStage(
  { store, clock }: TrackingPorts,
  request: HttpRequest,
  stage: LifecycleStage,
): Promise<object> {
  const { runId } = theRun(store, request).info;
  await store.commit({ type: 'run.lifecycle', runId, stage, time: clock.now() });
  return {};
}

async function rename({ store }: TrackingPorts, request: HttpRequest): Promise<object> {
  const { name } = await jsonBody(request);
  if (typeof name !== 'string' || name.trim() === '') throw invalid('A run needs a name.');
  await store.commit({ type: 'run.update', runId: theRun(store, request).info.runId, name });
  return {};
}

/** A run that nothing can stop any more, because its process is gone or unknown, is marked. */
async function stop(
  { store, clock, stopPipeline }: TrackingPorts,
  request: HttpRequest,
): Promise<object> {
  const { info, tags } = theRun(store, request);
  const pipelineRunId = tags.find((tag) => tag.key === PIPELINE_RUN_TAG)?.value;
  if (pipelineRunId !== undefined && (await stopPipeline(pipelineRunId))) return {};
  if (isTerminal(store.runs.info(info.runId)?.status ?? info.status)) return {};
  const { runId } = info;
  await store.commit({ type: 'run.update', runId, status: 'KILLED', endTime: clock.now() });
  return {};
}

function theRun(store: Store, request: HttpRequest): Run {
  const runId = param(request, 'runId');
  const run = store.runs.get(runId);
  if (!run) throw notFound('run', runId);
  return run;
}
