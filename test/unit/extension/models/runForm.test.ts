import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Json } from '../../../../src/base/json';
import {
  fittingValues,
  formRows,
  formTitle,
  missingOf,
  parseValue,
  valuesToSend,
  valueText,
} from '../../../../src/extension/models/runForm';
import type { SignatureParameter } from '../../../../src/protocol/lsp';

const of = (
  type: SignatureParameter['type'],
  over: Partial<SignatureParameter> = {},
): SignatureParameter => ({ name: 'x', type, annotation: type, ...over });

describe('a value that is typed into the form', () => {
  const fits: readonly [SignatureParameter, string, Json][] = [
    [of('int'), '5', 5],
    [of('int'), ' -1_000 ', -1000],
    [of('float'), '1e-3', 0.001],
    [of('float'), '.5', 0.5],
    [of('float'), '5.', 5],
    [of('float'), '3', 3],
    [of('bool'), 'true', true],
    [of('bool'), 'False', false],
    [of('str'), ' a b ', ' a b '],
    [of('str'), 'None', 'None'],
    [of('str', { annotation: 'str | None' }), 'None', null],
    [of('int', { default: null }), 'None', null],
    [of('path'), ' data/a.csv ', 'data/a.csv'],
    [of('choice', { choices: ['adam', 'sgd'] }), 'sgd', 'sgd'],
    [of('choice', { choices: [1, 2] }), '2', 2],
    [of('json'), '[1, 2.5]', [1, 2.5]],
    [of('json'), "{'a': True, 'b': None,}", { a: true, b: null }],
    [of('json'), '(1, "x")', [1, 'x']],
    [of('json'), `'it\\'s "so"'`, `it's "so"`],
    [of('json'), '"True (None,)"', 'True (None,)'],
    [of('json'), 'None', null],
  ];
  for (const [parameter, text, value] of fits) {
    it(`${parameter.type} takes ${text}`, () => {
      assert.deepEqual(parseValue(parameter, text), { value });
    });
  }

  const refused: readonly [SignatureParameter, string, RegExp][] = [
    [of('int'), '5.0', /whole number/],
    [of('int'), '', /whole number/],
    [of('int'), '1__0', /whole number/],
    [of('int'), '90071992547409930', /up to 9007199254740991/],
    [of('float'), 'nan', /such as 0.001/],
    [of('float'), '1e999', /too large/],
    [of('float'), '0x10', /such as/],
    [of('bool'), '1', /True or False/],
    [of('choice', { choices: ['adam', 'sgd'] }), 'rms', /adam, sgd/],
    [of('path'), '  ', /path/],
    [of('json'), 'hello', /literal/],
    [of('json'), '[1,', /literal/],
  ];
  for (const [parameter, text, problem] of refused) {
    it(`${parameter.type} refuses ${JSON.stringify(text)} and says why`, () => {
      const parsed = parseValue(parameter, text);
      assert.ok('problem' in parsed, JSON.stringify(parsed));
      assert.match(parsed.problem, problem);
    });
  }

  it('is the value again that it shows', () => {
    const values = fc.oneof(
      fc.tuple(fc.constant(of('int')), fc.maxSafeInteger()),
      fc.tuple(
        fc.constant(of('float')),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x)),
      ),
      fc.tuple(fc.constant(of('bool')), fc.boolean()),
      fc.tuple(fc.constant(of('str')), fc.string()),
    );
    fc.assert(
      fc.property(values, ([parameter, value]) => {
        assert.deepEqual(parseValue(parameter, valueText(value)), { value });
      }),
    );
  });

  it('as any literal is what JSON says, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parseValue(of('json'), text), { value: JSON.parse(text) });
      }),
    );
  });
});

describe('the overview of the form', () => {
  const gamma = of('float', { name: 'gamma', default: 0.001 });
  const epochs = of('int', { name: 'epochs', default: 5 });
  const data = of('path', { name: 'data' });

  it('says what is changed, in the order of the values', () => {
    assert.equal(formTitle([gamma, epochs], {}), 'Run with the defaults');
    assert.equal(
      formTitle([gamma, epochs], { gamma: 0.002, epochs: 7 }),
      'Run with gamma=0.002, epochs=7',
    );
    assert.equal(
      formTitle([of('str', { name: 's', default: 'a' })], { s: 'b, c' }),
      'Run with s="b, c"',
    );
  });

  it('names what is missing', () => {
    assert.deepEqual(missingOf([gamma, data], {}), [data]);
    assert.equal(formTitle([gamma, data], {}), 'Give data first');
    assert.deepEqual(missingOf([gamma, data], { data: 'a.csv' }), []);
  });

  it('marks a row that differs from its default, and no other', () => {
    const rows = formRows([gamma, epochs, data], { gamma: 0.002, epochs: 5 });
    assert.deepEqual(rows, [
      {
        name: 'gamma',
        text: '0.002',
        isSet: true,
        isMissing: false,
        about: 'float, default 0.001',
      },
      { name: 'epochs', text: '5', isSet: false, isMissing: false, about: 'int, default 5' },
      { name: 'data', text: '', isSet: false, isMissing: true, about: 'path, needed' },
    ]);
  });

  it('sends what differs from the defaults, so that the code keeps its own', () => {
    assert.deepEqual(valuesToSend([gamma, epochs], { gamma: 0.001, epochs: 7 }), { epochs: 7 });
    assert.deepEqual(valuesToSend([data], { data: 'a.csv' }), { data: 'a.csv' });
  });

  it('forgets kept values that the signature does not take any more', () => {
    const kept = { gamma: 'text', epochs: 7, gone: 1, data: 'a.csv' };
    assert.deepEqual(fittingValues([gamma, epochs, data], kept), { epochs: 7, data: 'a.csv' });
    const any = of('json', { name: 'any' });
    assert.deepEqual(fittingValues([any], { any: 'text' }), { any: 'text' });
  });
});
