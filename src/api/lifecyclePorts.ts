// What the routes of the lifecycle need.
import type { Diagnosis } from '../domain/diagnosis';
import type { Store } from '../store/store';

export interface LifecyclePorts {
  readonly store: Store;
  readonly clock: { now(): number };
  /** Who is recorded as the author of an edit. */
  readonly user: string;
  /** As in TrackingPorts. */
  runFolder(artifactUri: string, path: string): string | undefined;
  /** @throws when no client could log a parameter or tag of this name. */
  checkKey(key: string): void;
  /** Gives freed bytes back to the disk. */
  compact(): Promise<void>;
  examine(): Promise<Diagnosis>;
}
