// What rows of a database and meta.yaml files say alike of logged models and registered versions.
import type { SourceModel, SourceVersion } from './source';
import {
  filled,
  lifecycleStage,
  maybeText,
  maybeWhole,
  modelStage,
  modelStatus,
  versionStatus,
} from './values';

/** Members by MLflow's names, of any type. */
type Facts = Readonly<Record<string, unknown>>;

/** Milliseconds since 1970; the names of the two members differ from place to place. */
export function timesOf(facts: Facts, created: string, updated: string) {
  const creationTime = maybeWhole(facts[created]) ?? 0;
  return { creationTime, lastUpdateTime: maybeWhole(facts[updated]) ?? creationTime };
}

export const modelFacts = (
  facts: Facts,
  modelId: string,
): Omit<
  SourceModel,
  'creationTime' | 'lastUpdateTime' | 'params' | 'tags' | 'metrics' | 'artifacts' | 'where'
> => ({
  modelId,
  name: maybeText(facts['name']) ?? modelId,
  modelType: filled(facts['model_type']),
  sourceRunId: filled(facts['source_run_id']),
  status: modelStatus(facts['status']),
  statusMessage: filled(facts['status_message']),
  lifecycleStage: lifecycleStage(facts['lifecycle_stage']),
});

export const versionFacts = (
  facts: Facts,
): Omit<SourceVersion, 'version' | 'creationTime' | 'lastUpdateTime' | 'tags' | 'where'> => ({
  description: filled(facts['description']),
  userId: filled(facts['user_id']),
  stage: modelStage(facts['current_stage']),
  source: maybeText(facts['source']) ?? '',
  storageLocation: filled(facts['storage_location']),
  runId: filled(facts['run_id']),
  runLink: filled(facts['run_link']),
  modelId: filled(facts['model_id']),
  status: versionStatus(facts['status']),
  statusMessage: filled(facts['status_message']),
});
