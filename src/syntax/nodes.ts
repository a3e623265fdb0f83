/** Syntax trees as plain objects: lowered once from tree-sitter, kept while their text is the same. */

/** A node below one top-level statement; offsets are relative to that statement's text. */
export class SyntaxNode {
  readonly children: SyntaxNode[] = [];

  constructor(
    /** The grammar's name; for punctuation and keywords their text. */
    readonly type: string,
    readonly isNamed: boolean,
    readonly field: string | null,
    readonly start: number,
    readonly end: number,
    /** Text of the whole statement. */
    readonly source: string,
  ) {}

  get text(): string {
    return this.source.slice(this.start, this.end);
  }

  /** The named children without comments. */
  get named(): SyntaxNode[] {
    return this.children.filter((child) => child.isNamed && !isTrivia(child));
  }

  child(field: string): SyntaxNode | undefined {
    return this.children.find((child) => child.field === field && !isTrivia(child));
  }

  all(field: string): SyntaxNode[] {
    return this.children.filter((child) => child.field === field && !isTrivia(child));
  }

  has(token: string): boolean {
    return this.children.some((child) => child.type === token);
  }
}

/** A statement's tree, shared by all versions of a file in which its text is the same. */
export interface Lowered {
  readonly root: SyntaxNode;
}

/** A top-level statement at its place in one version of a file. */
export interface Statement extends Lowered {
  /** Offset in the file. */
  readonly start: number;
  /** 1-based line of its first character. */
  readonly line: number;
  /** 0-based column of its first character; above 0 only after a `;`. */
  readonly column: number;
}

export const isTrivia = (node: SyntaxNode): boolean =>
  node.type === 'comment' || node.type === 'line_continuation';

/** 1-based line in the file of an offset inside a statement. */
export function lineOf(statement: Statement, offset: number): number {
  let line = statement.line;
  const text = statement.root.source;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** The function or class of a definition, whether it is decorated or not. */
export function definitionOf(node: SyntaxNode): SyntaxNode | undefined {
  if (node.type === 'decorated_definition') return node.child('definition');
  return node.type === 'function_definition' || node.type === 'class_definition' ? node : undefined;
}

/** The decorators of a definition, outermost first. */
export const decoratorsOf = (node: SyntaxNode): SyntaxNode[] =>
  node.type === 'decorated_definition' ? node.children.filter((c) => c.type === 'decorator') : [];

/** `a.b.c` as its names, when the expression is nothing but names and dots. */
export function dottedName(node: SyntaxNode): string[] | undefined {
  if (node.type === 'identifier') return [node.text];
  if (node.type === 'dotted_name') return node.named.map((part) => part.text);
  if (node.type === 'parenthesized_expression') {
    const [inner] = node.named;
    return inner && dottedName(inner);
  }
  if (node.type !== 'attribute') return undefined;
  const object = node.child('object');
  const attribute = node.child('attribute');
  const head = object && dottedName(object);
  return head && attribute ? [...head, attribute.text] : undefined;
}

/** An expression without the parentheses around it. */
export function unwrapped(node: SyntaxNode): SyntaxNode {
  const [inner] = node.type === 'parenthesized_expression' ? node.named : [];
  return inner ? unwrapped(inner) : node;
}

/** Text on one line, cut to a length that people read. */
export function shortText(node: SyntaxNode, limit = 60): string {
  const text = node.text.replace(/\s+/g, ' ');
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}
