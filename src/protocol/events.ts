import type { SourceRow, TransferState } from './control';
import type { ArtifactRow, ExperimentRow, PipelineRunRow, RunRow, StepRow } from './rows';
import type { WireNumber } from './wire';
import type { StepProgress } from './worker';

/**
 * What `/events` sends (server-sent events; `event:` is the type, `data:` this value as JSON). The
 * `id:` is a sequence number of the log: everything up to it has been sent; with a suffix after events
 * that are not in the log (launches, log files). It comes alone, without data, after the events that
 * it covers. After a reconnect with `Last-Event-ID` an event may come again; each carries the whole
 * new state, so that is harmless.
 * `reset` says that the gap is unknown: fetch again what is shown.
 */
export type ServerEvent =
  | { readonly type: 'reset'; readonly reason: string }
  | { readonly type: 'experiment'; readonly experiment: ExperimentRow }
  | { readonly type: 'run'; readonly run: RunRow }
  /** A parameter or tag of the run was changed after the fact: its details are to be read anew. */
  | { readonly type: 'edited'; readonly runId: string }
  /** It was deleted before and is not in the trash any more either. */
  | { readonly type: 'gone'; readonly what: 'experiment' | 'run'; readonly id: string }
  /** At most ten times a second per series: series `key` of the run now has `count` points. */
  | {
      readonly type: 'points';
      readonly runId: string;
      readonly key: string;
      readonly count: number;
      readonly lastStep: number;
      readonly lastValue: WireNumber;
    }
  | { readonly type: 'pipeline'; readonly run: PipelineRunRow }
  | { readonly type: 'step'; readonly pipelineRunId: string; readonly step: StepRow }
  | { readonly type: 'artifact'; readonly artifact: ArtifactRow }
  /** The log file of a step (or launch) has grown to `bytes`. */
  | { readonly type: 'log'; readonly id: string; readonly bytes: number }
  | {
      readonly type: 'launch';
      readonly launchId: string;
      readonly status: 'queued' | 'starting' | 'running' | 'failed' | 'ended';
      /** Why it failed, with the last lines of its output. */
      readonly message?: string;
      readonly pipelineRunId?: string;
    }
  /** At most five times a second per step. Not recorded: it comes again with the next change. */
  | {
      readonly type: 'progress';
      readonly pipelineRunId: string;
      readonly stepRunId: string;
      readonly stepId: string;
      readonly progress: StepProgress;
    }
  /** A registered model, its versions, aliases or stages changed; `gone` when it was deleted. */
  | { readonly type: 'model'; readonly name: string; readonly gone?: boolean }
  /** An opened folder was opened, read, or has changed; `closed` when it is no longer there. */
  | { readonly type: 'source'; readonly source: SourceRow; readonly closed?: boolean }
  /** An import or export got on, at most four times a second; the last one says how it ended. */
  | { readonly type: 'transfer'; readonly transfer: TransferState }
  | { readonly type: 'status'; readonly mode: 'writable' | 'readonly'; readonly reason?: string };

export type EventType = ServerEvent['type'];

/** `?topics=` names these, separated by commas; without it all are sent. `reset` always comes. */
export const TOPICS = {
  experiments: ['experiment', 'run', 'edited', 'gone'],
  points: ['points'],
  pipelines: ['pipeline', 'step', 'launch', 'artifact', 'progress'],
  logs: ['log'],
  models: ['model'],
  transfers: ['source', 'transfer'],
  status: ['status'],
} as const satisfies Record<string, readonly EventType[]>;
export type Topic = keyof typeof TOPICS;
