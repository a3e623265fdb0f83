/** Which element each row in view is drawn into: making elements costs more than filling them anew. */

/** Rows that stay in view keep their elements; rows that come take those of rows that went. */
export class Slots {
  private held: ReadonlyMap<string, number> = new Map();

  /** One slot per id, as few as there are ids; an id that comes twice has two. */
  take(ids: readonly string[]): readonly number[] {
    const kept = new Map<string, number>();
    for (const id of ids) {
      const slot = this.held.get(id);
      if (slot !== undefined) kept.set(id, slot);
    }
    const taken = new Set(kept.values());
    const given = new Map<string, number>();
    let free = 0;
    const slots = ids.map((id) => {
      let slot = given.has(id) ? undefined : kept.get(id);
      if (slot === undefined) {
        while (taken.has(free)) free += 1;
        slot = free;
        taken.add(slot);
      }
      given.set(id, slot);
      return slot;
    });
    this.held = given;
    return slots;
  }
}
