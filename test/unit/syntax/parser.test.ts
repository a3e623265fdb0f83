/** Incremental parsing gives the tree of a fresh parse and keeps what did not change. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalForm } from '../../../src/syntax/canonical';
import { lineOf } from '../../../src/syntax/nodes';
import type { PythonParser, PythonTree } from '../../../src/syntax/parser';
import { pythonParser, standardLibrary } from './support/python';

const TEXT = [
  'import os',
  '',
  '# über',
  'X = "ä€😀"',
  'def f(a, b=1):',
  '    """doc"""',
  '    if a:',
  '        return [b, f"{a!r}"]',
  '    return None',
  '',
  '@deco(1)',
  'class A(B):',
  '    def m(self): return self.x',
  'Y = f(X)',
  '',
].join('\n');

const shape = (tree: PythonTree) =>
  tree.statements.map((statement) => [
    statement.start,
    statement.line,
    statement.column,
    canonicalForm(statement.root),
  ]);

const fresh = (parser: PythonParser, text: string) => {
  const tree = parser.parse(text);
  const result = { hasErrors: tree.hasErrors, shape: tree.hasErrors ? [] : shape(tree) };
  tree.dispose();
  return result;
};

describe('PythonParser', () => {
  it('gives the same after any chain of edits as a fresh parse', async () => {
    const parser = await pythonParser();
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 12 }),
      insert: fc.constantFrom(
        '',
        'x',
        ' ',
        '\n',
        '    ',
        'def g():\n    pass\n',
        '"',
        '(',
        ')',
        ':',
        '😀',
        '# c\n',
        'if a:\n',
        '1',
      ),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 8 }), (edits) => {
        let text = TEXT;
        let tree = parser.parse(text);
        for (const { at, remove, insert } of edits) {
          const start = at % (text.length + 1);
          text = text.slice(0, start) + insert + text.slice(start + remove);
          const next = parser.parse(text, tree);
          tree.dispose();
          tree = next;
          const expected = fresh(parser, text);
          assert.equal(tree.hasErrors, expected.hasErrors, JSON.stringify(text));
          if (!tree.hasErrors) assert.deepEqual(shape(tree), expected.shape);
        }
        tree.dispose();
      }),
      { numRuns: 300 },
    );
  });

  it('keeps the objects of statements whose text is the same', async () => {
    const parser = await pythonParser();
    const before = parser.parse(TEXT);
    const roots = before.statements.map(({ root }) => root);
    const after = parser.parse(`\n\n${TEXT.replace('return None', 'return 1')}`, before);
    const kept = after.statements.map(({ root }) => roots.includes(root));
    assert.deepEqual(kept, [true, true, false, true, true]);
    assert.deepEqual(
      after.statements.map(({ line }) => line),
      [3, 6, 7, 13, 16],
    );
  });

  it('leaves the earlier tree usable', async () => {
    const parser = await pythonParser();
    const before = parser.parse(TEXT);
    parser.parse(TEXT.replace('import os', 'import sys'), before).dispose();
    assert.equal(before.statements[0]?.root.text, 'import os');
  });

  it('counts lines and columns of what is inside a statement', async () => {
    const parser = await pythonParser();
    const tree = parser.parse('x = 1; y = [\n  2,\n]\n');
    const [, second] = tree.statements;
    assert.deepEqual([second?.line, second?.column], [1, 7]);
    assert.equal(lineOf(second!, second!.root.text.indexOf('2')), 2);
  });

  it('parses the standard library without an error', async () => {
    const parser = await pythonParser();
    const files = standardLibrary();
    assert.ok(files.length > 8);
    for (const { file, text } of files) {
      const tree = parser.parse(text);
      assert.equal(tree.hasErrors, false, file);
      tree.dispose();
    }
  });
});
