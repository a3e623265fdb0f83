// MLflow's filter over runs: what is accepted, what it means, and what is said of the rest.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SearchError } from '../../../../src/domain/search/error';
import { parseRunFilter } from '../../../../src/domain/search/parse';
import type { RunClause } from '../../../../src/domain/search/query';
import { printFilter, runClauses } from './support';

function refused(text: string): SearchError {
  try {
    parseRunFilter(text);
  } catch (error) {
    assert.ok(error instanceof SearchError, `${error}`);
    return error;
  }
  throw new assert.AssertionError({ message: `accepted: ${text}` });
}

const accepted: readonly [string, readonly RunClause[]][] = [
  ['', []],
  ['  ', []],
  ['metrics.loss < 0.1', [{ on: 'metric', key: 'loss', op: '<', value: 0.1 }]],
  ['metric.m>=-1e-3', [{ on: 'metric', key: 'm', op: '>=', value: -0.001 }]],
  ['metrics.`val loss` != 2', [{ on: 'metric', key: 'val loss', op: '!=', value: 2 }]],
  ['metrics."a/b" = 1.', [{ on: 'metric', key: 'a/b', op: '=', value: 1 }]],
  ["params.lr = '0.1'", [{ on: 'param', key: 'lr', op: '=', value: '0.1' }]],
  ['params.lr = "it\'s"', [{ on: 'param', key: 'lr', op: '=', value: "it's" }]],
  ["parameters.p ilike '%A_'", [{ on: 'param', key: 'p', op: 'ILIKE', value: '%A_' }]],
  [
    "tags.mlflow.source.name = 'x'",
    [{ on: 'tag', key: 'mlflow.source.name', op: '=', value: 'x' }],
  ],
  ['tag.a IS  NULL', [{ on: 'tag', key: 'a', op: 'IS NULL' }]],
  ['param.a is not null', [{ on: 'param', key: 'a', op: 'IS NOT NULL' }]],
  ["status = 'RUNNING'", [{ on: 'attribute', key: 'status', op: '=', value: 'RUNNING' }]],
  ["attr.`Run Name` LIKE 'a%'", [{ on: 'attribute', key: 'run_name', op: 'LIKE', value: 'a%' }]],
  ['Created > 5', [{ on: 'attribute', key: 'start_time', op: '>', value: 5 }]],
  ['run_id IN (\'a\', "b")', [{ on: 'attribute', key: 'run_id', op: 'IN', values: ['a', 'b'] }]],
  [
    "attributes.run_id not  in ('a',)",
    [{ on: 'attribute', key: 'run_id', op: 'NOT IN', values: ['a'] }],
  ],
  ["dataset.digest IN ('d')", [{ on: 'dataset', key: 'digest', op: 'IN', values: ['d'] }]],
  [
    "datasets.name = 'x' and metrics.a > 1 AND",
    [
      { on: 'dataset', key: 'name', op: '=', value: 'x' },
      { on: 'metric', key: 'a', op: '>', value: 1 },
    ],
  ],
  // Quotes in a string stay as written, as MLflow leaves them.
  ["params.a = 'it''s'", [{ on: 'param', key: 'a', op: '=', value: "it''s" }]],
];

describe('the filter over runs', () => {
  for (const [text, clauses] of accepted) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseRunFilter(text), clauses);
    });
  }

  const messages: readonly [string, RegExp, number][] = [
    ["metrics.a > 1 OR params.b = 'x'", /^Invalid clause\(s\) in filter string: 'OR'$/, 14],
    ["(params.b = 'x')", /^Invalid clause\(s\) in filter string/, 0],
    ["NOT params.b = 'x'", /^Invalid clause\(s\) in filter string: 'NOT'$/, 0],
    ['metrics.a', /^Invalid clause\(s\) in filter string: 'metrics.a'$/, 0],
    ['metrics.a >', /^Invalid comparison clause/, 11],
    ["metrics.a > '1'", /^Expected numeric value type for metric. Found '1'$/, 12],
    ['metrics.a == 1', /^Invalid comparator '==' not one of/, 10],
    ['params.a > 1', /^Expected a quoted string value for parameter/, 11],
    ["params.a > '1'", /^Invalid comparator '>' not one of/, 9],
    ['params.a = b', /not quoted or unidentified quote types used for string value b/, 11],
    ["bad = 'x'", /^Invalid attribute key 'bad' specified. Valid keys are '\{/, 0],
    ["nope.a = 'x'", /^Invalid entity type 'nope'. Valid values are \['metric', 'param/, 0],
    ["dataset.bad = 'x'", /^Invalid dataset key 'bad' specified/, 8],
    ["start_time > '1'", /^Expected numeric value type for numeric attribute: start_time/, 13],
    ['status IS NULL', /IS NULL \/ IS NOT NULL is only supported for tags and params/, 7],
    ["status IN ('RUNNING')", /^Only \['run_id'\] attributes support comparison with a list/, 7],
    ['run_id IN ()', /expected a non-empty list of string values, but got empty list/, 10],
    ['run_id IN (1)', /got ill-formed list/, 11],
  ];
  for (const [text, message, position] of messages) {
    it(`refuses ${text} and says where`, () => {
      const error = refused(text);
      assert.match(error.message, message);
      assert.equal(error.position, position);
    });
  }

  it('names what would be valid', () => {
    assert.deepEqual(refused("dataset.bad = 'x'").valid, ['name', 'digest', 'context']);
    assert.ok(refused("bad = 'x'").valid.includes('start_time'));
    assert.deepEqual(refused('metrics.a == 1').valid, ['=', '!=', '>', '>=', '<', '<=']);
  });

  it('reads back what is printed', () => {
    fc.assert(
      fc.property(runClauses, (clauses) => {
        assert.deepEqual(parseRunFilter(printFilter(clauses)), clauses);
      }),
      { numRuns: 500 },
    );
  });

  it('throws nothing but SearchError, whatever the text', () => {
    const pieces = fc.constantFrom(
      ...'metrics. params. tags. run_id . ` \' " ( ) , = != > LIKE IN NOT IS NULL AND OR 1 -1e5 a \\ ; é'.split(
        ' ',
      ),
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(pieces).map((list) => list.join(' ')),
    );
    fc.assert(
      fc.property(text, (filter) => {
        try {
          parseRunFilter(filter);
        } catch (error) {
          assert.ok(error instanceof SearchError, `${error}`);
          assert.ok(error.position >= 0 && error.position <= filter.length);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('is quick on a long unclosed string', () => {
    const started = performance.now();
    refused(`params.a = '${"\\'".repeat(20_000)}(`);
    assert.ok(performance.now() - started < 1000);
  });
});
