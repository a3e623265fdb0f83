/**
 * Cuts a filter into its clauses `identifier operator value`, joined by AND, without knowing what may
 * be searched. MLflow reads its filters with sqlparse; the patterns of strings and numbers are that
 * lexer's, so that the same text means the same here. Quotes inside a string are kept as written, as
 * MLflow keeps them.
 */
import { SearchError } from './error';

/** A piece of the text with where it starts. */
export interface Piece {
  readonly text: string;
  readonly start: number;
}

export type RawValue =
  | { readonly kind: 'string'; readonly value: string; readonly piece: Piece }
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly isInteger: boolean;
      readonly piece: Piece;
    }
  | { readonly kind: 'list'; readonly values: readonly string[]; readonly piece: Piece }
  | { readonly kind: 'word'; readonly piece: Piece };

export interface RawClause {
  readonly identifier: Piece;
  /** Upper case, one space between words: `=`, `NOT IN`, `IS NULL` … */
  readonly operator: Piece;
  /** Absent after IS NULL and IS NOT NULL. */
  readonly value: RawValue | undefined;
}

const SPACE = /\s*/y;
const AND = /AND\b/iy;
const RESERVED = /^(?:or|not|in|is|like|ilike|rlike|null|between|and)$/i;
const WORD = '[\\p{L}_][\\p{L}\\p{N}_$#]*';
const QUOTED = '`(?:``|[^`])*`|"(?:""|\\\\"|[^"])*"';
const IDENTIFIER = new RegExp(
  `(?:${QUOTED}|${WORD})(?:\\.(?:${QUOTED}|[\\p{L}\\p{N}_$#]+))*`,
  'uy',
);
const OPERATOR =
  /[<>=~!]+|(?:NOT\s+)?(?:LIKE|ILIKE|RLIKE)\b|(?:NOT\s+)?IN\b|IS\s+NULL\b|IS\s+NOT\s+NULL\b/iy;
const NUMBER = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d+)?(?![\p{L}\p{N}_.])/iuy;
const STRING = /'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*"/y;
const LIST_STRING = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/sy;
const REST = /\S+/y;

/** @throws SearchError when the text is not clauses joined by AND. */
export function scanClauses(text: string): RawClause[] {
  const scanner = new Scanner(text);
  const clauses: RawClause[] = [];
  while (!scanner.atEnd()) {
    if (scanner.take(AND)) continue;
    clauses.push(scanClause(scanner));
  }
  return clauses;
}

function scanClause(scanner: Scanner): RawClause {
  const identifier = scanner.take(IDENTIFIER);
  if (!identifier) throw invalidClause(scanner.rest());
  if (RESERVED.test(identifier.text)) throw invalidClause(identifier);
  const found = scanner.take(OPERATOR);
  if (!found) throw invalidClause(identifier);
  const operator = { ...found, text: found.text.toUpperCase().replace(/\s+/g, ' ') };
  if (operator.text.startsWith('IS ')) return { identifier, operator, value: undefined };
  return { identifier, operator, value: scanValue(scanner, operator) };
}

function scanValue(scanner: Scanner, operator: Piece): RawValue {
  if (operator.text.endsWith('IN')) return scanList(scanner);
  const text = scanner.take(STRING);
  if (text) return { kind: 'string', value: text.text.slice(1, -1), piece: text };
  const number = scanner.take(NUMBER);
  if (number) {
    const isInteger = /^-?\d+$/.test(number.text);
    return { kind: 'number', value: Number(number.text), isInteger, piece: number };
  }
  const word = scanner.take(IDENTIFIER);
  if (word) return { kind: 'word', piece: word };
  if (scanner.atEnd()) {
    throw new SearchError(
      'Invalid comparison clause. Expected 3 tokens found 2',
      operator.start + operator.text.length,
    );
  }
  throw invalidClause(scanner.rest());
}

function scanList(scanner: Scanner): RawValue {
  const open = scanner.take(/\(/y);
  if (!open) throw invalidClause(scanner.rest());
  const values: string[] = [];
  for (;;) {
    const item = scanner.take(LIST_STRING);
    if (!item) break;
    values.push(unescapeItem(item.text.slice(1, -1)));
    if (!scanner.take(/,/y)) break;
  }
  const close = scanner.take(/\)/y);
  if (!close) throw illFormedList(scanner.rest().start);
  if (values.length === 0) throw emptyList(open.start);
  const piece = { text: scanner.slice(open.start, close.start + 1), start: open.start };
  return { kind: 'list', values, piece };
}

/** Lists are Python tuples to MLflow, so backslashes escape in them, unlike in single strings. */
const unescapeItem = (text: string) => text.replace(/\\([\\'"])/g, '$1');

const invalidClause = (piece: Piece) =>
  new SearchError(`Invalid clause(s) in filter string: '${piece.text}'`, piece.start, ['AND']);

const LIST =
  'While parsing a list in the query, expected a non-empty list of string values, but got';
const illFormedList = (position: number) => new SearchError(`${LIST} ill-formed list.`, position);
const emptyList = (position: number) => new SearchError(`${LIST} empty list`, position);

class Scanner {
  private position = 0;

  constructor(private readonly text: string) {}

  /** The match of a sticky pattern here, after white space; moves behind it. */
  take(pattern: RegExp): Piece | undefined {
    this.skipSpace();
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (!match) return undefined;
    const piece = { text: match[0], start: this.position };
    this.position += match[0].length;
    return piece;
  }

  atEnd(): boolean {
    this.skipSpace();
    return this.position >= this.text.length;
  }

  /** What stands here up to the next white space, for messages. */
  rest(): Piece {
    return this.take(REST) ?? { text: '', start: this.position };
  }

  slice(start: number, end: number): string {
    return this.text.slice(start, end);
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.position;
    this.position += SPACE.exec(this.text)?.[0].length ?? 0;
  }
}
