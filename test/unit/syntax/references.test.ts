/** Names used from outside a definition, judged by CPython's `symtable` on real code. */
import assert from 'node:assert/strict';
import { referencesOf } from '../../../src/syntax/references';
import { pythonParser, realFunctions, runPython } from './support/python';

const SYMTABLE = `
import json, symtable, sys
def names(table, found):
    for symbol in table.get_symbols():
        if symbol.is_referenced() and symbol.is_global(): found.add(symbol.get_name())
    for child in table.get_children(): names(child, found)
    return found
result = []
for text in json.load(sys.stdin):
    top = symtable.symtable(text, "x", "exec")
    found = set()
    for child in top.get_children(): names(child, found)
    result.append(sorted(found))
print(json.dumps(result))
`;

async function namesIn(text: string): Promise<string[]> {
  const tree = (await pythonParser()).parse(text);
  const found = tree.statements.flatMap(({ root }) => referencesOf(root).names);
  tree.dispose();
  return [...new Set(found.map(({ name, attributes }) => [name, ...attributes].join('.')))].sort();
}

describe('references', () => {
  it('miss no global name that CPython sees, in functions of the standard library', async () => {
    const functions = realFunctions(await pythonParser()).filter(
      (text) => !text.includes('import *'),
    );
    assert.ok(functions.length > 300);
    const expected: string[][] = JSON.parse(runPython(SYMTABLE, JSON.stringify(functions)));
    for (const [index, text] of functions.entries()) {
      const found = new Set((await namesIn(text)).map((name) => name.split('.')[0]));
      const missing = expected[index]?.filter((name) => !found.has(name));
      assert.deepEqual(missing, [], text);
    }
  });

  const CASES: readonly (readonly [string, string, string[]])[] = [
    [
      'parameters and locals',
      'def f(a, *b, c=D, **e):\n  g = a\n  for h in b: pass\n  return g, h, I',
      ['D', 'I'],
    ],
    ['comprehensions', 'def f(): return [a for a in B if a], {c: D for c in E}', ['B', 'D', 'E']],
    ['lambdas', 'def f(): return lambda a, b=C: a + b + D', ['C', 'D']],
    ['attributes', 'def f(): return a.b.c(d.e).f', ['a.b.c', 'd.e']],
    ['class scopes', 'class A(B):\n  x = 1\n  y = x\n  def m(self): return x', ['B', 'x']],
    ['global', 'def f():\n  global a\n  a = 1', ['a']],
    [
      'with, except, walrus',
      'def f():\n  with A as b: pass\n  try: pass\n  except C as d: return b, d, (e := F), e',
      ['A', 'C', 'F'],
    ],
    [
      'match',
      'def f(x):\n  match x:\n    case A(b=c) | D.E(): return c\n    case [g, *h] as i: return g, h, i',
      ['A', 'D.E'],
    ],
    [
      'annotations',
      'def f(a: A, b: "B[C.D]") -> Annotated[E, "f"]: pass',
      ['A', 'Annotated', 'B', 'C.D', 'E', 'f'],
    ],
    ['getattr', 'def f(): return getattr(a.b, "c")', ['a.b.c', 'getattr']],
  ];
  for (const [what, text, expected] of CASES) {
    it(`know ${what}`, async () => assert.deepEqual(await namesIn(text), expected));
  }
});
