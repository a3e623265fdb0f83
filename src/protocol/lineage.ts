/** What came from what: runs, models, artifacts and steps; and how results changed over time. */
import type { OverTime } from './models';

export interface RunLineage {
  readonly datasets: readonly {
    readonly name: string;
    readonly digest: string;
    readonly context: string | undefined;
    readonly sourceType: string;
    readonly source: string;
    /** JSON texts as MLflow keeps them. */
    readonly schema: string | undefined;
    readonly profile: string | undefined;
  }[];
  readonly models: readonly {
    readonly modelId: string;
    readonly name: string;
    readonly direction: 'made' | 'used';
    /** Registered versions that were made of it, as `name/version`. */
    readonly registered: readonly string[];
  }[];
  /** Registered versions that name this run, as `name/version`. */
  readonly registered: readonly string[];
  /** For `GET /api/objects/:digest`; its own, or that of the run above it. */
  readonly environment: string | undefined;
}

export interface ArtifactLineage {
  readonly madeBy: StepLink | undefined;
  /** The newest first, at most 200. */
  readonly usedBy: readonly StepLink[];
  /** Versions with the same content. */
  readonly same: readonly { readonly id: string; readonly version: string }[];
}

export interface StepLink {
  readonly stepRunId: string;
  readonly step: string;
  readonly stepId: string;
  readonly pipelineRunId: string;
  readonly pipelineRun: string;
  readonly pipeline: string;
  readonly endedAt: number | undefined;
}

/** Its routes; see `ControlApi`. */
export interface LineageApi {
  /** Datasets it used, models it made or used, and the record of its environment. */
  'GET /api/runs/:runId/lineage': {
    request: { runId: string; source?: string };
    reply: RunLineage;
  };
  'GET /api/artifacts/:id/lineage': { request: { id: string }; reply: ArtifactLineage };
  /** Metrics of the runs of a pipeline, of all their steps together. */
  'GET /api/pipelines/:pipeline/over-time': { request: { pipeline: string }; reply: OverTime };
}
