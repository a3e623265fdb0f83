// The order of a search over runs.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { SearchError } from '../../../../src/domain/search/error';
import { parseRunOrder } from '../../../../src/domain/search/order';

describe('the order over runs', () => {
  it('reads names with and without a direction', () => {
    assert.deepEqual(
      parseRunOrder(['metrics.loss DESC', 'params.`learning rate` asc', 'Created', 'tags.a.b']),
      [
        { on: 'metric', key: 'loss', descending: true },
        { on: 'param', key: 'learning rate', descending: false },
        { on: 'attribute', key: 'start_time', descending: false },
        { on: 'tag', key: 'a.b', descending: false },
      ],
    );
  });

  it('lets the first of two terms on one field decide', () => {
    assert.deepEqual(parseRunOrder(['created DESC', 'start_time ASC']), [
      { on: 'attribute', key: 'start_time', descending: true },
    ]);
  });

  const refused: readonly [string, RegExp][] = [
    ['bad', /^Invalid attribute key 'bad' specified/],
    ['metrics.a SIDEWAYS', /^Invalid ordering key in order_by clause 'metrics.a SIDEWAYS'/],
    ['metrics.a DESC extra', /Could not be parsed/],
    ['', /Could not be parsed/],
    ['max(metrics.a)', /Could not be parsed/],
    ['dataset.name', /Invalid identifier type 'dataset'/],
  ];
  for (const [term, message] of refused) {
    it(`refuses ${JSON.stringify(term)}`, () => {
      assert.throws(
        () => parseRunOrder([term]),
        (error) => error instanceof SearchError && message.test(error.message),
      );
    });
  }

  it('throws nothing but SearchError, whatever the text', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (terms) => {
        try {
          parseRunOrder(terms);
        } catch (error) {
          assert.ok(error instanceof SearchError, `${error}`);
        }
      }),
    );
  });
});
