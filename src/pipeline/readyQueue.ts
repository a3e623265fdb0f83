// Steps that may be handed out: in the order of the plan, grouped by what they need and who can run them.
import type { ResourceHints } from '../domain/pipeline';

export interface Need {
  readonly hints: ResourceHints | undefined;
  /** Only the process that registered the run can run it. */
  readonly isLocal: boolean;
}
export interface ReadyStep extends Need {
  readonly stepId: string;
  /** Place in the plan. */
  readonly order: number;
  /** When it became ready, milliseconds since 1970. */
  readonly since: number;
}

/** Whole groups are passed over at once, so that finding a step does not depend on how many wait. */
export class ReadyQueue {
  private readonly groups = new Map<string, ReadyStep[]>();
  private readonly entries = new Map<string, ReadyStep>();

  get size(): number {
    return this.entries.size;
  }

  add(step: ReadyStep): void {
    this.delete(step.stepId);
    this.entries.set(step.stepId, step);
    const key = keyOf(step);
    const group = this.groups.get(key) ?? [];
    this.groups.set(key, group);
    group.splice(placeOf(group, step.order), 0, step);
  }

  delete(stepId: string): void {
    const step = this.entries.get(stepId);
    if (!step) return;
    this.entries.delete(stepId);
    const key = keyOf(step);
    const group = this.groups.get(key) ?? [];
    group.splice(placeOf(group, step.order), 1);
    if (group.length === 0) this.groups.delete(key);
  }

  /** The first step of the groups that `may` lets pass. */
  first(may: (need: Need) => boolean): ReadyStep | undefined {
    let found: ReadyStep | undefined;
    for (const [step] of this.groups.values()) {
      if (step && (!found || step.order < found.order) && may(step)) found = step;
    }
    return found;
  }

  /** How many steps of these groups wait. */
  count(may: (need: Need) => boolean): number {
    let count = 0;
    for (const group of this.groups.values()) {
      if (group[0] && may(group[0])) count += group.length;
    }
    return count;
  }

  values(): Iterable<ReadyStep> {
    return this.entries.values();
  }
}

function keyOf({ hints, isLocal }: Need): string {
  return `${isLocal} ${hints?.cpus ?? ''} ${hints?.gpus ?? ''} ${hints?.memory ?? ''}`;
}

/** Where a step of this order is or belongs in a sorted group. */
function placeOf(group: readonly ReadyStep[], order: number): number {
  let low = 0;
  for (let high = group.length; low < high; ) {
    const middle = (low + high) >>> 1;
    if ((group[middle]?.order ?? 0) < order) low = middle + 1;
    else high = middle;
  }
  return low;
}
