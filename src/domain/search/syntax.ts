/**
 * The grammar of filters: clauses joined by AND, OR and NOT, with parentheses. It knows nothing of what
 * may be searched; `docs/search.md` describes it.
 */
import { SearchError } from './error';
import type { Aggregate, Tree } from './filter';
import { PATTERNS, type Piece, RESERVED, Scanner } from './scanner';

export type RawValue =
  | { readonly kind: 'string'; readonly value: string; readonly piece: Piece }
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly isInteger: boolean;
      readonly piece: Piece;
    }
  /** A list in its parentheses, a time span, a bare word. */
  | { readonly kind: 'list' | 'span' | 'word'; readonly piece: Piece };

export type RawLeaf =
  /** A word or text that stands alone. */
  | { readonly kind: 'free'; readonly text: string; readonly piece: Piece }
  | {
      readonly kind: 'clause';
      readonly name: Piece;
      readonly aggregate: Aggregate | undefined;
      /** Upper case, one space between words: `=`, `NOT IN`, `IS NULL` … */
      readonly operator: Piece;
      /** Absent after IS NULL and IS NOT NULL. */
      readonly value: RawValue | undefined;
    };

/** Makes the error for something that is no clause. */
export type Refuse = (piece: Piece) => SearchError;

const MAX_DEPTH = 100;
const MAX_LEAVES = 1000;

/** @throws SearchError when the text is not of the grammar. */
export function parseSyntax(text: string, refuse: Refuse): Tree<RawLeaf> {
  return new Parser(new Scanner(text), refuse).whole();
}

class Parser {
  private depth = 0;
  private leaves = 0;

  constructor(
    private readonly scanner: Scanner,
    private readonly refuse: Refuse,
  ) {}

  whole(): Tree<RawLeaf> {
    if (this.scanner.atEnd()) return { kind: 'and', parts: [] };
    const tree = this.or({ mayBeEmpty: true });
    if (!this.scanner.atEnd()) throw this.refuse(this.scanner.rest());
    return tree;
  }

  private or({ mayBeEmpty }: { mayBeEmpty: boolean }): Tree<RawLeaf> {
    const parts = [this.and({ mayBeEmpty })];
    while (this.scanner.take(PATTERNS.or)) parts.push(this.and({ mayBeEmpty: false }));
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'or', parts };
  }

  /** As in MLflow, AND may be missing between clauses, or stand before the first or after the last. */
  private and({ mayBeEmpty }: { mayBeEmpty: boolean }): Tree<RawLeaf> {
    const parts: Tree<RawLeaf>[] = [];
    let isJoined = true;
    for (;;) {
      if (this.scanner.take(PATTERNS.and)) {
        isJoined = true;
        continue;
      }
      const ends = this.scanner.atEnd() || this.scanner.sees(PATTERNS.close);
      if (ends || this.scanner.sees(PATTERNS.or)) break;
      const part = this.unary();
      if (!isJoined) this.refuseLooseText(parts.at(-1), part);
      parts.push(part);
      isJoined = false;
    }
    if (parts.length === 0 && (!mayBeEmpty || !this.scanner.atEnd())) {
      throw this.refuse(this.scanner.rest());
    }
    return parts.length === 1 && parts[0] ? parts[0] : { kind: 'and', parts };
  }

  /** A misspelt word of a clause would else be taken for text to look for. */
  private refuseLooseText(before: Tree<RawLeaf> | undefined, after: Tree<RawLeaf>): void {
    const texts = [before, after].flatMap((part) =>
      part?.kind === 'leaf' && part.leaf.kind === 'free' ? [part.leaf.piece] : [],
    );
    if (texts.length === 1 && texts[0]) throw this.refuse(texts[0]);
  }

  private unary(): Tree<RawLeaf> {
    if (this.scanner.take(PATTERNS.not)) {
      return { kind: 'not', part: this.nested(() => this.unary()) };
    }
    const open = this.scanner.take(PATTERNS.open);
    if (!open) return { kind: 'leaf', leaf: this.leaf() };
    const inner = this.nested(() => this.or({ mayBeEmpty: false }));
    if (!this.scanner.take(PATTERNS.close)) {
      throw new SearchError("Invalid filter: a ')' is missing.", open.start, [')']);
    }
    return inner;
  }

  private nested<T>(parse: () => T): T {
    if (++this.depth > MAX_DEPTH) {
      throw new SearchError(
        `Invalid filter: more than ${MAX_DEPTH} levels deep.`,
        this.scanner.rest().start,
      );
    }
    const result = parse();
    this.depth--;
    return result;
  }

  private leaf(): RawLeaf {
    if (++this.leaves > MAX_LEAVES) {
      throw new SearchError(
        `Invalid filter: more than ${MAX_LEAVES} clauses.`,
        this.scanner.rest().start,
      );
    }
    const has = this.scanner.take(PATTERNS.has);
    const { name, aggregate } = this.name();
    if (has) {
      const operator = { text: 'IS NOT NULL', start: has.start };
      return { kind: 'clause', name, aggregate, operator, value: undefined };
    }
    const found = this.scanner.take(PATTERNS.operator);
    if (!found) return this.free(name);
    if (name.text.startsWith("'")) {
      throw new SearchError(
        `Invalid comparison clause. Expected 'Identifier' found '${name.text}'`,
        name.start,
      );
    }
    const operator = { ...found, text: found.text.toUpperCase().replace(/\s+/g, ' ') };
    const value = operator.text.startsWith('IS ') ? undefined : this.value(operator);
    return { kind: 'clause', name, aggregate, operator, value };
  }

  private name(): { name: Piece; aggregate: Aggregate | undefined } {
    const call = this.scanner.take(PATTERNS.aggregate);
    const name = this.scanner.take(PATTERNS.name) ?? this.scanner.take(PATTERNS.string);
    if (!name || RESERVED.test(name.text)) throw this.refuse(name ?? this.scanner.rest());
    if (!call) return { name, aggregate: undefined };
    if (!this.scanner.take(PATTERNS.close)) {
      throw new SearchError("Invalid filter: a ')' is missing.", name.start, [')']);
    }
    return { name, aggregate: aggregateOf(call.text) };
  }

  private free(name: Piece): RawLeaf {
    const quoted = /^(['"])(.*)\1$/s.exec(name.text);
    if (!quoted) this.refuseArithmetic(name);
    if (!quoted && /[.`]/.test(name.text)) throw this.refuse(name);
    return { kind: 'free', text: quoted?.[2] ?? name.text, piece: name };
  }

  /** `metrics.val-loss > 1`: the key needs quotes. */
  private refuseArithmetic(name: Piece): void {
    const rest = this.scanner.take(PATTERNS.arithmetic);
    if (!rest || !this.scanner.sees(PATTERNS.comparison)) return;
    const whole = name.text + rest.text;
    const quoted = whole.replace(/^([^.]*\.)?(.*)$/s, '$1`$2`');
    throw new SearchError(
      `Invalid comparison clause. Expected 'Identifier' found '${whole}'`,
      name.start,
      [quoted],
    );
  }

  private value(operator: Piece): RawValue {
    if (operator.text.endsWith('IN')) {
      const list = this.scanner.take(PATTERNS.list);
      if (list) return { kind: 'list', piece: list };
      throw this.refuse(this.scanner.rest());
    }
    const value = this.single();
    if (value) return value;
    throw this.refuse(this.scanner.atEnd() ? operator : this.scanner.rest());
  }

  private single(): RawValue | undefined {
    const string = this.scanner.take(PATTERNS.string);
    if (string) return { kind: 'string', value: string.text.slice(1, -1), piece: string };
    const number = this.scanner.take(PATTERNS.number);
    if (number) {
      const isInteger = /^-?\d+$/.test(number.text);
      return { kind: 'number', value: Number(number.text), isInteger, piece: number };
    }
    const span = this.scanner.take(PATTERNS.span);
    if (span) return { kind: 'span', piece: span };
    const word = this.scanner.take(PATTERNS.name);
    return word && { kind: 'word', piece: word };
  }
}

export function aggregateOf(call: string): Aggregate {
  const name = call.toLowerCase();
  if (name.startsWith('min')) return 'min';
  if (name.startsWith('max')) return 'max';
  return name.startsWith('first') ? 'first' : 'last';
}

const LIST = 'While parsing a list in the query, expected';
const LIST_ITEM = /\s*('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")\s*(,|$)/sy;

/** The strings of a list. @throws SearchError with MLflow's message. */
export function listItems(list: Piece): string[] {
  const text = list.text.slice(1, -1);
  const items: string[] = [];
  if (text.trim() === '') {
    throw new SearchError(
      `${LIST} a non-empty list of string values, but got empty list`,
      list.start,
    );
  }
  LIST_ITEM.lastIndex = 0;
  while (text.slice(LIST_ITEM.lastIndex).trim() !== '') {
    const start = LIST_ITEM.lastIndex;
    const found = LIST_ITEM.exec(text);
    if (!found?.[1]) throw illFormed(list, start + 1);
    items.push(unescapeItem(found[1].slice(1, -1)));
  }
  return items;
}

function illFormed(list: Piece, offset: number): SearchError {
  const hasNumber = /[(,]\s*-?\d+(?:\.\d*)?\s*[,)]/.test(list.text);
  const got = hasNumber
    ? `string value, punctuation, or whitespace, but got different type in list: ${asTuple(list.text)}`
    : 'a non-empty list of string values, but got ill-formed list.';
  return new SearchError(`${LIST} ${got}`, list.start + offset);
}

/** Python writes a tuple of one with a comma. */
const asTuple = (list: string) => (list.includes(',') ? list : `${list.slice(0, -1)},)`);

/** Lists are Python tuples to MLflow, so backslashes escape in them, unlike in single strings. */
const unescapeItem = (text: string) => text.replace(/\\([\\'"])/g, '$1');
