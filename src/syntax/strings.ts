/** Python string literals by value: prefixes, quotes, escapes and implicit concatenation resolved. */
import { isTrivia, type SyntaxNode } from './nodes';

export type StringKind = 'str' | 'bytes' | 'format' | 'template';

/** A literal's content: constant text (see `decode`) and the interpolations of an f-string. */
export interface StringLiteral {
  readonly kind: StringKind;
  readonly parts: readonly (string | Interpolation)[];
}
export interface Interpolation {
  readonly node: SyntaxNode;
  /** Whether backslashes in its format specification are plain text. */
  readonly isRaw: boolean;
}

/** The value of a `string` or `concatenated_string` node. */
export function stringLiteral(node: SyntaxNode): StringLiteral {
  const strings = node.type === 'string' ? [node] : node.children.filter((c) => !isTrivia(c));
  const literals = strings.map(singleString);
  const kinds = literals.map(({ kind }) => kind);
  const kind = (['template', 'format', 'bytes'] as const).find((k) => kinds.includes(k)) ?? 'str';
  return { kind, parts: merged(literals.flatMap(({ parts }) => parts)) };
}

/** The text of a plain literal as Python sees it; undefined for f-strings, bytes and exotic escapes. */
export function plainText(node: SyntaxNode): string | undefined {
  if (node.type !== 'string' && node.type !== 'concatenated_string') return undefined;
  const { kind, parts } = stringLiteral(node);
  if (kind !== 'str') return undefined;
  const [text = ''] = parts;
  if (typeof text !== 'string' || /\\[Nu]/.test(text.replaceAll('\\\\', ''))) return undefined;
  return text.replaceAll('\\\\', '\\');
}

function merged(parts: readonly (string | Interpolation)[]): (string | Interpolation)[] {
  const out: (string | Interpolation)[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (typeof part === 'string' && typeof last === 'string') out[out.length - 1] = last + part;
    else if (part !== '') out.push(part);
  }
  return out;
}

function singleString(node: SyntaxNode): StringLiteral {
  const start = node.children.find((child) => child.type === 'string_start');
  const opening = start?.text ?? '';
  const prefix = opening.replace(/["']/g, '').toLowerCase();
  const isRaw = prefix.includes('r');
  const kind = kindOf(prefix);
  const parts: (string | Interpolation)[] = [];
  let from = start?.end ?? node.start;
  const take = (to: number) => parts.push(decode(node.source.slice(from, to), { kind, isRaw }));
  for (const child of node.children) {
    if (child.type !== 'interpolation') continue;
    take(child.start);
    parts.push({ node: child, isRaw });
    from = child.end;
  }
  // The grammar counts the content of `r"\""` to its end; the quotes are as many as at the start.
  take(node.end - (opening.length - prefix.length));
  return { kind, parts };
}

function kindOf(prefix: string): StringKind {
  if (prefix.includes('f')) return 'format';
  if (prefix.includes('t')) return 'template';
  return prefix.includes('b') ? 'bytes' : 'str';
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  "'": "'",
  '"': '"',
  '\n': '',
};
const ESCAPE =
  /\{\{|\}\}|\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|N\{([^}]*)\}|([\s\S])|$)/g;

/**
 * Characters of a literal with escapes resolved. In the result a backslash is doubled, and what
 * JavaScript cannot hold or we do not know (a lone surrogate, a character by name) stays an escape,
 * so that different values are always different texts.
 */
function decode(content: string, { kind, isRaw }: { kind: StringKind; isRaw: boolean }): string {
  const text = content.replace(/\r\n?/g, '\n');
  const hasBraces = kind === 'format' || kind === 'template';
  const isBytes = kind === 'bytes';
  if (isRaw) {
    const plain = hasBraces ? text.replace(/\{\{|\}\}/g, (pair) => pair.slice(1)) : text;
    return plain.replaceAll('\\', '\\\\');
  }
  return text.replace(ESCAPE, (match, octal, hex, short, long, name, simple) => {
    if (!match.startsWith('\\')) return hasBraces ? match.slice(1) : match;
    if (octal) return character(Number.parseInt(octal, 8) & (isBytes ? 0xff : 0xfff));
    if (hex) return character(Number.parseInt(hex, 16));
    if (isBytes && (short || long || name)) return `\\${match}`;
    if (short ?? long) return character(Number.parseInt(short ?? long, 16));
    if (name) return `\\N{${name.toUpperCase()}}`;
    if (simple === '\\') return '\\\\';
    return SIMPLE[simple] ?? `\\${match}`;
  });
}

function character(code: number): string {
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  if (isSurrogate || code > 0x10ffff) return `\\u{${code.toString(16)}}`;
  return code === 0x5c ? '\\\\' : String.fromCodePoint(code);
}
