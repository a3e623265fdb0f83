/** What is deleted and can be restored, until the trash is emptied. */
import type { PageOf } from './page';

export interface TrashBytes {
  /** Points of metrics on disk. */
  readonly series: number;
  /** Files of runs, logged models and artifact versions. */
  readonly artifacts: number;
  /** Parameters, tags and the like in the database. */
  readonly rows: number;
}

/** Something that is deleted and can be restored. */
export interface TrashedRow {
  readonly id: string;
  readonly experimentId: string;
  readonly name: string;
  readonly deletedTime: number | undefined;
}

/** A version of an artifact that is deleted and can be restored. */
export interface TrashedArtifactRow {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly deletedTime: number;
}

export interface Trash {
  /** To be handed to the route that empties it, so that nothing deleted later goes, too. */
  readonly asOf: number;
  readonly experiments: readonly TrashedRow[];
  readonly runs: PageOf<TrashedRow>;
  readonly models: readonly TrashedRow[];
  readonly artifacts: readonly TrashedArtifactRow[];
  readonly bytes: TrashBytes;
  /** Runs that will stay, because versions of registered models have their files in them. */
  readonly held: readonly TrashedRow[];
}

export interface EmptiedTrash {
  readonly experiments: number;
  readonly runs: number;
  readonly models: number;
  /** Versions. */
  readonly artifacts: number;
  readonly bytes: TrashBytes;
  /** Folders whose files could not be removed now, and why; tried again at the next start. */
  readonly left: readonly { readonly folder: string; readonly reason: string }[];
}
