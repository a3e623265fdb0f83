/** What counts in the canonical form and what does not. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalForm } from '../../../src/syntax/canonical';
import { decoratorsOf, type SyntaxNode } from '../../../src/syntax/nodes';
import type { PythonParser } from '../../../src/syntax/parser';
import { formOf, pythonParser, realFunctions, tokensOf } from './support/python';

const DOC = 'def f():\n  def g():\n    "one"\n  return g.__doc__\n';

const SAME: readonly (readonly [string, string, string])[] = [
  [
    'comments',
    'def f(x):\n    return x\n',
    'def f(x):  # why\n    # because\n    return x  # so\n',
  ],
  [
    'blank lines and spaces',
    'def f(x):\n    y = x\n    return y\n',
    'def f( x ) :\n\n  y=x\n\n\n  return y\n',
  ],
  [
    'a docstring',
    'def f():\n    return 1\n',
    'def f():\n    """Says\n    much."""\n    return 1\n',
  ],
  ['a docstring in pieces', 'def f():\n    return 1\n', 'def f():\n    ("a" "b")\n    return 1\n'],
  ['a class docstring', 'class A:\n    x = 1\n', 'class A:\n    "doc"\n    x = 1\n'],
  ['quotes', "x = 'a'", 'x = """a"""'],
  ['escaped quotes', `x = 'it\\'s'`, `x = "it's"`],
  ['prefixes', "x = 'a', b'b', f'{c}'", "x = u'a', B'b', F'{c}'"],
  ['raw strings', "x = r'\\d'", "x = '\\\\d'"],
  ['implicit concatenation', "x = ('a'\n     'b')", "x = 'ab'"],
  ['line ends', 'x = """a\nb"""\n', 'x = """a\r\nb"""\r\n'],
  ['trailing commas', 'f(a, b)\nx = [1, {2: 3}]', 'f(a, b,)\nx = [1, {2: 3,},]'],
  ['commas of parameters', 'def f(a, *, b): pass', 'def f(\n    a,\n    *,\n    b,\n): pass'],
  ['commas of imports', 'from a import b, c', 'from a import (\n    b,\n    c,\n)'],
  ['redundant parentheses', 'x = a + b\nif a: pass', 'x = (a + b)\nif ((a)): pass'],
  ['parentheses of tuples', 'x = a, b\nfor c, d in e: pass', 'x = (a, b)\nfor (c, d) in e: pass'],
  ['parentheses of return', 'def f(): return a, b', 'def f(): return (a, b)'],
  ['parentheses of with', 'with a as b, c as d: pass', 'with (\n    a as b,\n    c as d,\n): pass'],
  ['parentheses of del', 'del a, b', 'del (a, b)'],
  ['parentheses of except', 'try: pass\nexcept A: pass', 'try: pass\nexcept (A): pass'],
  ['parentheses of match', 'match a, b:\n  case c, d: pass', 'match (a, b):\n  case (c, d): pass'],
  ['hexadecimal', 'x = 0xff', 'x = 0XFF'],
  ['underscores', 'x = 1000000', 'x = 1_000_000'],
  ['floats', 'x = 0.5, 5.0, 1e5', 'x = .5, 5., 1E5'],
  ['semicolons', 'x = 1\ny = 2', 'x = 1; y = 2;'],
  ['empty bases', 'class A: pass', 'class A(): pass'],
  ['line continuation', 'x = a + b', 'x = a + \\\n    b'],
  ['one-line bodies', 'if a: b', 'if a:\n    b'],
  ['parentheses of a power with a sign', 'x = -2**8', 'x = -(2**8)'],
  ['quotes around a quote that is not escaped', "x = r'\\\"'", 'x = r"\\""'],
  [
    'the layout of a docstring that counts',
    'class A(B):\n  "a\\n\\n  b"',
    "class A(B):\n  ''' a\n\n    b\n  '''",
  ],
];

const DIFFERENT: readonly (readonly [string, string, string])[] = [
  ['an operator', 'x = a + b', 'x = a - b'],
  ['a name', 'x = a', 'x = b'],
  ['a constant', 'x = 0.5', 'x = 0.7'],
  ['a type of number', 'x = 1', 'x = 1.0'],
  ['the text of a string', "x = 'a'", "x = 'a '"],
  ['an order', 'a()\nb()', 'b()\na()'],
  ['a nesting', 'if a:\n  b()\n  c()', 'if a:\n  b()\nc()'],
  ['a branch', 'if a:\n if b: c\n else: d', 'if a:\n if b: c\nelse: d'],
  ['a comma in a subscript', 'x[a]', 'x[a,]'],
  ['a colon in a subscript', 'x[a]', 'x[a:]'],
  ['a comma in a case', 'match x:\n case a: pass', 'match x:\n case a,: pass'],
  ['a comma after a subject', 'match x:\n case a: pass', 'match x,:\n case a: pass'],
  ['a comma after a statement', 'a', 'a,'],
  ['a comma in an annotation', 'x: Tuple[int]', 'x: Tuple[int,]'],
  ['a format', "f'{x:.2f}'", "f'{x:.3f}'"],
  ['a space in a format', "f'{x:>3}'", "f'{x: >3}'"],
  ['a conversion', "f'{x}'", "f'{x!r}'"],
  ['white space that f-strings show', "f'{x=}'", "f'{x = }'"],
  ['an f-string first in a body', 'def f():\n  f"a"\n  return 1', 'def f():\n  return 1'],
  ['bytes first in a body', 'def f():\n  b"a"\n  return 1', 'def f():\n  return 1'],
  ['a docstring of a decorated function', '@tool\ndef f():\n  "a"', '@tool\ndef f():\n  "b"'],
  ['a docstring of a derived class', 'class A(B):\n  "a"', 'class A(B):\n  "b"'],
  ['a docstring that is read', 'def f():\n  "a"\n  f.__doc__', 'def f():\n  "b"\n  f.__doc__'],
  ['a second string', 'def f():\n  "a"\n  "b"', 'def f():\n  "a"\n  "c"'],
  ['brackets around a declaration', '(x): int = 1', 'x: int = 1'],
  ['a default value of a helper', 'def f(a=1): pass', 'def f(a=2): pass'],
  ['a kind of parameter', 'def f(a, b): pass', 'def f(a, *, b): pass'],
  ['an annotation', 'def f(a: int): pass', 'def f(a: str): pass'],
  ['another decorator', '@a\ndef f(): pass', '@b\ndef f(): pass'],
  ['an order of decorators', '@a\n@b\ndef f(): pass', '@b\n@a\ndef f(): pass'],
  ['async', 'def f(): pass', 'async def f(): pass'],
  ['a lone surrogate', "'\\ud83d\\ude00'", "'\\U0001f600'"],
  ['a name in an escape', "'\\N{BULLET}'", "'\\\\N{BULLET}'"],
  ['a backslash before a quote', 'x = r"\\""', 'x = r""'],
  ['brackets around a power that is awaited', 'x = await a ** 2', 'x = await (a ** 2)'],
  ['an inner docstring that the outer function reads', DOC.replace('one', 'two'), DOC],
  ['content that looks like structure', "x = 'a' + 'b'", 'x = "a ) + (str text:1:b"'],
];

describe('canonicalForm', () => {
  for (const [what, a, b] of SAME) {
    it(`does not count ${what}`, async () => {
      const parser = await pythonParser();
      assert.ok(formOf(parser, a), 'parses');
      assert.equal(formOf(parser, b), formOf(parser, a));
    });
  }
  for (const [what, a, b] of DIFFERENT) {
    it(`counts ${what}`, async () => {
      const parser = await pythonParser();
      assert.ok(formOf(parser, a) && formOf(parser, b), 'parse');
      assert.notEqual(formOf(parser, b), formOf(parser, a));
    });
  }

  it('leaves out default values and SDK decorators where it is told to', async () => {
    const parser = await pythonParser();
    const form = (text: string) => {
      const node = parser.parse(text).statements[0]!.root;
      const isSdkDecorator = (d: SyntaxNode) => decoratorsOf(node).indexOf(d) === 0;
      return canonicalForm(node, { withoutDefaults: true, isSdkDecorator });
    };
    const plain = form('@step\ndef f(a, b: int, *, c): pass');
    assert.equal(form('@step(name="x")\ndef f(a=1, b: int = 2, *, c=3): pass'), plain);
    assert.notEqual(form('@step\n@other\ndef f(a, b: int, *, c): pass'), plain);
    assert.notEqual(form('@step\ndef f(a, b: float, *, c): pass'), plain);
    // Below the outermost function defaults are code.
    const nested = (value: number) => form(`@step\ndef f():\n  def g(x=${value}): pass`);
    assert.notEqual(nested(1), nested(2));
  });
});

/** A formatter gone wild: everything that may be rewritten without a change of meaning. */
type Rewrite = (pieces: string[], index: number, parser: PythonParser) => void;
const REWRITES: readonly Rewrite[] = [
  (pieces, index) => {
    if (/^\n/.test(pieces[index] ?? '')) pieces[index] = `  # note\n${pieces[index]}`;
  },
  (pieces, index) => {
    if (/^\n/.test(pieces[index] ?? '')) pieces[index] = `\n\n${pieces[index]}`;
  },
  (pieces, index) => {
    if (/^ +$/.test(pieces[index] ?? '')) pieces[index] = ' \\\n      ';
  },
  (pieces, index) => {
    const text = pieces[index] ?? '';
    if (/^"[^"'\\\n{}]*"$/.test(text)) pieces[index] = `'${text.slice(1, -1)}'`;
    else if (/^'[^"'\\\n{}]*'$/.test(text)) pieces[index] = `"""${text.slice(1, -1)}"""`;
  },
  (pieces, index) => {
    if (/^[1-9]\d*$/.test(pieces[index] ?? ''))
      pieces[index] = `0x${Number(pieces[index]).toString(16)}`;
  },
];

function splitPieces(parser: PythonParser, text: string): string[] {
  const tree = parser.parse(text);
  const [statement] = tree.statements;
  const out: string[] = [];
  let from = 0;
  for (const token of statement ? tokensOf(statement.root) : []) {
    if (token.start > from) out.push(text.slice(from, token.start));
    if (token.end > token.start) out.push(token.text);
    from = token.end;
  }
  tree.dispose();
  return [...out, text.slice(from)];
}

const OPERATORS = ['+', '-', '*', '/', '==', '!=', '<', '>', 'and', 'or', 'in', 'is'];

describe('the canonical form of real functions', () => {
  it('survives any mix of formatting', async function () {
    this.timeout(60_000);
    const parser = await pythonParser();
    const functions = realFunctions(parser).filter((text) => !/__doc__/.test(text));
    const rewrites = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...REWRITES)), { maxLength: 30 });
    fc.assert(
      fc.property(fc.constantFrom(...functions), rewrites, (text, list) => {
        const pieces = splitPieces(parser, text);
        for (const [at, rewrite] of list) rewrite(pieces, at % pieces.length, parser);
        const form = formOf(parser, pieces.join(''));
        // A continuation after a comment's line and the like is no Python: nothing to compare.
        fc.pre(form !== undefined);
        assert.equal(form, formOf(parser, text));
      }),
      { numRuns: 400 },
    );
  });

  it('survives another docstring where the docstring does not count', async function () {
    this.timeout(60_000);
    const parser = await pythonParser();
    const functions = realFunctions(parser).filter(
      (text) => /^def [^\n]*:\n {4}\S/.test(text) && !/__doc__/.test(text),
    );
    assert.ok(functions.length > 50);
    fc.assert(
      fc.property(
        fc.constantFrom(...functions),
        fc.stringMatching(/^[a-z ]{0,20}$/),
        (text, doc) => {
          const [head = '', ...body] = text.split('\n');
          const tree = parser.parse(text);
          const isDocumented = /^ {4}[rRuU]?["']/.test(body[0] ?? '');
          tree.dispose();
          fc.pre(!isDocumented);
          const documented = [head, `    """${doc}"""`, ...body].join('\n');
          assert.equal(formOf(parser, documented), formOf(parser, text));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('changes with any operator, name, constant or order of statements', async function () {
    this.timeout(60_000);
    const parser = await pythonParser();
    const functions = realFunctions(parser);
    let changed = 0;
    fc.assert(
      fc.property(fc.constantFrom(...functions), fc.nat(), fc.nat(), (text, at, by) => {
        const pieces = splitPieces(parser, text);
        const candidates = pieces.flatMap((piece, index) => {
          const isCode = OPERATORS.includes(piece) || /^(\d+|[a-z_]\w*)$/.test(piece);
          return isCode ? [index] : [];
        });
        const index = candidates[at % candidates.length] ?? 0;
        const before = pieces[index] ?? '';
        pieces[index] = OPERATORS.includes(before)
          ? (OPERATORS.filter((other) => other !== before)[by % (OPERATORS.length - 1)] ?? '')
          : /^\d/.test(before)
            ? `1${before}`
            : `${before}_x`;
        const form = formOf(parser, pieces.join(''));
        fc.pre(form !== undefined);
        changed++;
        assert.notEqual(form, formOf(parser, text));
      }),
      { numRuns: 500 },
    );
    assert.ok(changed > 300);
  });

  it('changes when two different statements swap their places', async () => {
    const parser = await pythonParser();
    const statement = fc.constantFrom(
      'a = 1',
      'a += b',
      'f(a)',
      'del a',
      'a, b = b, a',
      'f(a, b)',
      'b = a[0]',
    );
    fc.assert(
      fc.property(fc.array(statement, { minLength: 2, maxLength: 6 }), fc.nat(), (lines, at) => {
        const index = at % (lines.length - 1);
        const swapped = [...lines];
        [swapped[index], swapped[index + 1]] = [lines[index + 1]!, lines[index]!];
        const text = (all: string[]) =>
          `def f(a, b):\n${all.map((line) => `    ${line}\n`).join('')}`;
        const isSame = lines[index] === lines[index + 1];
        assert.equal(formOf(parser, text(swapped)) === formOf(parser, text(lines)), isSame);
      }),
    );
  });
});
