import type { Event } from '../base/event';
import type { ArtifactVersion } from '../domain/artifact';
import type { PipelineRun, PipelineStatus, StepRun } from '../domain/pipeline';
import type { LoggedMetric, Param, RunStatus, Tag } from '../domain/run';

/** What the engine needs of the world; the server hands in adapters (see server/enginePorts). */
export interface EnginePorts {
  readonly history: HistoryPort;
  readonly record: RecordPort;
  readonly artifacts: ArtifactPort;
  readonly source: SourceReader;
  readonly logs: LogPort;
  readonly clock: { now(): number };
  /** 32 hexadecimal digits. */
  newId(): string;
  readonly processes: ProcessPort;
  readonly root: string;
}

/** Reads of what was recorded. */
export interface HistoryPort {
  run(pipelineRunId: string): PipelineRun | undefined;
  active(): PipelineRun[];
  cached(key: string): StepRun | undefined;
  latest(pipeline: string, stepId: string): { run: PipelineRun; step: StepRun } | undefined;
  artifact(id: string): ArtifactVersion | undefined;
}

/** Durable writes; each answers when it is synced. */
export interface RecordPort {
  createPipelineRun(
    run: Omit<PipelineRun, 'experimentId' | 'trackingRunId'>,
    user: string,
  ): Promise<PipelineRun>;
  /** A step's new state; creates its tracking run when it starts and ends that run when it is over. */
  putStep(run: PipelineRun, step: StepRun, change: TrackingChange): Promise<StepRun>;
  endPipelineRun(run: PipelineRun, status: PipelineStatus, endedAt: number): Promise<void>;
}

export type TrackingChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'start'; readonly params: readonly Param[]; readonly tags: readonly Tag[] }
  | {
      readonly kind: 'end';
      readonly status: RunStatus;
      readonly metrics?: readonly LoggedMetric[];
    };

export interface ArtifactPort {
  /** An empty folder for the outputs of a step. */
  stage(stepRunId: string): Promise<{ path: string; absolute: string }>;
  /** Makes a version of a staged output; identical content shares the files of the first copy. */
  adopt(output: StagedOutput): Promise<ArtifactVersion>;
  /** Whether the files are as recorded; otherwise what differs. */
  verify(
    artifact: ArtifactVersion,
  ): Promise<{ ok: true } | { ok: false; missing: boolean; detail: string }>;
  absolute(artifact: ArtifactVersion): string;
}

export interface StagedOutput {
  readonly stagedPath: string;
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
  readonly producer: NonNullable<ArtifactVersion['producer']>;
  readonly createdAt: number;
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

export interface LogPort {
  append(id: string, text: string): void;
  /** Flushes and closes. */
  end(id: string): void;
}

/** Looks at and signals processes on this machine. */
export interface ProcessPort {
  isAlive(worker: { pid: number; hostname: string; pidNamespace: string }): boolean;
  interrupt(pid: number): void;
  kill(pid: number): void;
  /** Starts a worker for a launch. */
  launch(launch: WorkerLaunch): WorkerProcess;
}

export interface WorkerLaunch {
  readonly launchId: string;
  readonly interpreter: string;
  readonly cwd: string;
  /** Passed to `python -m runlens.worker` as one JSON argument on stdin. */
  readonly request: object;
  readonly debugPort: number | undefined;
}
export interface WorkerProcess {
  readonly pid: number | undefined;
  readonly onOutput: Event<string>;
  /** Exit code, or the signal that ended it, or the error why it did not start. */
  readonly onExit: Event<{ code: number | null; signal: string | null; error?: string }>;
}
