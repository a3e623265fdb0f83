// What an import writes to: the store, and how it treats what is there already.
import type { Mutation } from '../../store/mutation';
import type { Store } from '../../store/store';
import type { Progress } from '../progress';

export interface Target {
  readonly store: Store;
  readonly progress: Progress;
  /**
   * `add`: what is there already stays as it is, and only what is missing is added. `mirror`: the
   * store is nothing but the image of its source, which always wins.
   */
  readonly mode: 'add' | 'mirror';
  /** The time of changes that have none of their own. */
  readonly clock: { now(): number };
  /** Path below the data folder of a run's or model's artifacts; undefined when kept elsewhere. */
  runFolder(artifactUri: string, path: string): string | undefined;
  readonly commits: Commits;
}

/** Commits on their way to the disk. */
const MOST_IN_FLIGHT = 8;

/** Keeps a few commits under way: each is applied at once, and synced together with its neighbours. */
export class Commits {
  private readonly inFlight: Promise<unknown>[] = [];

  constructor(private readonly store: Pick<Store, 'commit'>) {}

  /** @throws RunlensError `store.*` of this commit or of one before. */
  async add(...mutations: readonly Mutation[]): Promise<void> {
    if (mutations.length === 0) return;
    const commit = this.store.commit(...mutations);
    // It is awaited later; until then a failure is not an unhandled one.
    commit.catch(() => undefined);
    this.inFlight.push(commit);
    if (this.inFlight.length >= MOST_IN_FLIGHT) await this.inFlight.shift();
  }

  /** Resolves when all is durable. */
  async done(): Promise<void> {
    await Promise.all(this.inFlight.splice(0));
  }
}
