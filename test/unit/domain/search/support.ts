// Random filters, as trees.
import fc from 'fast-check';
import {
  AGGREGATES,
  COMPARE_OPERATORS,
  type Condition,
  type Field,
  type Filter,
  LIST_OPERATORS,
  NULL_OPERATORS,
  TEXT_OPERATORS,
  type Test,
} from '../../../../src/domain/search/filter';

/** Keys with any character but the quotes that would close them. */
export const anyKey = fc.string({ minLength: 1, maxLength: 12 }).filter((t) => !/[`"']/.test(t));
const anyText = fc
  .string({ maxLength: 12 })
  .filter((text) => !/\\/.test(text) && !(text.includes('"') && text.includes("'")))
  .filter((text) => !/^'|''|^"|""/.test(text));
const anyNumber = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
);

export const numberTest = (value: fc.Arbitrary<number>): fc.Arbitrary<Test> =>
  fc.record({ op: fc.constantFrom(...COMPARE_OPERATORS), value });
export const textTest = (value: fc.Arbitrary<string>): fc.Arbitrary<Test> =>
  fc.record({ op: fc.constantFrom(...TEXT_OPERATORS), value });
export const listTest = (value: fc.Arbitrary<string>): fc.Arbitrary<Test> =>
  fc.record({
    op: fc.constantFrom(...LIST_OPERATORS),
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
  });
export const nullTest: fc.Arbitrary<Test> = fc.record({ op: fc.constantFrom(...NULL_OPERATORS) });

const condition = (field: fc.Arbitrary<Field>, test: fc.Arbitrary<Test>) =>
  fc.record({ kind: fc.constant('test' as const), field, test });

/** Conditions that the language of runs can say. */
export const runConditions: fc.Arbitrary<Condition> = fc.oneof(
  condition(
    fc.record({
      on: fc.constant('metric' as const),
      key: anyKey,
      of: fc.constantFrom(...AGGREGATES),
    }),
    fc.oneof(numberTest(anyNumber), nullTest),
  ),
  condition(
    fc.record({ on: fc.constantFrom('param' as const, 'tag' as const), key: anyKey }),
    fc.oneof(textTest(anyText), numberTest(anyNumber), listTest(fc.string()), nullTest),
  ),
  condition(
    fc.record({
      on: fc.constant('attribute' as const),
      key: fc.constantFrom('run_id', 'run_name', 'user_id', 'artifact_uri'),
    }),
    fc.oneof(textTest(anyText), listTest(fc.string()), nullTest),
  ),
  condition(
    fc.record({
      on: fc.constant('attribute' as const),
      key: fc.constantFrom('start_time', 'end_time', 'duration'),
    }),
    fc.oneof(numberTest(anyNumber), nullTest),
  ),
  condition(
    fc.record({
      on: fc.constant('dataset' as const),
      key: fc.constantFrom('name', 'digest', 'context'),
    }),
    fc.oneof(textTest(anyText), listTest(fc.string()), nullTest),
  ),
);

/** Trees of these leaves, without what a text cannot show: groups of less than two. */
export function filters(leaf: fc.Arbitrary<Condition>): fc.Arbitrary<Filter> {
  const single = leaf.map((found): Filter => ({ kind: 'leaf', leaf: found }));
  const { tree } = fc.letrec<{ tree: Filter; group: Filter }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      single,
      tie('group'),
      tie('tree').map((part): Filter => ({ kind: 'not', part })),
    ),
    group: fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }),
    }),
  }));
  return tree;
}
