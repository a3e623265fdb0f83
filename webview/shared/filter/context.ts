/** What stands at the caret of a filter: a name, an operator, a value, or what joins clauses. */
import type { ListOperator, NullOperator } from '../../../src/domain/search/filter';
import { PATTERNS, RESERVED, Scanner } from '../../../src/domain/search/scanner';

interface Place {
  /** What is replaced by what is chosen. */
  readonly from: number;
  readonly to: number;
  /** What is written of it, without its quote. */
  readonly prefix: string;
}

export type Context =
  | ({ readonly at: 'name' } & Place)
  | ({ readonly at: 'operator'; readonly name: string } & Place)
  | ({ readonly at: 'value'; readonly name: string; readonly inList: boolean } & Place)
  /** A clause is whole: AND, OR, or the next clause. */
  | ({ readonly at: 'join' } & Place);

const WORD = /[\p{L}\p{N}_.$#`"'/-]*$/u;
const REST = /^[\p{L}\p{N}_.$#]*/u;
const OPEN_STRING = /(['"])([^'"]*)$/;
const LISTS: readonly ListOperator[] = ['IN', 'NOT IN'];
const NULLS: readonly NullOperator[] = ['IS NULL', 'IS NOT NULL'];

/** Only the text before the caret decides. */
export function contextAt(text: string, caret: number): Context {
  const before = text.slice(0, caret);
  const rest = REST.exec(text.slice(caret))?.[0] ?? '';
  return new Reader(before, caret + rest.length).read();
}

class Reader {
  private readonly scanner: Scanner;
  /** Behind what the scanner took last. */
  private end = 0;

  constructor(
    private readonly text: string,
    private readonly to: number,
  ) {
    this.scanner = new Scanner(text);
  }

  read(): Context {
    for (;;) {
      const context = this.clause();
      if (context) return context;
      const joined = this.join();
      if (joined) return joined;
    }
  }

  /** Undefined when a whole clause was read and something follows it. */
  private clause(): Context | undefined {
    while (this.take(PATTERNS.not) || this.take(PATTERNS.open) || this.take(PATTERNS.has)) {
      // What may stand before a name.
    }
    const aggregate = this.take(PATTERNS.aggregate);
    if (this.scanner.atEnd()) return this.word('name');
    if (this.take(PATTERNS.string)) return this.isAtCaret() ? this.word('join') : undefined;
    const name = this.take(PATTERNS.name);
    if (!name) return this.word('name');
    // A key that is being written may end in a dot, or have its quote still open.
    const isOpen = this.text[this.end] === '.';
    if (this.isAtCaret() || isOpen) return this.from(name.start);
    if (aggregate) this.take(PATTERNS.close);
    return RESERVED.test(name.text) ? this.word('name') : this.operator(name.text);
  }

  private operator(name: string): Context | undefined {
    const start = this.end;
    if (this.scanner.sees(PATTERNS.and) || this.scanner.sees(PATTERNS.or)) return undefined;
    const operator = this.take(PATTERNS.operator);
    const isWord = operator !== undefined && /[a-z]$/i.test(operator.text);
    if (!operator || (isWord && this.isAtCaret()))
      return { ...this.tail(start), at: 'operator', name };
    const said = operator.text.toUpperCase().replace(/\s+/g, ' ');
    if (NULLS.some((each) => each === said)) return undefined;
    return this.value(
      name,
      LISTS.some((each) => each === said),
    );
  }

  private value(name: string, inList: boolean): Context | undefined {
    const whole = inList
      ? this.take(PATTERNS.list)
      : (this.take(PATTERNS.string) ?? this.take(PATTERNS.span) ?? this.take(PATTERNS.number));
    // A number or word at the caret may go on; a string or list is closed.
    const isClosed = whole !== undefined && (!this.isAtCaret() || /['")]$/.test(whole.text));
    if (isClosed) return undefined;
    const open = OPEN_STRING.exec(this.text.slice(this.end));
    if (open) {
      const from = this.text.length - open[0].length;
      return { at: 'value', name, inList, from, to: this.to, prefix: open[2] ?? '' };
    }
    return { ...this.word('value'), at: 'value', name, inList };
  }

  private join(): Context | undefined {
    while (this.take(PATTERNS.close)) {
      // Groups may end together.
    }
    if (this.take(PATTERNS.and) || this.take(PATTERNS.or)) {
      return this.isAtCaret() ? this.word('join') : undefined;
    }
    // A word that is being written may be AND, OR or the next clause's name.
    const word = WORD.exec(this.text)?.[0] ?? '';
    const isLast = this.end + this.spaceAfter() + word.length >= this.text.length;
    return isLast ? this.word('join') : undefined;
  }

  private take(pattern: RegExp) {
    const piece = this.scanner.take(pattern);
    if (piece) this.end = piece.start + piece.text.length;
    return piece;
  }

  private spaceAfter(): number {
    return /^\s*/.exec(this.text.slice(this.end))?.[0].length ?? 0;
  }

  private isAtCaret(): boolean {
    return this.end === this.text.length;
  }

  /** The word before the caret. */
  private word<A extends 'name' | 'join' | 'value'>(at: A): { readonly at: A } & Place {
    const word = WORD.exec(this.text)?.[0] ?? '';
    return { at, from: this.text.length - word.length, to: this.to, prefix: word };
  }

  private from(start: number): Context {
    return { at: 'name', from: start, to: this.to, prefix: this.text.slice(start) };
  }

  /** What follows the name that ends at `start`, and is no operator yet. */
  private tail(start: number): Place {
    const prefix = this.text.slice(start).replace(/^[\s)]+/, '');
    return { from: this.text.length - prefix.length, to: this.to, prefix };
  }
}
