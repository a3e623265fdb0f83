// Composes the pipeline engine with the store, the processes and the event stream.
import { artifactRoutes } from '../api/artifacts';
import { pipelineFactRoutes } from '../api/pipelineFacts';
import { pipelineListRoutes } from '../api/pipelineLists';
import { pipelineRoutes } from '../api/pipelines';
import { explainRoutes } from '../api/pipelinesExplain';
import { workerRoutes } from '../api/worker';
import { Engine } from '../pipeline/engine';
import type { ServerEvent } from '../protocol/events';
import { HttpError, type Route } from '../protocol/http';
import { WAIT_PATH } from '../protocol/worker';
import type { Store } from '../store/store';
import { logFile, readLog } from './engineLogs';
import { enginePorts } from './enginePorts';
import { parserWasm, sdkFolder } from './files';

export interface EngineContext {
  readonly store: Store;
  /** Real path. */
  readonly root: string;
  readonly data: string;
  address(): { readonly url: string; readonly token: string };
  announce(event: ServerEvent): void;
  warn(message: string): void;
}

export interface EnginePart {
  readonly routes: readonly Route[];
  /** Runs and launches that are not over. */
  activity(): number;
  /** Cancels a run; false when it is not running. */
  stopPipeline(pipelineRunId: string): Promise<boolean>;
  /** Takes up the runs that were not over when the last server ended. */
  start(): Promise<void>;
  dispose(): void;
}

export function composeEngine(context: EngineContext): EnginePart {
  const { store, data, announce } = context;
  // Then runs can be looked at, and nothing can be started.
  const isReadOnly = store.status.forGood;
  const ports = enginePorts({
    ...context,
    parser: parserWasm(),
    sdk: sdkFolder(),
    onLogGrown: (id, bytes) => announce({ type: 'log', id, bytes }),
  });
  const engine = new Engine(ports);
  engine.launches.onDidChange(announce);
  engine.progress.onDidAnnounce(announce);
  const routes = pipelineRoutes({
    engine,
    store,
    readLog: (log, from) => {
      const file = logFile(data, log);
      return { ...readLog(file, from), file };
    },
  });
  const { artifacts, clock, newId, code, root } = ports;
  const explaining = explainRoutes({
    store,
    code,
    root,
    damage: (result) => engine.cache.damage(result),
  });
  const facts = [...pipelineFactRoutes(store), ...pipelineListRoutes(store)];
  const saving = artifactRoutes({ store, artifacts, now: () => clock.now(), newId });
  return {
    routes: [...routes, ...explaining, ...saving, ...facts, ...workerRoutes(engine)].map((route) =>
      isReadOnly && !isHarmless(route) ? refusing(route, store) : route,
    ),
    activity: () => engine.activity,
    stopPipeline: async (id) => {
      const isRunning = store.pipelines.run(id)?.status === 'running';
      return isRunning && !isReadOnly && engine.cancel(id);
    },
    start: () => (isReadOnly ? Promise.resolve() : engine.start()),
    dispose: () => engine.dispose(),
  };
}

const isHarmless = ({ method, path }: Route): boolean => method === 'GET' || HARMLESS.has(path);

/** They ask only, or end what is of no use any more. */
const HARMLESS = new Set(['/api/cache/lookup', '/api/worker/preview', WAIT_PATH]);

/** The same route, which says why it does nothing. */
const refusing = (route: Route, { status }: Store): Route => ({
  ...route,
  handle: () => {
    throw new HttpError(403, 'store.readonly', `Nothing can be run. ${status.reason ?? ''}`);
  },
});
