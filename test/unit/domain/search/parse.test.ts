// The language of search: what a text means, and why it is refused.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SearchError } from '../../../../src/domain/search/error';
import { parseFilter } from '../../../../src/domain/search/parse';
import { printFilter } from '../../../../src/domain/search/print';
import {
  EXPERIMENTS,
  LOGGED_MODELS,
  MODEL_VERSIONS,
  REGISTERED_MODELS,
  RUNS,
  type Subject,
} from '../../../../src/domain/search/subjects';
import { filters, runConditions } from './support';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const shown = (text: string, subject: Subject = RUNS) =>
  printFilter(parseFilter(text, subject, NOW)).replaceAll('`', '');

function refused(text: string, subject: Subject = RUNS): SearchError {
  try {
    parseFilter(text, subject, NOW);
  } catch (error) {
    assert.ok(error instanceof SearchError, `${text}: ${String(error)}`);
    return error;
  }
  assert.fail(`${text} was not refused`);
}

const MEANINGS: readonly [string, string][] = [
  ['', ''],
  ['AND', ''],
  [
    'metrics.a > 1 AND metrics.b > 2 OR metrics.c > 3',
    '(metrics.a > 1 AND metrics.b > 2) OR metrics.c > 3',
  ],
  [
    'metrics.a > 1 AND (metrics.b > 2 OR metrics.c > 3)',
    'metrics.a > 1 AND (metrics.b > 2 OR metrics.c > 3)',
  ],
  ['NOT metrics.a > 1 AND metrics.b > 2', 'NOT metrics.a > 1 AND metrics.b > 2'],
  ['NOT (metrics.a > 1 OR metrics.b > 2)', 'NOT (metrics.a > 1 OR metrics.b > 2)'],
  ['not not metrics.a > 1', 'NOT NOT metrics.a > 1'],
  ["params.a = 'x' params.b = 'y'", "params.a = 'x' AND params.b = 'y'"],
  ["AND params.a = 'x' AND AND params.b = 'y' AND", "params.a = 'x' AND params.b = 'y'"],
  ["((params.a = 'x'))", "params.a = 'x'"],
  ['MAX(metrics.a) > 1', 'max(metrics.a) > 1'],
  ['min( loss ) < .5', 'min(metrics.loss) < 0.5'],
  ['last(metrics.a) = 1', 'metrics.a = 1'],
  ['max > 1', 'max > 1'],
  ['HAS metrics.a', 'metrics.a IS NOT NULL'],
  ['has loss', 'loss IS NOT NULL'],
  ['loss < 1 AND n IN ("a")', "loss < 1 AND n IN ('a')"],
  ["status = 'finished'", "attributes.status = 'FINISHED'"],
  ["status != 'finished'", "attributes.status != 'finished'"],
  ["status IN ('failed', 'Killed')", "attributes.status IN ('FAILED', 'KILLED')"],
  ['params.lr > 0.1', 'params.lr > 0.1'],
  ["params.lr = '0.1'", "params.lr = '0.1'"],
  ["params.a not like 'x%'", "params.a NOT LIKE 'x%'"],
  ['duration > 1.5h', 'attributes.duration > 5400000'],
  ['duration < 90s', 'attributes.duration < 90000'],
  ['created > -2d', `attributes.start_time > ${NOW - 2 * DAY}`],
  ['start_time >= -1w', `attributes.start_time >= ${NOW - 7 * DAY}`],
  ["created > '2026-11-01'", `attributes.start_time > ${new Date(2026, 10, 1).getTime()}`],
  [
    "created > '2026-11-01 08:30'",
    `attributes.start_time > ${new Date(2026, 10, 1, 8, 30).getTime()}`,
  ],
  [
    "created > '2026-11-01T08:30:15Z'",
    `attributes.start_time > ${Date.UTC(2026, 10, 1, 8, 30, 15)}`,
  ],
  ['resnet', "'resnet'"],
  ["resnet 'two words' AND metrics.a > 1", "'resnet' AND 'two words' AND metrics.a > 1"],
  ["'run_name'", "'run_name'"],
  ['attributes.`Run Name` IS NULL', 'attributes.run_name IS NULL'],
];

const REFUSALS: readonly [string, number, RegExp, Subject?][] = [
  ["bad.a = 'x'", 0, /Invalid entity type 'bad'/],
  ["params.a = 'x' OR", 17, /Invalid clause/],
  ["OR params.a = 'x'", 0, /Invalid clause/],
  ["(params.a = 'x'", 0, /'\)' is missing/],
  ["params.a = 'x')", 14, /Invalid clause/],
  ['()', 1, /Invalid clause/],
  ['metrics.a > 1 AND metrics.b > x', 30, /Expected numeric value type for metric. Found x/],
  ["params.a = 'x' AN params.b = 'y'", 15, /Invalid clause.*AN/],
  ["params.a = 'x' LIK 'y'", 15, /Invalid clause/],
  ['NOT', 3, /Invalid clause/],
  ['max(params.a) > 1', 11, /max\(\) takes a metric/],
  ['max(metrics.a > 1', 4, /'\)' is missing/],
  ['run_name', 0, /Invalid clause.*'run_name'/],
  ['params.a', 0, /Invalid clause/],
  ['created > 2d', 10, /Expected numeric value type/],
  ["created > 'yesterday'", 10, /Expected numeric value type/],
  ['duration > 5y', 11, /Expected numeric|Invalid clause/],
  ['attributes.bad IS NULL', 11, /Valid keys are/],
  ["metrics.a IN ('x')", 13, /Expected numeric value type for metric. Found \('x'\)/],
  ['run_id IN ()', 10, /empty list/],
  ["min(name) > 'x'", 4, /Invalid clause/, EXPERIMENTS],
  ["params.a = 'x'", 0, /Invalid entity type 'params'/, EXPERIMENTS],
  ["loss = 'x'", 0, /Invalid attribute key 'loss'/, EXPERIMENTS],
  ["version_number = 'x'", 17, /Invalid value for numeric attribute/, MODEL_VERSIONS],
  ["name > 'x'", 5, /Invalid comparator for attribute: >/, REGISTERED_MODELS],
  ["dataset.name = 'x'", 0, /Invalid entity type: 'dataset'/, LOGGED_MODELS],
];

describe('the language of search', () => {
  it('means what it says', () => {
    for (const [text, expected] of MEANINGS) assert.equal(shown(text), expected, text);
  });

  it('says where a text is wrong, and why', () => {
    for (const [text, position, message, subject] of REFUSALS) {
      const error = refused(text, subject);
      assert.match(error.message, message, text);
      assert.equal(error.position, position, text);
    }
  });

  it('names what would have been right', () => {
    assert.ok(refused("attributes.bad = 'x'").valid.includes('run_name'));
    assert.deepEqual(refused("bad.a = 'x'").valid, RUNS.entities);
    assert.ok(refused('metrics.a LIKE 1').valid.includes('>='));
    assert.ok(refused("dataset.bad = 'x'").valid.includes('digest'));
    assert.deepEqual(refused('metrics.val-loss > 1').valid, ['metrics.`val-loss`']);
  });

  it('reads text of logged models without quotes', () => {
    assert.equal(shown('params.lr = 0.01', LOGGED_MODELS), "params.lr = '0.01'");
    assert.equal(
      shown("status = 'ready'", LOGGED_MODELS),
      "attributes.status = 'LOGGED_MODEL_READY'",
    );
  });

  it('takes as much as fits, and no more', () => {
    const many = (count: number) =>
      Array.from({ length: count }, () => 'metrics.a > 1').join(' OR ');
    const { kind, ...tree } = parseFilter(many(1000), RUNS, NOW);
    assert.deepEqual([kind, 'parts' in tree && tree.parts.length], ['or', 1000]);
    assert.match(refused(many(1001)).message, /more than 1000 clauses/);
    assert.match(refused(`run_name LIKE '${'%'.repeat(10_001)}'`).message, /at most 10000/);
    assert.equal(shown(`${'('.repeat(99)}metrics.a > 1${')'.repeat(99)}`), 'metrics.a > 1');
    assert.match(refused('('.repeat(5000)).message, /more than 100 levels/);
    assert.match(refused('NOT '.repeat(5000)).message, /more than 100 levels/);
  });

  it('reads back the tree that was printed', () => {
    fc.assert(
      fc.property(filters(runConditions), (filter) => {
        assert.deepEqual(parseFilter(printFilter(filter), RUNS, NOW), structuredClone(filter));
      }),
      { numRuns: 500 },
    );
  });

  it('answers or refuses any text', () => {
    const words = fc.constantFrom(
      ...['AND', 'OR', 'NOT', 'HAS', '(', ')', 'metrics.a', 'loss', 'IN', "('x')", '>', '=', '1'],
      ...["'x'", '-2d', 'IS NULL', 'LIKE', '`', '"', "'", 'max(', ',', ';', '.', 'created'],
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(words, { maxLength: 12 }).map((w) => w.join(' ')),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(RUNS, EXPERIMENTS, LOGGED_MODELS), (text, subject) => {
        try {
          parseFilter(text, subject, NOW);
        } catch (error) {
          assert.ok(error instanceof SearchError, String(error));
          assert.ok(error.position >= 0 && error.position <= text.length, text);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
