import type { LifecycleStage, Tag } from './run';

/** A named group of runs. */
export interface Experiment {
  /** Decimal integer as text, as MLflow has it; "0" is the one named Default. */
  readonly experimentId: string;
  readonly name: string;
  readonly artifactLocation: string;
  readonly lifecycleStage: LifecycleStage;
  /** Milliseconds since 1970. */
  readonly creationTime: number;
  readonly lastUpdateTime: number;
  readonly tags: readonly Tag[];
}
