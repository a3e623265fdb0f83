// Filter and order over experiments.
import assert from 'node:assert/strict';
import type { Experiment } from '../../../../src/domain/experiment';
import { SearchError } from '../../../../src/domain/search/error';
import {
  parseExperimentFilter,
  parseExperimentOrder,
} from '../../../../src/domain/search/experiments';

const experiment = (id: string, name: string, time: number, team?: string): Experiment => ({
  experimentId: id,
  name,
  artifactLocation: '',
  lifecycleStage: 'active',
  creationTime: time,
  lastUpdateTime: time + 1,
  tags: team === undefined ? [] : [{ key: 'team', value: team }],
});

const all = [
  experiment('0', 'Default', 10),
  experiment('1', 'digits', 20, 'vision'),
  experiment('2', 'Digits 100%', 20, 'Audio'),
  experiment('10', 'speech', 30, 'audio'),
];
const names = (filter: string) => all.filter(parseExperimentFilter(filter)).map((e) => e.name);
const ordered = (...terms: string[]) =>
  [...all].sort(parseExperimentOrder(terms)).map((e) => e.experimentId);

describe('the filter over experiments', () => {
  const cases: readonly [string, readonly string[]][] = [
    ['', ['Default', 'digits', 'Digits 100%', 'speech']],
    ["name = 'digits'", ['digits']],
    ["attribute.name != 'digits'", ['Default', 'Digits 100%', 'speech']],
    ["name LIKE 'Di%'", ['Digits 100%']],
    ["name ILIKE 'di%'", ['digits', 'Digits 100%']],
    ["name LIKE 'digit_'", ['digits']],
    ["tags.team ILIKE 'audio'", ['Digits 100%', 'speech']],
    ["tag.team != 'vision'", ['Digits 100%', 'speech']],
    ['tags.team IS NULL', ['Default']],
    ['tags.team IS NOT NULL AND creation_time >= 30', ['speech']],
    ['last_update_time < 12', ['Default']],
    ["experiment_id IN ('1', '10')", ['digits', 'speech']],
    ["experiment_id != '0' AND name LIKE '%s'", ['digits']],
  ];
  for (const [filter, expected] of cases) {
    it(`finds by ${JSON.stringify(filter)}`, () => assert.deepEqual(names(filter), expected));
  }

  const refused: readonly [string, RegExp][] = [
    ["metrics.a = '1'", /^Invalid entity type 'metrics'. Valid entity types are/],
    ["bad = '1'", /^Invalid attribute key 'bad' specified/],
    ["creation_time = '1'", /^Expected numeric value type for numeric attribute/],
    ['name IS NULL', /only supported for tags/],
    ["experiment_id = 'x'", /must be a valid integer/],
  ];
  for (const [filter, message] of refused) {
    it(`refuses ${filter}`, () => {
      assert.throws(
        () => parseExperimentFilter(filter),
        (error) => error instanceof SearchError && message.test(error.message),
      );
    });
  }
});

describe('the order over experiments', () => {
  it('is newest first, then by id, when nothing is said', () => {
    assert.deepEqual(ordered(), ['10', '1', '2', '0']);
  });

  it('follows the terms, with the newest id between equals', () => {
    assert.deepEqual(ordered('creation_time'), ['0', '2', '1', '10']);
    assert.deepEqual(ordered('name DESC'), ['10', '1', '2', '0']);
    assert.deepEqual(ordered('experiment_id'), ['0', '1', '2', '10']);
  });

  it('refuses tags', () => {
    assert.throws(() => parseExperimentOrder(['tags.team']), /Invalid order_by entity: tag/);
  });
});
