/** A bounded table of the store's answers that knows which of them are old. */

export interface Entry<T> {
  value: T | undefined;
  /** `old`: renewed at the next read; the value is used meanwhile. */
  state: 'old' | 'loading' | 'fresh';
}

/** More than the documents that are open ask for. */
const MAX_ANSWERS = 500;
/** How long an answer counts when no event tells that it changed. */
const FRESH_MS = 5000;

export class StoreCache<R extends string, T> {
  /** In the order in which they were last asked for. */
  private readonly entries = new Map<string, { readonly route: R; readonly entry: Entry<T> }>();
  private readonly until = new WeakMap<Entry<T>, number>();

  constructor(private readonly now: () => number = Date.now) {}

  entry(route: R, request: string): Entry<T> {
    const key = `${route} ${request}`;
    const known = this.entries.get(key) ?? { route, entry: { value: undefined, state: 'old' } };
    this.entries.delete(key);
    this.entries.set(key, known);
    if (this.entries.size > MAX_ANSWERS) this.forgetOldest();
    const { entry } = known;
    if (entry.state === 'fresh' && this.now() > (this.until.get(entry) ?? Infinity)) {
      entry.state = 'old';
    }
    return entry;
  }

  /** The answer is to be asked for again after a while. */
  expire(entry: Entry<T>): void {
    this.until.set(entry, this.now() + FRESH_MS);
  }

  /** Answers of these routes are old. */
  age(isOld: (route: R) => boolean): void {
    for (const { route, entry } of this.entries.values()) {
      if (entry.state === 'fresh' && isOld(route)) entry.state = 'old';
    }
  }

  clear(): void {
    this.entries.clear();
  }

  private forgetOldest(): void {
    const [oldest] = this.entries.keys();
    if (oldest !== undefined) this.entries.delete(oldest);
  }
}

export function entryOf<T>(entries: Map<string, Entry<T>>, key: string): Entry<T> {
  const known = entries.get(key);
  if (known) return known;
  const entry: Entry<T> = { value: undefined, state: 'old' };
  entries.set(key, entry);
  return entry;
}
