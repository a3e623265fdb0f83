// Adapts store, disk and processes to what the pipeline engine asks for.
import { randomBytes } from 'node:crypto';
import { toDisposable } from '../base/disposable';
import type { EnginePorts } from '../pipeline/enginePorts';
import type { Clock } from '../pipeline/ports';
import { localProcesses } from '../pipeline/workers/local';
import type { Store } from '../store/store';
import { EngineArtifacts } from './engineArtifacts';
import { type CodeContext, engineCode } from './engineCode';
import { engineLogs } from './engineLogs';
import { recordPort } from './engineRecord';

export interface EnginePortsContext {
  readonly store: Store;
  /** Real path of the root. */
  readonly root: string;
  /** Absolute data folder. */
  readonly data: string;
  readonly parser: CodeContext['parser'];
  /** Folder that holds the Python package `runlens`. */
  readonly sdk: string;
  address: EnginePorts['address'];
  /** The log file of a step or launch has grown to so many bytes. */
  onLogGrown(id: string, bytes: number): void;
  warn(message: string): void;
}

export function enginePorts(context: EnginePortsContext): EnginePorts {
  const { store, root, data, warn, onLogGrown } = context;
  const newId = () => randomBytes(16).toString('hex');
  return {
    history: store.pipelines,
    record: recordPort({ store, newId }),
    artifacts: new EngineArtifacts(store, newId),
    code: engineCode({ root, parser: context.parser }),
    logs: engineLogs({ data, onGrown: onLogGrown, warn }),
    clock: systemClock,
    newId,
    processes: localProcesses({ sdk: context.sdk }),
    root,
    data,
    address: context.address,
    warn,
  };
}

/** Timers do not keep the server alive: its listener does. */
const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    timer.unref();
    return toDisposable(() => clearTimeout(timer));
  },
};
