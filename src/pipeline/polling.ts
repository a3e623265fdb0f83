// Answers workers that ask for the next step: at once when there is news, else when there is some.
import type { StepRun } from '../domain/pipeline';
import type { Gone } from '../protocol/http';
import type { NextReply, NextRequest, StepTask } from '../protocol/worker';
import type { ActiveRun, Worker } from './activeRun';
import type { EnginePorts } from './enginePorts';
import { type Helpers, stopsOf } from './helpers';
import { doneOf, endOf, taskOf } from './tasks';

export interface PollingParts {
  readonly ports: EnginePorts;
  readonly pollMs: number;
  readonly helpers: Helpers;
  isDisposed(): boolean;
  close(run: ActiveRun): void;
}

interface Call {
  readonly request: NextRequest;
  readonly gone: Gone;
}

export class Polling {
  constructor(private readonly parts: PollingParts) {}

  async poll(active: ActiveRun, worker: Worker, call: Call): Promise<NextReply> {
    const { clock } = this.parts.ports;
    const deadline = clock.now() + this.parts.pollMs;
    for (;;) {
      const { version } = active;
      await active.advance();
      const reply = await this.reply(active, worker, call);
      const patience = this.parts.helpers.patience(active, worker);
      if (reply.done || reply.task) return reply;
      if (patience <= 0) return this.letGo(active, worker, reply);
      const isLast = !mayClaim(call) || this.parts.isDisposed() || clock.now() >= deadline;
      if (isLast || isNews(worker, reply)) return reply;
      await active.wait(version, Math.min(deadline - clock.now(), patience), call.gone);
    }
  }

  /** What can be said now. Notices are told when they are durable, like all that is answered. */
  private async reply(active: ActiveRun, worker: Worker, call: Call): Promise<NextReply> {
    const { state } = active;
    const step = mayClaim(call) ? active.claim(worker) : undefined;
    const noticesTo = state.notices.length;
    const done = worker.kind === 'helper' ? endOf(state) : doneOf(state, this.parts.ports);
    const task = await this.handOut(active, step);
    if (done) this.parts.close(active);
    const notices = state.notices.slice(call.request.noticesFrom, noticesTo);
    const threads = mayClaim(call) && !done ? this.parts.helpers.threads(active, worker) : 0;
    const stop = stopsOf(active, worker);
    return {
      notices,
      noticesTo,
      ...(task && { task }),
      ...(done && { done }),
      ...(threads > 0 && { threads }),
      ...(stop.length > 0 && { stop }),
    };
  }

  /** How a run ended, for whoever asks later. */
  outcome(active: ActiveRun, { noticesFrom }: NextRequest): NextReply {
    const { notices } = active.state;
    const done = doneOf(active.state, this.parts.ports);
    return {
      notices: notices.slice(noticesFrom),
      noticesTo: notices.length,
      ...(done && { done }),
    };
  }

  /** Records what happened; meanwhile the folder is made, unless a failed attempt still has one. */
  private async handOut(
    active: ActiveRun,
    step: StepRun | undefined,
  ): Promise<StepTask | undefined> {
    const recorded = active.flush();
    if ((step?.attempt ?? 1) > 1) await recorded;
    const [task] = await Promise.all([
      step && taskOf(active.state, step, this.parts.ports),
      recorded,
    ]);
    return task;
  }

  private letGo(active: ActiveRun, worker: Worker, reply: NextReply): NextReply {
    active.workers.delete(worker.identity.id);
    return { ...reply, leave: true };
  }
}

const mayClaim = ({ request, gone }: Call): boolean => request.claim !== false && !gone.aborted;

/** Helpers print nothing: only what they are to do is news to them. */
function isNews({ kind }: Worker, { notices, threads, stop }: NextReply): boolean {
  return (kind !== 'helper' && notices.length > 0) || threads !== undefined || stop !== undefined;
}
