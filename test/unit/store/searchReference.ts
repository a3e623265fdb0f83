// What a filter over runs means, evaluated on whole runs: the searches of the store are held against it.
import type { Run } from '../../../src/domain/run';
import type { Condition, Field, Filter, Order, Test } from '../../../src/domain/search/filter';

export function matches(run: Run, filter: Filter): boolean {
  if (filter.kind === 'leaf') return fulfils(run, filter.leaf);
  if (filter.kind === 'not') return !matches(run, filter.part);
  const parts = filter.parts.map((part) => matches(run, part));
  return filter.kind === 'and' ? parts.every(Boolean) : parts.some(Boolean);
}

function fulfils(run: Run, condition: Condition): boolean {
  if (condition.kind === 'free') {
    const { runName, runId, userId } = run.info;
    const note = tagOf(run, 'mlflow.note.content') ?? '';
    const text = [runName, runId, userId, note].join('\n').toLowerCase();
    return text.includes(condition.text.toLowerCase());
  }
  const values = valuesOf(run, condition.field);
  const { test } = condition;
  if (test.op === 'IS NULL') return values.length === 0;
  if (test.op === 'IS NOT NULL') return values.length > 0;
  return values.some((value) => passes(value, test));
}

type Value = string | number;

/** All values of a field; only datasets have several. */
function valuesOf(run: Run, field: Field): Value[] {
  const present = (value: Value | undefined) => (value === undefined ? [] : [value]);
  switch (field.on) {
    case 'metric':
      return present(run.metrics.find(({ key }) => key === field.key)?.[field.of].value);
    case 'param':
      return present(run.params.find(({ key }) => key === field.key)?.value);
    case 'tag':
      return present(tagOf(run, field.key));
    case 'dataset':
      return run.datasets.flatMap((dataset) => {
        if (field.key === 'name') return [dataset.name];
        if (field.key === 'digest') return [dataset.digest];
        const context = dataset.tags.find(({ key }) => key === 'mlflow.data.context');
        return context ? [context.value] : [];
      });
    case 'attribute':
      return present(attributeOf(run, field.key));
    case 'name':
      throw new Error('not resolved');
  }
}

const tagOf = (run: Run, key: string) => run.tags.find((tag) => tag.key === key)?.value;

function attributeOf({ info }: Run, key: string): Value | undefined {
  const { endTime, startTime } = info;
  const duration = endTime === undefined ? undefined : endTime - startTime;
  const values: Record<string, Value | undefined> = {
    run_id: info.runId,
    run_name: info.runName,
    user_id: info.userId,
    status: info.status,
    artifact_uri: info.artifactUri,
    start_time: startTime,
    end_time: endTime,
    duration,
  };
  return values[key];
}

function passes(value: Value, test: Test): boolean {
  if ('values' in test) return test.values.includes(String(value)) === (test.op === 'IN');
  if (!('value' in test)) return false;
  if (typeof test.value === 'string') return textPasses(String(value), test.op, test.value);
  return numberPasses(numberOf(value), test.op, test.value);
}

/** NaN for a number that is NaN; undefined for a text that spells none. */
function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return Number.isNaN(number) ? undefined : number;
}

function numberPasses(value: number | undefined, op: string, other: number): boolean {
  if (value === undefined) return false;
  if (op === '!=') return value !== other;
  if (op === '=') return value === other;
  if (op === '<') return value < other;
  if (op === '<=') return value <= other;
  return op === '>' ? value > other : value >= other;
}

function textPasses(value: string, op: string, other: string): boolean {
  if (op === '=') return value === other;
  if (op === '!=') return value !== other;
  const isLike = like(value, other, op.endsWith('ILIKE'));
  return op.startsWith('NOT') ? !isLike : isLike;
}

/** SQL's LIKE over the whole text: `%` is any run of characters, `_` is one. */
export function like(text: string, pattern: string, ignoreCase: boolean): boolean {
  const source = [...pattern]
    .map((c) => (c === '%' ? '.*' : c === '_' ? '.' : c.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, ignoreCase ? 'isu' : 'su').test(text);
}

/** Ids in the order that is asked for; missing values last, NaN before them. */
export function sorted(runs: readonly Run[], orders: readonly Order[]): Run[] {
  const compare = (a: Run, b: Run): number => {
    for (const { field, descending } of orders) {
      const found = compareValues(valuesOf(a, field)[0], valuesOf(b, field)[0], descending);
      if (found !== 0) return found;
    }
    return b.info.startTime - a.info.startTime || (a.info.runId < b.info.runId ? -1 : 1);
  };
  return [...runs].sort(compare);
}

function compareValues(a: Value | undefined, b: Value | undefined, descending: boolean): number {
  const rank = (value: Value | undefined) =>
    value === undefined ? 2 : Number.isNaN(value) && typeof value === 'number' ? 1 : 0;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a === undefined || b === undefined || rank(a) === 1 || a === b) return 0;
  return (a < b ? -1 : 1) * (descending ? -1 : 1);
}
