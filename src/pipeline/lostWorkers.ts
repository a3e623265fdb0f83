// What becomes of a run when one of its worker processes is gone.
import type { StepError, StepRun } from '../domain/pipeline';
import { type ActiveRun, isSameProcess, type Worker } from './activeRun';
import type { EnginePorts } from './enginePorts';
import { NOBODY_LEFT } from './notices';
import { failOrRetry, timeOutError } from './outcomes';

/** A process of the user that neither asks for a step nor runs one for so long has given up. */
const IDLE_MS = 60_000;

/**
 * A step may take for ever, at a breakpoint for instance, as long as its process is there; one that
 * the server started may also wait for a debugger before its first step.
 */
export function shouldGiveUp(run: ActiveRun, worker: Worker, ports: EnginePorts): boolean {
  if (worker.isLost || worker.calls > 0) return false;
  const { identity, kind } = worker;
  const state = ports.processes.state(identity, worker.since);
  if (state === 'gone') return true;
  // A thread ends when it has nothing to do; its process speaks for it.
  if (kind === 'thread') return false;
  const isObserved = identity.owned && state === 'alive';
  const isBusy = runsPipelineCode(run, worker) || sameProcess(run, worker).some(isAtWork(run));
  return !isObserved && !isBusy && ports.clock.now() - worker.lastSeen > IDLE_MS;
}

const sameProcess = (run: ActiveRun, { identity }: Worker): Worker[] =>
  [...run.workers.values()].filter((other) => isSameProcess(other.identity, identity));

const isAtWork =
  (run: ActiveRun) =>
  ({ calls, identity }: Worker): boolean =>
    calls > 0 || run.heldBy(identity.id) !== undefined;

/** The code of a dynamic pipeline between its steps may take for ever, too. */
const runsPipelineCode = ({ state }: ActiveRun, { kind }: Worker): boolean =>
  state.run.graph.dynamic === true && kind === 'main';

/**
 * Its step is repeated by policy when somebody is left who can run it; else it fails. With the user's
 * own process a run ends: what helpers run then is still recorded, and nothing more starts. Without a
 * process that the server has started it goes on, with what helpers can run.
 * @param mayGoOn whether another process can be brought in.
 */
export function loseWorker(
  run: ActiveRun,
  worker: Worker,
  { now, mayGoOn }: { now: number; mayGoOn: boolean },
): void {
  const { state } = run;
  const lost = sameProcess(run, worker).filter((other) => !other.isLost);
  for (const one of lost) one.isLost = true;
  const left = [...run.workers.values()].filter((other) => !other.isLost);
  const hasMain = left.some(({ kind }) => kind !== 'helper');
  const isUsers = run.state.run.worker?.owned === false;
  const canShare = left.length > 0 ? hasMain || !isUsers : mayGoOn;
  for (const step of state.running) {
    if (lost.some(({ identity }) => identity.id === step.workerId)) {
      endLostStep(run, step, { worker, now, isLast: !canRun(run, step, { hasMain, canShare }) });
    }
  }
  if (!hasMain && state.isGrowing) state.finish(lostError(worker), now);
  if (!canShare) state.abandon(NOBODY_LEFT, now);
  else if (!hasMain) state.abandon(NOBODY_LEFT, now, (id) => state.isLocal(id));
}

interface Left {
  readonly hasMain: boolean;
  readonly canShare: boolean;
}

const canRun = ({ state }: ActiveRun, { stepId }: StepRun, { hasMain, canShare }: Left): boolean =>
  canShare && (hasMain || !state.isLocal(stepId));

function endLostStep(
  run: ActiveRun,
  step: StepRun,
  { worker, now, isLast }: { worker: Worker; now: number; isLast: boolean },
): void {
  const { state } = run;
  const { stepId } = step;
  const cause = run.stops.get(step.id);
  const { timeoutMs = 0 } = state.invocation(stepId).options;
  const error = cause === 'timeout' ? timeOutError(timeoutMs) : lostError(worker);
  if (state.isCancelling || (cause !== undefined && cause !== 'timeout')) {
    state.cancelStep(stepId, now);
  } else if (isLast) state.fail(stepId, error, now);
  else failOrRetry(run, stepId, error, now);
}

const lostError = ({ identity }: Worker): StepError => ({
  type: 'worker.lost',
  message: `The process that ran it (${identity.pid}) ended before it reported a result. Its output is in the log.`,
  traceback: '',
});
