/** What trees and panels need of a store of runs that is not a folder's own. */
import type { Event } from '../../base/event';
import type { LinkStatus } from '../../client/mlflow/link';
import type { FileRow, RunDetail } from '../../protocol/rows';
import type { ServerPort, ServerState } from '../session/serverPort';

export interface SourceInfo {
  /** Stable over windows: part of its runs' ids. */
  readonly id: string;
  readonly name: string;
  readonly kind: 'server' | 'folder';
  /** Address or path. */
  readonly place: string;
}

export interface FetchOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (bytes: number, total: number | undefined) => void;
}

export interface SourcePort extends ServerPort {
  readonly info: SourceInfo;
  readonly status: LinkStatus;
  /** A run's values have changed without being asked for; its row has been told by `onEvent`. */
  readonly onDetail: Event<RunDetail>;
  /** Whether someone looks at it: only then is it asked by itself. */
  watch(isWatched: boolean): void;
  /** Asks when it was not asked yet or is not up; the outcome is the status. */
  connect(): Promise<void>;
  /** Asks now. */
  retry(): Promise<void>;
  /** Grows whenever a series has changed; undefined when its number of points says so. */
  revisionOf(runId: string, key: string): number | undefined;
  /** Absolute path of a run's file on this machine, brought here first when it is elsewhere. */
  fetchFile(runId: string, row: FileRow, options: FetchOptions): Promise<string>;
}

/** In the words of a session: one that was not asked yet is about to start. */
export function stateOf(status: LinkStatus): ServerState {
  switch (status.kind) {
    case 'idle':
    case 'connecting':
      return { kind: 'starting' };
    case 'up':
      return { kind: 'up', discovery: undefined };
    default:
      return { kind: 'down', message: status.message };
  }
}
