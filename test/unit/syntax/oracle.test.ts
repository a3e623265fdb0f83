/** CPython's `ast` judges the canonical form: equal forms must be equal programs. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import fc from 'fast-check';
import type { SyntaxNode } from '../../../src/syntax/nodes';
import type { PythonParser } from '../../../src/syntax/parser';
import {
  compareWithCPython,
  countValid,
  formOf,
  pythonParser,
  realFunctions,
  tokensOf,
} from './support/python';

/** Snippets in which a comma, a bracket or a prefix decides. */
const TRICKY = [
  'def f(x, y):\n    x[1], y[1,], (x), (y,), x,\n    return x[1:2, y], (x, y), x[(1, 2)]\n',
  'def f(x):\n    match x, 1:\n        case a, 1: return a\n        case (a): return [a]\n        case [b, *c] | {"k": b, **c}: return -1\n',
  'def f(a, b):\n    with (a as c, b): pass\n    with a, (b): pass\n    with (a, b) as c: del (a, b), c\n    (a), b = b, (a,)\n    for (a) in b, : pass\n',
  'def f(a):\n    x = f"{a!r:>{10}} {{}} {a = } \\x41" "b" rf"\\d{a:\\d}" u"c"\n    return b"\\x41\\101" + b"", \'it\\\'s\', r"\\n", "\\n\\\n"\n',
  'def f(a, b, c):\n    (x): int = 1\n    y: tuple[int,] = a, b\n    return (a and b) and c, a and (b and c), (a < b) < c, a < b < c, -a ** -b, (-a) ** b, not (a in b)\n',
  'async def f(a):\n    await a ** 2, (await a) ** 2, await (a ** 2)\n    return [x async for x in (a) if (x := 1)], lambda x, *y, z=(1): (x, y)\n',
  'def f(*a, b=(1), **c) -> (int):\n    global d, e\n    try: raise (a) from (b)\n    except (A, B) as g: assert (a), (b)\n    except* C: return\n    finally: yield (a, b)\n',
  'class A(): x: int = 0x1F; y = 1_000.50e1j; z = .5, 5., 1E5, 0o17, 0b1\n',
  'def f(a, /, b, *, c): return a if b else (c if a else b), (a if b else c) if a else b, *a, {**b, "c": (1)}\n',
];

/** Small edits of the kind that a careless normalisation would not see. */
const INSERTS = [
  '(',
  ')',
  ',',
  '[',
  ']',
  ' ',
  '\n',
  ':',
  ';',
  '-',
  'not ',
  'f',
  'r',
  'b',
  'u',
  '_',
  '0',
  '.',
  '\\\n',
  '=',
  '*',
  '"',
  "'",
  '# c\n',
];

/** Other spellings of one rank, so that most results still parse. */
const SWAPS: readonly (readonly string[])[] = [
  ['+', '-', '|', '&', '^', '<<'],
  ['*', '/', '//', '%', '@', '**'],
  ['<', '>', '==', '!=', '<=', '>=', 'is', 'in'],
  ['and', 'or'],
  ['=', '+=', '-='],
  ['True', 'False', 'None', '...'],
  ['break', 'continue', 'pass'],
];

function swapped(part: string, at: number): string {
  const ranks = SWAPS.find((rank) => rank.includes(part));
  if (ranks) return ranks[at % ranks.length] ?? part;
  if (/^\d+$/.test(part)) return String(Number(part) + (at % 3));
  return /^[a-z]\w*$/.test(part) && !KEYWORDS.test(part) ? `${part}_${at % 2}` : part;
}
const KEYWORDS =
  /^(if|else|elif|for|while|def|class|return|not|lambda|with|as|try|except|finally|raise|from|import|yield|await|async|del|global|nonlocal|assert|match|case)$/;

/** Brackets around a whole expression, with and without a comma or a sign. */
function around(parts: string[], [from, to]: Span, insert: string): void {
  const open = insert === '-' ? '-(' : insert === 'not ' ? 'not (' : '(';
  const close = insert === ',' ? ',)' : insert === '\n' ? '\n)' : ')';
  parts[from] = `${open}${parts[from]}`;
  parts[to] = `${parts[to]}${close}`;
}

function mutate({ parts: tokens, spans }: Pieces, edits: readonly Edit[]): string {
  const parts = [...tokens];
  for (const { at, kind, insert } of edits) {
    const index = at % parts.length;
    const part = parts[index] ?? '';
    const span_ = spans[at % Math.max(1, spans.length)];
    if (kind === 'expression') {
      if (span_) around(parts, span_, insert);
    } else if (kind === 'swap') parts[index] = swapped(part, at);
    else if (kind === 'delete') parts[index] = '';
    else if (kind === 'before') parts[index] = insert + part;
    else if (kind === 'after') parts[index] = part + insert;
    else if (kind === 'wrap') parts[index] = `(${part})`;
    else if (kind === 'unwrap') unwrap(parts, index);
    else if (kind === 'span') span(parts, index, index + 2 + (insert.length % 5));
    else if (kind === 'comma') parts[index] = `${part},`;
    else parts[index] = respelled(part);
  }
  return parts.join('');
}

/** Brackets around several tokens. */
function span(parts: string[], from: number, to: number): void {
  const end = Math.min(to, parts.length - 1);
  parts[from] = `(${parts[from]}`;
  parts[end] = `${parts[end]})`;
}

function unwrap(parts: string[], from: number): void {
  const open = parts.indexOf('(', from);
  let depth = 0;
  for (let index = open; index >= 0 && index < parts.length; index++) {
    if (parts[index] === '(') depth++;
    if (parts[index] === ')' && --depth === 0) {
      parts[open] = '';
      parts[index] = '';
      return;
    }
  }
}

function respelled(part: string): string {
  if (/^\d+$/.test(part)) return `0x${Number(part).toString(16)}`;
  if (/^"[^"'\\]*"$/.test(part)) return `'${part.slice(1, -1)}'`;
  if (/^'[^"'\\]*'$/.test(part)) return `u"${part.slice(1, -1)}"`;
  if (/^["']/.test(part)) return `${part} ""`;
  return part;
}

interface Edit {
  readonly at: number;
  readonly kind: (typeof KINDS)[number];
  readonly insert: string;
}

/** First and last index of the tokens of an expression. */
type Span = readonly [from: number, to: number];
interface Pieces {
  readonly parts: readonly string[];
  readonly spans: readonly Span[];
}

/** A text as tokens and the white space between them, with the expressions among them. */
function piecesOf(parser: PythonParser, text: string): Pieces {
  const tree = parser.parse(text);
  const parts: string[] = [];
  const starts = new Map<number, number>();
  const ends = new Map<number, number>();
  let from = 0;
  for (const statement of tree.statements) {
    for (const token of tokensOf(statement.root)) {
      const start = statement.start + token.start;
      if (start > from) parts.push(text.slice(from, start));
      from = statement.start + token.end;
      if (token.end === token.start) continue;
      starts.set(start, parts.length);
      ends.set(from, parts.length);
      parts.push(token.text);
    }
  }
  const spans = tree.statements.flatMap(({ root, start }) =>
    expressionsOf(root).flatMap((node): Span[] => {
      const first = starts.get(start + node.start);
      const last = ends.get(start + node.end);
      return first !== undefined && last !== undefined ? [[first, last]] : [];
    }),
  );
  tree.dispose();
  return { parts: [...parts, text.slice(from)], spans };
}

const EXPRESSION =
  /^(call|attribute|subscript|integer|float|list|tuple|dictionary|set|lambda|await|conditional_expression|parenthesized_expression|.*_operator|.*_comprehension)$/;

function expressionsOf(node: SyntaxNode): SyntaxNode[] {
  const inner = node.children.flatMap(expressionsOf);
  return EXPRESSION.test(node.type) ? [node, ...inner] : inner;
}

const KINDS = [
  ...(['expression', 'expression', 'expression', 'expression', 'swap', 'swap', 'swap'] as const),
  ...(['delete', 'before', 'after', 'wrap', 'unwrap', 'span', 'comma', 'respell'] as const),
];

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom(...KINDS),
  insert: fc.constantFrom(...INSERTS),
});
/** A nightly run takes enough that 30,000 of them are valid Python. */
const RUNS = Number(process.env['RUNLENS_TEST_MUTANTS'] ?? 5000);
const SEED = Number(process.env['RUNLENS_TEST_SEED'] ?? 20260101);

/** Mutants of one text; those of one form must be one program. */
class Family {
  readonly forms = new Map<string, string[]>();

  constructor(
    private readonly parser: PythonParser,
    readonly text: string,
    readonly pieces = piecesOf(parser, text),
  ) {
    this.add(text);
  }

  add(mutant: string): void {
    const form = formOf(this.parser, mutant);
    if (form === undefined) return;
    const known = this.forms.get(form) ?? [];
    if (!known.includes(mutant)) this.forms.set(form, [...known, mutant]);
  }

  /** Each text with the first one of its form. */
  get equal(): (readonly [string, string])[] {
    return [...this.forms.values()].flatMap(([first = '', ...others]) =>
      others.map((other) => [first, other] as const),
    );
  }
}

describe('the canonical form, judged by CPython', () => {
  it('is equal only for equal programs, over random mutants of real and of tricky code', async function () {
    this.timeout(120_000 + RUNS * 10);
    const parser = await pythonParser();
    const corpus = [...realFunctions(parser), ...TRICKY.flatMap((text) => Array(25).fill(text))];
    const families = new Map<string, Family>();
    const mutants: string[] = [];
    const sample = fc.sample(
      fc.tuple(fc.constantFrom(...corpus), fc.array(edit, { minLength: 1, maxLength: 3 })),
      { numRuns: RUNS, seed: SEED },
    );
    for (const [text, edits] of sample) {
      const family = families.get(text) ?? new Family(parser, text);
      families.set(text, family);
      const mutant = mutate(family.pieces, edits);
      if (mutant === text) continue;
      mutants.push(mutant);
      family.add(mutant);
    }
    const equal = [...families.values()].flatMap((family) => family.equal);
    const { same, different } = compareWithCPython(equal);
    const valid = countValid(mutants);
    assert.deepEqual(different.slice(0, 3), []);
    assert.ok(same > RUNS / 20, `too few equal mutants to say anything: ${same}`);
    assert.ok(valid > RUNS / 3, `too few valid mutants to say anything: ${valid}`);
    const report = process.env['RUNLENS_TEST_REPORT'];
    if (report) fs.writeFileSync(report, JSON.stringify({ mutants: mutants.length, valid, same }));
  });

  it('tells apart what CPython tells apart, in pairs of tricky lines', async () => {
    const parser = await pythonParser();
    const lines = ['x[a]', 'x[a,]', 'x[a, b]', 'x[a:b]', 'x[a:]', 'a,', 'a', '(a,)', '[a]', '{a}'];
    lines.push('(x): int = 1', 'x: int = 1', 'a and b and c', 'a and (b and c)', '(a < b) < c');
    lines.push(
      'a < b < c',
      'a < (b < c)',
      'await_ ** 2',
      '-1 ** 2',
      '(-1) ** 2',
      'x: T[a]',
      'x: T[a,]',
    );
    lines.push(
      "f'{a}'",
      "f'{a!r}'",
      "f'{a:x}'",
      "f'{a: x}'",
      "f'{a=}'",
      "f'{a =}'",
      "'{a}'",
      "b'a'",
      "'a'",
    );
    lines.push(
      "f'a'",
      "f''",
      "''",
      "b''",
      "'\\x41'",
      "b'\\x41'",
      "r'\\x41'",
      "'\\\\x41'",
      "'\\N{BULLET}'",
    );
    lines.push(
      '1',
      '1.0',
      '1j',
      'True',
      'None',
      '10',
      '1e1',
      'a @ b',
      'a * b',
      'a ** b',
      'not a in b',
    );
    lines.push(
      'del a',
      'del [a]',
      'a = b = c',
      'a = (b == c)',
      'print(a)',
      'print((a, b))',
      'print(a, b)',
    );
    lines.push(
      'f(a)',
      'f(*a)',
      'f(**a)',
      'f(a=a)',
      'lambda: a',
      'lambda a: a',
      'lambda a=a: a',
      'lambda *a: a',
    );
    lines.push(
      'with a: pass',
      'with a as b: pass',
      'with a, b: pass',
      'with (a, b) as c: pass',
      'with ((a, b)): pass',
    );
    lines.push(
      'for a in b: pass',
      'for a, in b: pass',
      'for a, b in c: pass',
      'for [a, b] in c: pass',
    );
    lines.push(
      'assert a',
      'assert a, b',
      'assert (a, b)',
      'raise a',
      'raise a from b',
      'import a',
      'import a.b',
    );
    lines.push(
      'import a as b',
      'from a import b',
      'from . import b',
      'from .. import b',
      'from a import *',
      'from .a import b',
    );
    lines.push(
      'def f(a): pass',
      'def f(*a): pass',
      'def f(a, /): pass',
      'def f(*, a): pass',
      'def f(a=1): pass',
    );
    lines.push(
      'match a:\n  case b: pass',
      'match a,:\n  case b: pass',
      'match a:\n  case b,: pass',
      'match a:\n  case [b]: pass',
    );
    lines.push(
      'match a:\n  case b.c: pass',
      'match a:\n  case "b": pass',
      'match a:\n  case -1: pass',
      'match a:\n  case 1: pass',
    );
    lines.push(
      'if a:\n  if b: c\nelse: d',
      'if a:\n  if b: c\n  else: d',
      'if a: b\nelif c: d',
      'if a: b\nif c: d',
    );
    lines.push(
      'try: a\nexcept: b',
      'try: a\nexcept b: c',
      'try: a\nexcept (b, c): d',
      'try: a\nexcept* b: c',
      'try: a\nfinally: b',
    );
    const pairs = lines.flatMap((a, index) =>
      lines
        .slice(index + 1)
        .flatMap((b) => (formOf(parser, a) === formOf(parser, b) ? [[a, b] as const] : [])),
    );
    for (const line of lines) assert.ok(formOf(parser, line) !== undefined, line);
    assert.deepEqual(compareWithCPython(pairs).different, []);
  });
});
