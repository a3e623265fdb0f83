// Adapts store, disk and processes to what the pipeline engine asks for.
import { randomBytes } from 'node:crypto';
import { toDisposable } from '../base/disposable';
import { messageOf } from '../base/errors';
import { objectPath } from '../domain/environment';
import type { EnginePorts } from '../pipeline/enginePorts';
import type { Clock } from '../pipeline/ports';
import { localProcesses } from '../pipeline/workers/local';
import type { Store } from '../store/store';
import { EngineArtifacts } from './engineArtifacts';
import { type CodeContext, engineCode } from './engineCode';
import { engineLogs } from './engineLogs';
import { recordPort } from './engineRecord';
import { thisMachine } from './machine';

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
    code: engineCode({ root, parser: context.parser, keep: (file) => keepText(store, file, warn) }),
    logs: engineLogs({ data, onGrown: onLogGrown, warn }),
    clock: systemClock,
    newId,
    processes: localProcesses({ sdk: context.sdk }),
    machine: thisMachine(),
    root,
    data,
    address: context.address,
    warn,
  };
}

/** Kept once per content, so that a later explanation can show what changed. */
function keepText(
  store: Store,
  { digest, text }: { digest: string; text: string },
  warn: (message: string) => void,
): void {
  if (store.status.mode === 'readonly') return;
  const path = objectPath(digest);
  const write = async () => {
    if ((await store.blobs.stat(path)) === undefined) await store.blobs.write(path, once(text));
  };
  write().catch((error) => warn(`The text of a source file was not kept: ${messageOf(error)}`));
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8');
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
