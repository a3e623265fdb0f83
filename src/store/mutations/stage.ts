// The columns of a lifecycle stage: `deleted` and `deleted_time`.
import type { LifecycleStage } from '../../domain/run';

export const stageColumns = (stage: LifecycleStage, time: number): [number, number | null] =>
  stage === 'deleted' ? [1, time] : [0, null];
