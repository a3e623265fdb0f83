// Which root a document belongs to when folders lie in each other.
import assert from 'node:assert/strict';
import { relativeTo, rootOf } from '../../../src/language/roots';

describe('roots', () => {
  const cases: [string, string[], string | undefined][] = [
    ['/a/b/train.py', ['/a', '/a/b', '/a/c'], '/a/b'],
    ['/a/bc/train.py', ['/a', '/a/b'], '/a'],
    ['/x/train.py', ['/a'], undefined],
    ['/x/train.py', ['/'], '/'],
    ['/a', ['/a'], undefined],
  ];
  for (const [path, roots, root] of cases) {
    it(`${path} in ${roots.join(', ')} belongs to ${root}`, () =>
      assert.equal(rootOf(path, roots), root));
  }

  it('gives the path relative to the root', () => {
    assert.equal(relativeTo('/a/b', '/a/b/c/d.py'), 'c/d.py');
    assert.equal(relativeTo('/', '/c/d.py'), 'c/d.py');
  });
});
