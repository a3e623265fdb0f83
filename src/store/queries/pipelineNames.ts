// Which names pipeline runs have: those of new runs are read when it is asked.
import { number, text } from '../database';
import type { State } from '../state';

interface Known {
  readonly names: Set<string>;
  /** The newest row that was read. */
  last: number;
}

/** Runs of pipelines are never removed, and keep their names; a failed write makes a new state. */
const known = new WeakMap<State, Known>();

const NEWER = `SELECT id, json_extract(body, '$.name') FROM pipeline_runs
  WHERE id > ? ORDER BY id`;

/** Also of runs that were committed a moment ago. The names lie in documents that hold whole graphs. */
export function isPipelineRunNamed(state: State, name: string): boolean {
  const found = known.get(state) ?? { names: new Set(), last: 0 };
  known.set(state, found);
  for (const [id, each] of state.sql.all(NEWER, found.last)) {
    found.names.add(text(each));
    found.last = number(id);
  }
  return found.names.has(name);
}
