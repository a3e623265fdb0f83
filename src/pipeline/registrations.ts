// Registrations whose worker has not asked for a step yet: a repeated one gives the same run.
import type { RegisterReply, RegisterRequest } from '../protocol/worker';

export class Registrations {
  private readonly open = new Map<string, Promise<RegisterReply>>();
  /** By worker. */
  private readonly keys = new Map<string, string>();

  async register(
    request: RegisterRequest,
    create: () => Promise<RegisterReply>,
  ): Promise<RegisterReply> {
    const key = keyOf(request);
    const known = this.open.get(key);
    if (known) return known;
    const created = create();
    this.open.set(key, created);
    try {
      const reply = await created;
      this.keys.set(reply.workerId, key);
      return reply;
    } catch (error) {
      this.open.delete(key);
      throw error;
    }
  }

  /** The worker has heard the answer, or never will. */
  forget(workerId: string): void {
    const key = this.keys.get(workerId);
    if (key === undefined) return;
    this.keys.delete(workerId);
    this.open.delete(key);
  }
}

function keyOf({ worker, graph, plan, launchId }: RegisterRequest): string {
  const place = [worker.pid, worker.hostname, worker.pidNamespace, launchId];
  return JSON.stringify([place, graph, plan]);
}
