// Checks the rows of the database against each other.
import { number } from '../database';
import type { State } from '../state';
import type { Examination } from './examination';

/** Child table, its column, and the table whose row it needs. */
const REFERENCES: readonly (readonly [child: string, column: string, parent: string])[] = [
  ['runs', 'experiment', 'experiments'],
  ['experiment_tags', 'experiment', 'experiments'],
  ['params', 'run', 'runs'],
  ['tags', 'run', 'runs'],
  ['metrics', 'run', 'runs'],
  ['chunks', 'run', 'runs'],
  ['inputs', 'run', 'runs'],
  ['inputs', 'dataset', 'datasets'],
  ['edits', 'run', 'runs'],
  ['params', 'key', 'keys'],
  ['tags', 'key', 'keys'],
  ['metrics', 'key', 'keys'],
  ['logged_models', 'experiment', 'experiments'],
  ['logged_model_params', 'model', 'logged_models'],
  ['logged_model_tags', 'model', 'logged_models'],
  ['logged_model_metrics', 'model', 'logged_models'],
  ['run_input_models', 'run', 'runs'],
  ['run_output_models', 'run', 'runs'],
  ['model_versions', 'model', 'registered_models'],
  ['registered_model_tags', 'model', 'registered_models'],
  ['registered_model_aliases', 'model', 'registered_models'],
  ['model_changes', 'model', 'registered_models'],
  ['step_runs', 'pipeline_run', 'pipeline_runs'],
];

export async function checkTables({ report }: Examination, state: State): Promise<void> {
  for (const [child, column, parent] of REFERENCES) {
    // Others wait when a server does this.
    await new Promise((resolve) => setImmediate(resolve));
    const rows = number(state.sql.get(`SELECT count(*) FROM ${child}`)?.[0]);
    report.checked.rows += rows;
    const lost = number(
      state.sql.get(
        `SELECT count(*) FROM ${child} WHERE ${column} NOT IN (SELECT id FROM ${parent})`,
      )?.[0],
    );
    if (lost === 0) continue;
    const what = `${lost} of ${rows} rows belong to ${parent} that are not there.`;
    const action = 'They are kept and shown nowhere. Tell the makers of Runlens how it came to be.';
    report.warning('rows.orphaned', `table ${child}`, what, action);
  }
}
