// The history of stages and aliases of model versions: written by the mutations that change them.
import type { ModelStage } from '../../domain/model';
import { number, text } from '../database';
import type { State } from '../state';
import type { Of } from './of';

interface By {
  readonly time: number;
  readonly userId?: string | undefined;
}

/** To be called before the stage changes; a stage that stays is no change. */
export function noteStage(state: State, row: number, stage: ModelStage, by: By): void {
  const known = state.sql.get('SELECT model, version, stage FROM model_versions WHERE id = ?', row);
  if (!known || known[2] === stage) return;
  const version = { model: number(known[0]), version: number(known[1]) };
  note(state, version, { what: 'stage', before: text(known[2]), after: stage }, by);
}

/** To be called before the alias changes: it is taken from one version and set to another. */
export function noteAlias(state: State, model: number, mutation: Of<'registry.alias'>): void {
  const { alias, version } = mutation;
  const row = state.sql.get(
    'SELECT version FROM registered_model_aliases WHERE model = ? AND alias = ?',
    model,
    alias,
  );
  const before = row && number(row[0]);
  if (before === (version ?? undefined)) return;
  if (before !== undefined) {
    const taken = { what: 'alias', before: alias, after: null } as const;
    note(state, { model, version: before }, taken, mutation);
  }
  if (version !== null) {
    note(state, { model, version }, { what: 'alias', before: null, after: alias }, mutation);
  }
}

export function forgetVersion(state: State, model: number, version: number): void {
  state.sql.run('DELETE FROM model_changes WHERE model = ? AND version = ?', model, version);
}

export function forgetModel(state: State, model: number): void {
  state.sql.run('DELETE FROM model_changes WHERE model = ?', model);
}

function note(
  state: State,
  { model, version }: { readonly model: number; readonly version: number },
  change: {
    readonly what: 'stage' | 'alias';
    readonly before: string | null;
    readonly after: string | null;
  },
  { time, userId }: By,
): void {
  state.sql.run(
    `INSERT INTO model_changes (model, version, time, what, before, after, user_id)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    model,
    version,
    time,
    change.what,
    change.before,
    change.after,
    userId ?? '',
  );
}
