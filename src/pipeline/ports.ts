// What the parts of the pipeline engine need of the world, as interfaces.
import type { Disposable } from '../base/disposable';
import type { Event } from '../base/event';
import type { ArtifactVersion } from '../domain/artifact';
import type { PipelineRun, PipelineStatus, StepError, StepRun } from '../domain/pipeline';
import type { Param, RunStatus, Tag } from '../domain/run';

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls once after so many milliseconds, unless disposed before. */
  after(ms: number, run: () => void): Disposable;
}

/** Reads of what was recorded. */
export interface HistoryPort {
  run(pipelineRunId: string): PipelineRun | undefined;
  step(stepRunId: string): StepRun | undefined;
  active(): PipelineRun[];
  /** Runs of a pipeline that were ever recorded. */
  count(pipeline: string): number;
  cached(key: string): StepRun | undefined;
  /** This invocation in the newest run of the pipeline that compared it. */
  latestStep(pipeline: string, stepId: string): StepRun | undefined;
  /** This invocation in the newest run of the pipeline in which it ran or was cached. */
  latestResult(pipeline: string, stepId: string): StepRun | undefined;
  /** Whether a pipeline run has this name. */
  isNamed(name: string): boolean;
  artifact(id: string): ArtifactVersion | undefined;
}

/** Durable writes. */
export interface RecordPort {
  /** Throws at once when it cannot be; otherwise it is visible to reads, and `durable` when synced. */
  createPipelineRun(
    run: Omit<PipelineRun, 'experimentId' | 'trackingRunId'>,
    user: string,
  ): { readonly run: PipelineRun; readonly durable: Promise<void> };
  /** All of it in one commit, visible to reads at once; answers when it is synced. */
  write(run: PipelineRun, batch: Batch): Promise<void>;
}

/** What happened to a run since it was last recorded, in this order. */
export interface Batch {
  readonly extension: Extension | undefined;
  readonly changes: readonly StepChange[];
  readonly end: { readonly status: PipelineStatus; readonly endedAt: number } | undefined;
}

/** What was added to a dynamic run; each step holds its invocation. */
export interface Extension {
  readonly steps: readonly StepRun[];
  /** No more will come. */
  readonly closed?: boolean;
  readonly error?: StepError;
}

/** A step's new state, the artifacts it made, and what happens to its tracking run. */
export interface StepChange {
  readonly step: StepRun;
  readonly artifacts: readonly ArtifactVersion[];
  readonly tracking: TrackingChange;
}

export type TrackingChange =
  | { readonly kind: 'none' }
  /** Creates the run `step.trackingRunId`. */
  | { readonly kind: 'start'; readonly params: readonly Param[]; readonly tags: readonly Tag[] }
  | { readonly kind: 'end'; readonly status: RunStatus };

export interface ArtifactPort {
  /** An empty folder for the outputs of a step. */
  stage(stepRunId: string): Promise<{ path: string; absolute: string }>;
  /**
   * Moves a staged output to its final place and describes it; it is recorded with the step that
   * made it. Identical content shares the files of the first copy. May be repeated.
   */
  adopt(output: StagedOutput): Promise<ArtifactVersion>;
  /** Deletes what is left of a step's staging folder. */
  release(stepRunId: string): Promise<void>;
  /** Whether the files are as recorded; otherwise what differs. */
  verify(artifact: ArtifactVersion): Promise<Verified>;
  absolute(artifact: ArtifactVersion): string;
}

export type Verified =
  | { readonly ok: true }
  | { readonly ok: false; readonly missing: boolean; readonly detail: string };

export interface StagedOutput {
  /** The output's folder in the staging folder of `stagingId`. */
  readonly stagedPath: string;
  /** What `stage` was called with; default `producer.stepRunId`. */
  readonly stagingId?: string;
  /** Its id; default a new one. */
  readonly id?: string;
  readonly name: string;
  readonly type: string;
  readonly materializer: string;
  readonly files: readonly {
    readonly path: string;
    readonly size: number;
    readonly sha256: string;
  }[];
  readonly contentDigest: string;
  readonly metadata: ArtifactVersion['metadata'];
  readonly producer: ArtifactVersion['producer'];
  readonly createdAt: number;
  /** Default: the next number of its name. It must not be taken. */
  readonly version?: string;
  readonly tags?: readonly string[];
  readonly artifactType?: string;
}

/** Text of workspace files: the disk in the server, unsaved buffers over it in the language server. */
export interface SourceReader {
  /** Text of a file by its path relative to the root (with `/`), or undefined when there is none. */
  read(file: string): SourceText | undefined;
}
export interface SourceText {
  readonly text: string;
  /** Changes whenever the text does; lets parses be kept. */
  readonly version: string;
}

/** Log files of steps and launches. */
export interface LogPort {
  append(log: LogId, text: string): void;
  /** Says that somebody else has written to the file. */
  grown(log: LogId): void;
  /** Absolute path; its folder exists. */
  file(log: LogId): string;
}
export interface LogId {
  /** The step run or launch. */
  readonly id: string;
  /** Relative to the log folder, with `/`. */
  readonly path: string;
}

/** Looks at and signals processes on this machine. */
export interface ProcessPort {
  /** `unknown`: it runs where it cannot be seen from here. */
  state(worker: ProcessRef, since: number): 'alive' | 'gone' | 'unknown';
  /** Asks it to stop, as Ctrl+C does. */
  interrupt(worker: ProcessRef): void;
  /** Ends it and its children at once. */
  kill(worker: ProcessRef): void;
  /** Starts a worker. */
  launch(launch: WorkerLaunch): WorkerProcess;
  /** Reads what a running worker writes to another file from now on; the file is made. */
  follow(file: string, onText: (text: string) => void): Follower;
}

export interface Follower extends Disposable {
  /** Reads what has been added. */
  drain(): void;
}

/** What steps can use of this machine. */
export interface MachinePort {
  readonly cores: number;
  readonly gpus: number;
  /** Bytes. */
  readonly memory: number;
  /** How many steps run side by side at most. */
  readonly maxParallel: number;
  /** Bytes; undefined where the system does not tell. */
  freeMemory(): number | undefined;
}

export interface ProcessRef {
  readonly pid: number;
  readonly hostname: string;
  readonly pidNamespace: string;
  readonly owned: boolean;
}

export interface WorkerLaunch {
  readonly interpreter: string;
  readonly cwd: string;
  /** Absolute path of the file that gets its output. */
  readonly logFile: string;
  /** All of its environment variables; default those of the server. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Sent to `python -m runlens.worker` as one JSON document on stdin. */
  readonly request: object;
}
export interface WorkerProcess {
  /** Undefined when it did not start; `onExit` tells why. */
  readonly process: ProcessRef | undefined;
  readonly onOutput: Event<string>;
  /** Exit code, or the signal that ended it, or the error why it did not start. */
  readonly onExit: Event<WorkerExit>;
}
export interface WorkerExit {
  readonly code: number | null;
  readonly signal: string | null;
  readonly error?: string;
}
