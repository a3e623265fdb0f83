// Queries of logged models.
import type { LoggedModel } from '../../domain/model';
import { number, text } from '../database';
import type { State } from '../state';
import type { ModelQueries } from '../store';
import { loadModels } from './modelRows';
import { searchModels } from './searchModels';

/** `current` gives the state of now: it is another one after a failed write. */
export function modelQueries(current: () => State): ModelQueries {
  return {
    search: (search) => searchModels(current(), search),
    get: (modelId, options) => getModel(current(), modelId, options?.deleted ?? false),
    has: (modelId) =>
      current().sql.get('SELECT 1 FROM logged_models WHERE model_id = ?', modelId) !== undefined,
    ofExperiment: (experimentId) => ofExperiment(current(), experimentId),
  };
}

function ofExperiment(state: State, experimentId: string): string[] {
  const rows = state.sql.all(
    `SELECT m.model_id FROM experiments e JOIN logged_models m ON m.experiment = e.id
     WHERE e.experiment_id = ? AND m.deleted = 0 ORDER BY m.model_id`,
    experimentId,
  );
  return rows.map((row) => text(row[0]));
}

function getModel(state: State, modelId: string, deleted: boolean): LoggedModel | undefined {
  const row = state.sql.get('SELECT id, deleted FROM logged_models WHERE model_id = ?', modelId);
  if (!row || (number(row[1]) && !deleted)) return undefined;
  return loadModels(state, [number(row[0])])[0];
}
