import type { ArtifactVersion } from '../domain/artifact';
import type { PipelineRun, PipelineStatus, StepRun } from '../domain/pipeline';
import type {
  DatasetInput,
  LifecycleStage,
  LoggedMetric,
  Param,
  RunStatus,
  Tag,
} from '../domain/run';

/**
 * Every change of the store. A mutation is a plain value with all ids and times chosen before it is
 * made, so that applying it is deterministic: live, on replay, and on another machine.
 * Times are milliseconds since 1970.
 */
export type Mutation =
  | {
      readonly type: 'experiment.create';
      readonly experimentId: string;
      readonly name: string;
      readonly artifactLocation: string;
      readonly time: number;
      readonly tags: readonly Tag[];
    }
  | {
      readonly type: 'experiment.rename';
      readonly experimentId: string;
      readonly name: string;
      readonly time: number;
    }
  | {
      /** Deleting marks the runs of the experiment too; restoring brings all back. */
      readonly type: 'experiment.lifecycle';
      readonly experimentId: string;
      readonly stage: LifecycleStage;
      readonly time: number;
    }
  | {
      /** `value` null deletes the tag. */
      readonly type: 'experiment.tag';
      readonly experimentId: string;
      readonly key: string;
      readonly value: string | null;
      readonly time: number;
    }
  | {
      readonly type: 'run.create';
      readonly runId: string;
      readonly experimentId: string;
      readonly name: string;
      readonly userId: string;
      readonly startTime: number;
      readonly artifactUri: string;
      readonly tags: readonly Tag[];
    }
  | {
      /** Absent members stay; renaming rewrites the tag mlflow.runName too. */
      readonly type: 'run.update';
      readonly runId: string;
      readonly status?: RunStatus;
      readonly endTime?: number;
      readonly name?: string;
    }
  | {
      readonly type: 'run.lifecycle';
      readonly runId: string;
      readonly stage: LifecycleStage;
      readonly time: number;
    }
  | {
      readonly type: 'run.log';
      readonly runId: string;
      readonly metrics: readonly LoggedMetric[];
      readonly params: readonly Param[];
      readonly tags: readonly Tag[];
    }
  | { readonly type: 'run.tag.delete'; readonly runId: string; readonly key: string }
  | {
      readonly type: 'run.inputs';
      readonly runId: string;
      readonly datasets: readonly DatasetInput[];
    }
  | { readonly type: 'artifact.create'; readonly artifact: ArtifactVersion }
  | { readonly type: 'pipeline.create'; readonly run: PipelineRun }
  | {
      readonly type: 'pipeline.update';
      readonly pipelineRunId: string;
      readonly status: PipelineStatus;
      readonly endedAt: number | undefined;
    }
  | { readonly type: 'step.put'; readonly step: StepRun };

export type MutationType = Mutation['type'];

/** A mutation that is durable. Sequence numbers grow by one and are event ids. */
export interface Committed {
  readonly seq: number;
  readonly mutation: Mutation;
}
