/** Which questions are asked already: a view that changes elsewhere does not ask them again. */
import type { Live } from '../shared/live';

export class Questions {
  private readonly asked = new Map<object, string>();

  /** True when it is another question than before. */
  ask<Q>(live: Pick<Live<Q, unknown>, 'ask'>, request: Q): boolean {
    const isNew = this.isNew(live, request);
    if (isNew) live.ask(request);
    return isNew;
  }

  isNew(of: object, request: unknown): boolean {
    const text = JSON.stringify(request);
    if (this.asked.get(of) === text) return false;
    this.asked.set(of, text);
    return true;
  }
}

/** The old one when the new one says the same, so that nothing is drawn anew for it. */
export const unchanged = <T>(before: T, next: T): T =>
  JSON.stringify(before) === JSON.stringify(next) ? before : next;
