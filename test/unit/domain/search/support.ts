// Random clauses, and a printer whose text the parser must read back.
import fc from 'fast-check';
import {
  COMPARE_OPERATORS,
  NULL_OPERATORS,
  TEXT_OPERATORS,
} from '../../../../src/domain/search/parse';
import type { RunClause } from '../../../../src/domain/search/query';

const key = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[`"']/.test(text));
const value = fc.string({ maxLength: 12 }).filter((text) => !/["\\]/.test(text));
const item = fc.string({ maxLength: 8 });
const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
);
const compare = fc.constantFrom(...COMPARE_OPERATORS);
const text = fc.constantFrom(...TEXT_OPERATORS);
const list = fc.constantFrom('IN' as const, 'NOT IN' as const);
const values = fc.array(item, { minLength: 1, maxLength: 3 });

const clause: fc.Arbitrary<RunClause> = fc.oneof(
  fc.record({ on: fc.constant('metric' as const), key, op: compare, value: number }),
  fc.record({ on: fc.constantFrom('param' as const, 'tag' as const), key, op: text, value }),
  fc.record({
    on: fc.constantFrom('param' as const, 'tag' as const),
    key,
    op: fc.constantFrom(...NULL_OPERATORS),
  }),
  fc.record({
    on: fc.constant('attribute' as const),
    key: fc.constantFrom('run_id' as const, 'run_name' as const, 'status' as const),
    op: text,
    value,
  }),
  fc.record({
    on: fc.constant('attribute' as const),
    key: fc.constantFrom('start_time' as const, 'end_time' as const),
    op: compare,
    value: number,
  }),
  fc.record({
    on: fc.constant('attribute' as const),
    key: fc.constant('run_id' as const),
    op: list,
    values,
  }),
  fc.record({
    on: fc.constant('dataset' as const),
    key: fc.constantFrom('name' as const, 'digest' as const, 'context' as const),
    op: list,
    values,
  }),
);

export const runClauses = fc.array(
  clause.map((value) => ({ ...value })),
  { maxLength: 5 },
);

export const printFilter = (clauses: readonly RunClause[]): string =>
  clauses.map(printClause).join(' AND ');

function printClause(clause: RunClause): string {
  const name = `${clause.on}s.\`${clause.key}\``;
  if ('values' in clause) {
    const items = clause.values.map((x) => `'${x.replace(/[\\']/g, '\\$&')}'`);
    return `${name} ${clause.op} (${items.join(', ')})`;
  }
  if (!('value' in clause)) return `${name} ${clause.op}`;
  const { value: operand } = clause;
  return `${name} ${clause.op} ${typeof operand === 'number' ? operand : `"${operand}"`}`;
}
