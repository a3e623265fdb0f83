// Orders, and the meaning of bare names.
import assert from 'node:assert/strict';
import { SearchError } from '../../../../src/domain/search/error';
import { resolveFilter, resolveOrder } from '../../../../src/domain/search/names';
import { parseModelOrder, parseOrder } from '../../../../src/domain/search/order';
import { parseFilter } from '../../../../src/domain/search/parse';
import { printFilter } from '../../../../src/domain/search/print';
import {
  EXPERIMENTS,
  MODEL_VERSIONS,
  REGISTERED_MODELS,
  RUNS,
} from '../../../../src/domain/search/subjects';

describe('order_by', () => {
  it('reads names with a direction', () => {
    assert.deepEqual(
      parseOrder(['metrics.`val loss` DESC', 'max(metrics.a) asc', 'created'], RUNS),
      [
        { field: { on: 'metric', key: 'val loss', of: 'last' }, descending: true },
        { field: { on: 'metric', key: 'a', of: 'max' }, descending: false },
        { field: { on: 'attribute', key: 'start_time' }, descending: false },
      ],
    );
    assert.deepEqual(parseOrder(['params.lr', 'tag.`a.b`', 'first( loss )'], RUNS), [
      { field: { on: 'param', key: 'lr' }, descending: false },
      { field: { on: 'tag', key: 'a.b' }, descending: false },
      { field: { on: 'metric', key: 'loss', of: 'first' }, descending: false },
    ]);
  });

  it('lets the first of two terms on one field decide', () => {
    const orders = parseOrder(['metrics.a', 'metrics.a DESC', 'max(metrics.a) DESC'], RUNS);
    assert.deepEqual(
      orders.map(({ descending }) => descending),
      [false, true],
    );
  });

  it('refuses what is no order', () => {
    const cases: [string, RegExp, typeof RUNS][] = [
      ['', /Could not be parsed/, RUNS],
      ['metrics.a, metrics.b', /Could not be parsed/, RUNS],
      ['max(metrics.a DESC', /Could not be parsed/, RUNS],
      ['max(params.a)', /Could not be parsed/, RUNS],
      ['metrics.a UP', /Invalid ordering key/, RUNS],
      ['dataset.name', /Invalid identifier type 'dataset'/, RUNS],
      ['attributes.bad', /Valid keys are/, RUNS],
      ['tags.a', /Invalid order_by entity: tag/, EXPERIMENTS],
      ['max(name)', /Could not be parsed/, EXPERIMENTS],
      ['attribute.name', /Invalid order by key 'attribute.name'/, REGISTERED_MODELS],
      ['tags.a', /Invalid order by key 'a'/, MODEL_VERSIONS],
    ];
    for (const [term, message, subject] of cases) {
      assert.throws(
        () => parseOrder([term], subject),
        (error) => {
          assert.ok(error instanceof SearchError);
          assert.match(error.message, message, term);
          return true;
        },
      );
    }
  });

  it('reads the objects of logged models', () => {
    const dataset = { name: 'd' };
    assert.deepEqual(
      parseModelOrder([
        { fieldName: 'metrics.a.b', ascending: false, dataset },
        { fieldName: 'creation_time', ascending: true, dataset: undefined },
      ]),
      [
        { field: { on: 'metric', key: 'a.b', of: 'last' }, descending: true, dataset },
        { field: { on: 'attribute', key: 'creation_timestamp' }, descending: false },
      ],
    );
    assert.throws(
      () => parseModelOrder([{ fieldName: 'params.a', ascending: true, dataset: undefined }]),
      /Only metrics are supported/,
    );
  });
});

describe('bare names', () => {
  const USES: Record<string, { metric: boolean; param: boolean }> = {
    loss: { metric: true, param: false },
    lr: { metric: false, param: true },
    both: { metric: true, param: true },
  };
  const uses = (key: string) => USES[key] ?? { metric: false, param: false };
  const resolved = (text: string) =>
    printFilter(resolveFilter(parseFilter(text, RUNS, 0), uses)).replaceAll('`', '');

  it('are the one metric or parameter of that name', () => {
    assert.equal(
      resolved("loss < 1 AND (lr = '0.1' OR NOT lr > 2)"),
      "metrics.loss < 1 AND (params.lr = '0.1' OR NOT params.lr > 2)",
    );
    assert.equal(resolved('HAS loss'), 'metrics.loss IS NOT NULL');
    const orders = resolveOrder(parseOrder(['loss DESC', 'lr'], RUNS), uses);
    assert.deepEqual(
      orders.map(({ field }) => field.on),
      ['metric', 'param'],
    );
  });

  it('name the candidates when there are two, and what is valid when there is none', () => {
    assert.throws(
      () => resolved('loss < 1 AND both > 1'),
      (error) => {
        assert.ok(error instanceof SearchError);
        assert.deepEqual([error.position, error.valid], [13, ['metrics.both', 'params.both']]);
        assert.match(error.message, /both metrics.both and params.both/);
        return true;
      },
    );
    assert.throws(() => resolved('none > 1'), /Invalid attribute key 'none' specified/);
    assert.throws(
      () => resolved("loss = 'x'"),
      /Expected numeric value type for metric. Found 'x'/,
    );
    assert.throws(
      () => resolveOrder(parseOrder(['none'], RUNS), uses),
      /Invalid attribute key 'none' specified/,
    );
  });
});
