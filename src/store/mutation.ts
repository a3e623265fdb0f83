import type { ArtifactVersion } from '../domain/artifact';
import type {
  LoggedModelStatus,
  ModelMetric,
  ModelStage,
  ModelVersionStatus,
} from '../domain/model';
import type { NotesChange } from '../domain/notes';
import type { PipelineRun, PipelineStatus, StepError, StepRun } from '../domain/pipeline';
import type {
  DatasetInput,
  LifecycleStage,
  LoggedMetric,
  ModelOutput,
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
      /** Of an imported one; `time` when absent. */
      readonly updated?: number;
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
      /** Ids of logged models. */
      readonly models?: readonly string[];
    }
  | { readonly type: 'artifact.create'; readonly artifact: ArtifactVersion }
  | { readonly type: 'pipeline.create'; readonly run: PipelineRun }
  | {
      readonly type: 'pipeline.update';
      readonly pipelineRunId: string;
      readonly status: PipelineStatus;
      readonly endedAt: number | undefined;
    }
  | {
      /** Steps of a dynamic run, each with its invocation; `closed`: no more will come. */
      readonly type: 'pipeline.extend';
      readonly pipelineRunId: string;
      readonly steps: readonly StepRun[];
      readonly closed?: boolean;
      readonly error?: StepError;
    }
  | { readonly type: 'step.put'; readonly step: StepRun }
  | ({
      /** Metadata and tags of what a pipeline made. Of an artifact version they become its own. */
      readonly type: 'facts.change';
      readonly on: 'pipeline' | 'step' | 'artifact';
      readonly id: string;
    } & NotesChange)
  | LifecycleMutation
  | ModelMutation
  | RegistryMutation;

/** Changes of logged models, and of the runs that use or make them. */
export type ModelMutation =
  | {
      readonly type: 'model.create';
      readonly modelId: string;
      readonly experimentId: string;
      readonly name: string;
      readonly modelType: string | undefined;
      readonly sourceRunId: string | undefined;
      readonly artifactUri: string;
      readonly params: readonly Param[];
      readonly tags: readonly Tag[];
      readonly time: number;
    }
  | {
      readonly type: 'model.update';
      readonly modelId: string;
      readonly status: LoggedModelStatus;
      readonly statusMessage: string | undefined;
      readonly time: number;
    }
  | {
      readonly type: 'model.params';
      readonly modelId: string;
      readonly params: readonly Param[];
      readonly time: number;
    }
  | {
      /** `value` null deletes the tag. */
      readonly type: 'model.tag';
      readonly modelId: string;
      readonly key: string;
      readonly value: string | null;
      readonly time: number;
    }
  | { readonly type: 'model.delete'; readonly modelId: string; readonly time: number }
  | {
      /** Points that their runs have already, of imported models; those of `run.log` come by it. */
      readonly type: 'model.metrics';
      readonly modelId: string;
      readonly metrics: readonly ModelMetric[];
    }
  | {
      readonly type: 'run.outputs';
      readonly runId: string;
      readonly models: readonly ModelOutput[];
    };

/** Changes of the model registry. */
export type RegistryMutation =
  | {
      readonly type: 'registry.create';
      readonly name: string;
      readonly description: string | undefined;
      readonly tags: readonly Tag[];
      readonly time: number;
    }
  | {
      readonly type: 'registry.rename';
      readonly name: string;
      readonly newName: string;
      readonly time: number;
    }
  | {
      /** `description` null means none. */
      readonly type: 'registry.update';
      readonly name: string;
      readonly description: string | null;
      readonly time: number;
    }
  | { readonly type: 'registry.delete'; readonly name: string; readonly time: number }
  | {
      /** `value` null deletes the tag. */
      readonly type: 'registry.tag';
      readonly name: string;
      readonly key: string;
      readonly value: string | null;
      readonly time: number;
    }
  | {
      /** `version` null deletes the alias. */
      readonly type: 'registry.alias';
      readonly name: string;
      readonly alias: string;
      readonly version: number | null;
      /** Who did it, where that is known. */
      readonly userId?: string;
      readonly time: number;
    }
  | {
      readonly type: 'version.create';
      readonly name: string;
      readonly version: number;
      readonly source: string;
      readonly storageLocation: string | undefined;
      readonly runId: string | undefined;
      readonly runLink: string | undefined;
      readonly modelId: string | undefined;
      readonly description: string | undefined;
      readonly userId: string | undefined;
      readonly status: ModelVersionStatus;
      readonly statusMessage?: string | undefined;
      readonly tags: readonly Tag[];
      readonly time: number;
    }
  | {
      /**
       * Absent members stay; `description` null removes it. `archived` are the versions that make
       * room in the stage.
       */
      readonly type: 'version.update';
      readonly name: string;
      readonly version: number;
      readonly description?: string | null;
      readonly stage?: ModelStage;
      readonly archived?: readonly number[];
      /** Who did it, where that is known. */
      readonly userId?: string;
      readonly time: number;
    }
  | {
      /** Its number is not used again, and its aliases go. */
      readonly type: 'version.delete';
      readonly name: string;
      readonly version: number;
      readonly time: number;
    }
  | {
      /** `value` null deletes the tag. */
      readonly type: 'version.tag';
      readonly name: string;
      readonly version: number;
      readonly key: string;
      readonly value: string | null;
      readonly time: number;
    };

/** Changes after the fact; each leaves an entry in the run's history of edits, or nothing at all. */
export type LifecycleMutation =
  | {
      /** `value` null deletes the parameter or tag. */
      readonly type: 'run.edit';
      readonly runId: string;
      readonly what: 'param' | 'tag';
      readonly key: string;
      readonly value: string | null;
      readonly userId: string;
      readonly time: number;
    }
  | {
      /** The run keeps its artifact_uri, so that its files stay where they are. */
      readonly type: 'run.move';
      readonly runId: string;
      /** The experiment that it leaves, and the one that it joins. */
      readonly from: string;
      readonly experimentId: string;
      readonly userId: string;
      readonly time: number;
    }
  | {
      /**
       * Deleted runs that go for good, with everything logged to them. `folders` (relative to the data
       * folder) hold their files; they are remembered until `folders.removed` says that they are gone.
       */
      readonly type: 'run.purge';
      readonly runIds: readonly string[];
      readonly folders: readonly string[];
      readonly time: number;
    }
  | {
      /** A deleted experiment without runs that goes for good, with its logged models. */
      readonly type: 'experiment.purge';
      readonly experimentId: string;
      readonly folders: readonly string[];
      readonly time: number;
    }
  | {
      /** Deleted logged models that go for good. */
      readonly type: 'model.purge';
      readonly modelIds: readonly string[];
      readonly folders: readonly string[];
      readonly time: number;
    }
  | {
      /** Into the trash, or back from it. */
      readonly type: 'artifact.lifecycle';
      readonly artifactId: string;
      readonly stage: LifecycleStage;
      readonly time: number;
    }
  | {
      /** Deleted artifact versions that go for good. */
      readonly type: 'artifact.purge';
      readonly artifactIds: readonly string[];
      readonly folders: readonly string[];
      readonly time: number;
    }
  | {
      /** The files of what was purged are removed from the disk. */
      readonly type: 'folders.removed';
      readonly folders: readonly string[];
    }
  | {
      /** The segments of points were compacted; it makes a snapshot differ from the one before. */
      readonly type: 'store.compact';
      readonly time: number;
    };

export type MutationType = Mutation['type'];

/** A mutation that is durable. Sequence numbers grow by one and are event ids. */
export interface Committed {
  readonly seq: number;
  readonly mutation: Mutation;
}
