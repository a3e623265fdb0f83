// What becomes of a run when one of its worker processes is gone.
import type { StepError } from '../domain/pipeline';
import type { ActiveRun, Worker } from './activeRun';
import type { EnginePorts } from './enginePorts';

/** A process of the user that neither asks for a step nor runs one for so long has given up. */
const IDLE_MS = 60_000;

/**
 * A step may take for ever, at a breakpoint for instance, as long as its process is there; one that
 * the server started may also wait for a debugger before its first step.
 */
export function shouldGiveUp(run: ActiveRun, worker: Worker, ports: EnginePorts): boolean {
  if (worker.isLost || worker.calls > 0) return false;
  const { identity } = worker;
  const state = ports.processes.state(identity, worker.since);
  if (state === 'gone') return true;
  const isObserved = identity.owned && state === 'alive';
  const isBusy = run.state.running.some((step) => step.workerId === identity.id);
  return !isObserved && !isBusy && ports.clock.now() - worker.lastSeen > IDLE_MS;
}

/** Its step is given to another worker when it may be retried and there is one; else it fails. */
export function loseWorker(run: ActiveRun, worker: Worker, now: number): void {
  const { state } = run;
  worker.isLost = true;
  const isAlone = [...run.workers.values()].every((other) => other.isLost);
  for (const step of state.running) {
    if (step.workerId !== worker.identity.id) continue;
    const { retries } = state.invocation(step.stepId).options;
    if (state.isCancelling) state.cancelStep(step.stepId, now);
    else if (!isAlone && (step.attempt ?? 1) <= retries) state.retry(step.stepId, lost(worker));
    else state.fail(step.stepId, lost(worker), now);
  }
  if (isAlone) state.abandon('no worker was left', now);
}

const lost = ({ identity }: Worker): StepError => ({
  type: 'worker.lost',
  message: `The process that ran it (${identity.pid}) ended before it reported a result. Its output is in the log.`,
  traceback: '',
});
