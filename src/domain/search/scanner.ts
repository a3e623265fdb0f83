/**
 * Cuts a filter into names, operators and values. MLflow reads its filters with sqlparse; the patterns
 * of strings and numbers are that lexer's, so that the same text means the same here. Quotes inside a
 * string are kept as written, as MLflow keeps them.
 */

/** A piece of the text with where it starts. */
export interface Piece {
  readonly text: string;
  readonly start: number;
}

const SPACE = /\s*/y;
const WORD = '[\\p{L}_][\\p{L}\\p{N}_$#]*';
const QUOTED = '`(?:``|[^`])*`|"(?:""|\\\\"|[^"])*"';

export const PATTERNS = {
  and: /AND\b/iy,
  or: /OR\b/iy,
  not: /NOT\b/iy,
  has: /HAS\b/iy,
  open: /\(/y,
  close: /\)/y,
  aggregate: /(?:min|max|first|last)\s*\(/iy,
  name: new RegExp(`(?:${QUOTED}|${WORD})(?:\\.(?:${QUOTED}|[\\p{L}\\p{N}_$#]+))*`, 'uy'),
  operator:
    /[<>=~!]+|(?:NOT\s+)?(?:LIKE|ILIKE|RLIKE)\b|(?:NOT\s+)?IN\b|IS\s+NULL\b|IS\s+NOT\s+NULL\b/iy,
  /** `-2d`: so long before now, or so long. */
  span: /-?(?:\d+(?:\.\d*)?|\.\d+)(?:ms|s|m|h|d|w)\b/iy,
  number: /-?(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d+)?(?![\p{L}\p{N}_.])/iuy,
  string: /'(?:''|\\'|[^'])*'|"(?:""|\\"|[^"])*"/y,
  list: /\((?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[^()'"])*\)/sy,
  /** What follows a name at once and would be part of it, were it quoted. */
  arithmetic: /(?<=\S)(?:[-/@+*][\p{L}_][\p{L}\p{N}_.]*)+/uy,
  comparison: /[<>=!]|LIKE\b|ILIKE\b/iy,
  rest: /\S+/y,
} as const;

export const RESERVED = /^(?:or|not|in|is|like|ilike|rlike|null|between|and|has)$/i;

export class Scanner {
  private position = 0;

  constructor(readonly text: string) {}

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

  /** Whether the pattern matches here. */
  sees(pattern: RegExp): boolean {
    const start = this.position;
    const found = this.take(pattern);
    this.position = start;
    return found !== undefined;
  }

  /** What `read` takes, or nothing at all. */
  attempt<T>(read: (scanner: Scanner) => T | undefined): T | undefined {
    const start = this.position;
    const result = read(this);
    if (result === undefined) this.position = start;
    return result;
  }

  atEnd(): boolean {
    this.skipSpace();
    return this.position >= this.text.length;
  }

  /** What stands here up to the next white space, for messages. */
  rest(): Piece {
    return this.take(PATTERNS.rest) ?? { text: '', start: this.position };
  }

  private skipSpace(): void {
    SPACE.lastIndex = this.position;
    this.position += SPACE.exec(this.text)?.[0].length ?? 0;
  }
}
