// Text as Python writes it.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pythonJson, pythonRepr } from '../../../src/base/python';

describe('pythonRepr', () => {
  const cases: [string, string][] = [
    ['a', "'a'"],
    ["it's", '"it\'s"'],
    ['say "x"', '\'say "x"\''],
    ['both \' and "', "'both \\' and \"'"],
    ['a\\b\n', "'a\\\\b\\n'"],
    ['größe', "'größe'"],
  ];
  for (const [text, expected] of cases) {
    it(`writes ${JSON.stringify(text)}`, () => assert.equal(pythonRepr(text), expected));
  }
});

describe('pythonJson', () => {
  it('has spaces and nothing but ASCII', () => {
    const value = [{ a: 'é', b: [1, null, true] }, '😀', {}];
    assert.equal(
      pythonJson(value),
      '[{"a": "\\u00e9", "b": [1, null, true]}, "\\ud83d\\ude00", {}]',
    );
  });

  it('reads back the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = pythonJson(value);
        assert.match(text, /^[\x20-\x7f]*$/);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
