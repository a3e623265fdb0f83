// What becomes of a run when one of its worker processes is gone.
import type { StepError } from '../domain/pipeline';
import type { ActiveRun, Worker } from './activeRun';
import type { EnginePorts } from './enginePorts';

/** A worker that neither asks for a step nor runs one for so long has given up. */
const IDLE_MS = 60_000;

/** A step may take for ever, at a breakpoint for instance, as long as its process is there. */
export function shouldGiveUp(run: ActiveRun, worker: Worker, ports: EnginePorts): boolean {
  if (worker.isLost || worker.calls > 0) return false;
  const { identity } = worker;
  if (ports.processes.state(identity, worker.since) === 'gone') return true;
  const isBusy = run.state.running.some((step) => step.workerId === identity.id);
  return !isBusy && ports.clock.now() - worker.lastSeen > IDLE_MS;
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
