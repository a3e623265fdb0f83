/** Values of several things side by side: which keys there are, and which of them differ. */

export interface Compared {
  readonly key: string;
  /** One per thing; undefined where it has no such key. */
  readonly values: readonly (string | undefined)[];
  /** All have it, with the same value. */
  readonly isEqual: boolean;
}

/**
 * A row per key that any has: in the order of the first, then what only later ones have, each in their order. With
 * nothing, or one thing, every row is equal.
 */
export function compared(things: readonly ReadonlyMap<string, string>[]): Compared[] {
  const keys = new Set(things.flatMap((thing) => [...thing.keys()]));
  return [...keys].map((key) => {
    const values = things.map((thing) => thing.get(key));
    return { key, values, isEqual: new Set(values).size <= 1 };
  });
}
