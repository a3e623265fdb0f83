/** A YAML file with the places of its keys and values. */
import { isMap, isPair, isScalar, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { TextPosition, TextRange } from '../syntax/facts';

export type YamlPath = readonly (string | number)[];

export class YamlFile {
  private readonly counter = new LineCounter();
  private readonly document;
  /** What does not parse. */
  readonly errors: readonly { readonly message: string; readonly range: TextRange }[];

  constructor(readonly text: string) {
    this.document = parseDocument(text, { lineCounter: this.counter, keepSourceTokens: false });
    this.errors = this.document.errors.map(({ message, pos: [start, end] }) => ({
      message: message.split('\n', 1)[0] ?? message,
      range: this.range(start, Math.max(start, end)),
    }));
  }

  /** As JavaScript values; undefined when it does not parse. */
  get value(): unknown {
    if (this.errors.length > 0) return undefined;
    // A number too big, an alias bomb: what it cannot say is no value.
    try {
      return this.document.toJS({ maxAliasCount: 100 });
    } catch {
      return undefined;
    }
  }

  /** Of the key at the end of a path, or the nearest above it that is there. */
  rangeOf(path: YamlPath): TextRange {
    for (let length = path.length; length > 0; length--) {
      const range = this.keyRange(path.slice(0, length));
      if (range) return range;
    }
    return this.range(0, 0);
  }

  /** Of the value at a path, if it is there. */
  valueRange(path: YamlPath): TextRange | undefined {
    const node = this.document.getIn(path, true) as Node | undefined;
    const [start, end] = node?.range ?? [];
    return start === undefined || end === undefined ? undefined : this.range(start, end);
  }

  /** The keys that hold the offset, outermost first, with whether it is in the last one's key. */
  pathAt(position: TextPosition): { readonly path: string[]; readonly inKey: boolean } {
    const offset = this.offsetAt(position);
    const path: string[] = [];
    let inKey = false;
    let node: unknown = this.document.contents;
    while (isMap(node)) {
      const pair = [...node.items].reverse().find((one) => startOf(one) <= offset);
      if (!pair || !isScalar(pair.key)) break;
      path.push(String(pair.key.value));
      inKey = offset <= (pair.key.range?.[1] ?? -1);
      node = pair.value;
    }
    return { path, inKey };
  }

  offsetAt({ line, character }: TextPosition): number {
    return (this.counter.lineStarts[line] ?? this.text.length) + character;
  }

  private keyRange(path: YamlPath): TextRange | undefined {
    const name = path.at(-1);
    const parent =
      path.length > 1 ? this.document.getIn(path.slice(0, -1), true) : this.document.contents;
    if (!isMap(parent)) return undefined;
    const pair = parent.items.find(
      (one) => isScalar(one.key) && String(one.key.value) === String(name),
    );
    const [start, end] = isPair(pair) && isScalar(pair.key) ? (pair.key.range ?? []) : [];
    return start === undefined || end === undefined ? undefined : this.range(start, end);
  }

  private range(start: number, end: number): TextRange {
    return { start: this.position(start), end: this.position(end) };
  }

  private position(offset: number): TextPosition {
    const { line, col } = this.counter.linePos(offset);
    return { line: Math.max(0, line - 1), character: Math.max(0, col - 1) };
  }
}

const startOf = ({ key }: Pair): number => (isScalar(key) ? (key.range?.[0] ?? 0) : 0);
