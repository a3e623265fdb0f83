/** What a cursor stands in, from the text before it alone: also while a line is being written. */
import type { StringPlace } from '../../syntax/stringRoles';

export interface CursorPlace extends Omit<StringPlace, 'callee'> {
  /** As written before the bracket: `Client().get_artifact_version`. */
  readonly callee: string;
  /** Text of the string up to the cursor. */
  readonly typed: string;
  /** Where the string's content begins, as an offset. */
  readonly from: number;
}

interface Frame {
  readonly open: string;
  /** Offset of the bracket. */
  readonly at: number;
  argument: number;
  keyword: string | undefined;
  /** Whether the next string is a value of a dictionary. */
  isValue: boolean;
  readonly literals: Map<number | string, string>;
}

/** Longer files are read from a statement near the cursor on. */
const MOST_BACK = 500_000;

/** The string that the offset is in; undefined when it is in none. */
export function stringAt(text: string, offset: number): CursorPlace | undefined {
  const scan = new Scan(text, startOfStatement(text, offset), offset);
  return scan.run();
}

/** The beginning, or a line that begins at the first column with what begins a statement. */
function startOfStatement(text: string, offset: number): number {
  const least = Math.max(0, offset - MOST_BACK);
  if (least === 0) return 0;
  for (let at = offset; at > least; ) {
    const start = text.lastIndexOf('\n', at - 1) + 1;
    if (start < offset && /^[A-Za-z_@]/.test(text.slice(start, start + 1))) return start;
    at = start - 1;
  }
  return least;
}

const CALLEE = /(?:[\p{L}_][\p{L}\p{N}_]*(?:\(\))?\s*\.\s*)*[\p{L}_][\p{L}\p{N}_]*$/u;

class Scan {
  private readonly frames: Frame[] = [];

  constructor(
    private readonly text: string,
    private at: number,
    private readonly end: number,
  ) {}

  run(): CursorPlace | undefined {
    while (this.at < this.end) {
      const sign = this.text.charAt(this.at);
      if (sign === '#') this.skipComment();
      else if (sign === '"' || sign === "'") {
        const place = this.string(sign);
        if (place) return place;
      } else {
        this.other(sign);
        this.at += 1;
      }
    }
    return undefined;
  }

  private skipComment(): void {
    const next = this.text.indexOf('\n', this.at);
    this.at = next < 0 ? this.end : next;
  }

  /** The place when the string does not end before the cursor. */
  private string(quote: string): CursorPlace | undefined {
    const isTriple = this.text.startsWith(quote.repeat(3), this.at);
    const ticks = isTriple ? quote.repeat(3) : quote;
    const from = this.at + ticks.length;
    for (let at = from; at < this.end; at++) {
      const sign = this.text.charAt(at);
      if (sign === '\\') at += 1;
      else if (this.text.startsWith(ticks, at)) {
        this.ended(this.text.slice(from, at));
        this.at = at + ticks.length;
        return undefined;
      } else if (sign === '\n' && !isTriple) {
        // A string that nobody closed ends with its line.
        this.at = at;
        return undefined;
      }
    }
    this.at = this.end;
    return from > this.end ? undefined : this.placeOf(from);
  }

  private ended(content: string): void {
    const frame = this.frames.at(-1);
    if (frame?.open === '(') frame.literals.set(frame.keyword ?? frame.argument, content);
  }

  private other(sign: string): void {
    const frame = this.frames.at(-1);
    if ('([{'.includes(sign)) this.opened(sign);
    else if (')]}'.includes(sign)) this.frames.pop();
    else if (sign === ',' && frame) {
      frame.argument += 1;
      frame.keyword = undefined;
      frame.isValue = false;
    } else if (sign === ':' && frame?.open === '{') frame.isValue = true;
    else if (sign === '=' && frame?.open === '(') this.named(frame);
  }

  private opened(open: string): void {
    this.frames.push({
      open,
      at: this.at,
      argument: 0,
      keyword: undefined,
      isValue: false,
      literals: new Map(),
    });
  }

  /** What is written before a bracket: the function that is called, or what is subscripted. */
  private before({ at }: Frame): string {
    const text = this.text.slice(Math.max(0, at - 200), at).trimEnd();
    return (CALLEE.exec(text)?.[0] ?? '').replace(/\s+/g, '');
  }

  private named(frame: Frame): void {
    const name = /([\p{L}_][\p{L}\p{N}_]*)\s*$/u.exec(
      this.text.slice(Math.max(0, this.at - 100), this.at),
    );
    if (name && frame.keyword === undefined && this.text.charAt(this.at + 1) !== '=') {
      frame.keyword = name[1];
    }
  }

  private placeOf(from: number): CursorPlace {
    const inner = this.frames.at(-1);
    const typed = this.text.slice(from, this.end);
    const none = { callee: '', name: '', argument: 0, as: 'value', before: new Map() } as const;
    if (!inner) return { ...none, typed, from };
    const innerName = this.before(inner);
    if (inner.open === '[' && innerName !== '') {
      const name = innerName.split('.').at(-1) ?? '';
      return { ...none, callee: innerName, name, argument: '[]', typed, from };
    }
    const call = inner.open === '(' && innerName !== '' ? inner : this.frames.at(-2);
    const callee = call?.open === '(' ? this.before(call) : '';
    if (!call || callee === '') return { ...none, typed, from };
    const inDictionary = inner.open === '{';
    if (inDictionary && inner.isValue) return { ...none, typed, from };
    return {
      callee,
      name: callee.split('.').at(-1) ?? '',
      argument: call.keyword ?? call.argument,
      as: inner === call ? 'value' : inDictionary ? 'key' : 'item',
      before: call.literals,
      typed,
      from,
    };
  }
}

/** The path of a callee as written, by what the names in it stand for. */
export function writtenPath(
  callee: string,
  paths: ReadonlyMap<string, string>,
): string | undefined {
  const match = /^([\p{L}_][\p{L}\p{N}_]*)(.*)$/u.exec(callee);
  const base = match && paths.get(match[1] ?? '');
  return base === undefined ? undefined : `${base}${match?.[2] ?? ''}`;
}
