/** Loads tree-sitter's Python parser and parses text, incrementally when an earlier tree is given. */
import { Edit, Language, Parser, type Point, type Tree, type TreeCursor } from 'web-tree-sitter';
import type { Disposable } from '../base/disposable';
import { RunlensError } from '../base/errors';
import { type Lowered, type Statement, SyntaxNode } from './nodes';

let runtime: Promise<void> | undefined;

/**
 * Loads the parser; the runtime is started once per process.
 * @param files absolute paths of `web-tree-sitter.wasm` and `tree-sitter-python.wasm`.
 */
export async function loadPythonParser(files: {
  runtime: string;
  language: string;
}): Promise<PythonParser> {
  runtime ??= Parser.init({ locateFile: () => files.runtime });
  try {
    await runtime;
    return new PythonParser(await Language.load(files.language));
  } catch (cause) {
    runtime = undefined;
    throw new RunlensError(
      'syntax.parser',
      `The Python parser could not be loaded from ${files.language}. Reinstall Runlens.`,
      { cause },
    );
  }
}

export class PythonParser implements Disposable {
  /** Name and version of the grammar; part of every cache key. */
  readonly version: string;
  private readonly parser = new Parser();

  constructor(language: Language) {
    this.parser.setLanguage(language);
    const version = language.metadata;
    this.version = version
      ? `tree-sitter-python ${version.major_version}.${version.minor_version}.${version.patch_version}`
      : `tree-sitter-python abi ${language.abiVersion}`;
  }

  /**
   * Parses text. With the tree of an earlier text only what changed is parsed anew, and statements
   * whose text is the same keep their objects. The earlier tree stays valid until it is disposed.
   */
  parse(text: string, previous?: PythonTree): PythonTree {
    const base = previous?.editedFor(text);
    const tree = this.parseFrom(text, base);
    base?.delete();
    // How tree-sitter recovers from an error depends on the earlier tree; what is said of a text may not.
    if (!base || !tree.rootNode.hasError) return new PythonTree(text, tree, previous?.known());
    tree.delete();
    return new PythonTree(text, this.parseFrom(text), previous?.known());
  }

  private parseFrom(text: string, base?: Tree): Tree {
    const tree = this.parser.parse(text, base);
    if (!tree) throw new RunlensError('syntax.parse', 'The Python parser gave no tree.');
    return tree;
  }

  dispose(): void {
    this.parser.delete();
  }
}

/** The tree of one text. Holds memory outside JavaScript's heap until it is disposed. */
export class PythonTree implements Disposable {
  readonly hasErrors: boolean;
  private lowered: readonly Statement[] | undefined;
  private isDisposed = false;

  constructor(
    readonly text: string,
    private readonly tree: Tree,
    private earlier: ReadonlyMap<string, Lowered> | undefined,
  ) {
    this.hasErrors = tree.rootNode.hasError;
  }

  /** The top-level statements in order, without comments. */
  get statements(): readonly Statement[] {
    this.lowered ??= this.lower();
    return this.lowered;
  }

  /** @internal The statements of this version by their text. */
  known(): ReadonlyMap<string, Lowered> {
    // What was lowered beside an error is not handed on; what was known before it is.
    if (!this.lowered || this.hasErrors) return this.earlier ?? new Map();
    return new Map(this.lowered.map((statement) => [statement.root.source, statement]));
  }

  /** @internal A copy of the native tree, told what differs in `text`. */
  editedFor(text: string): Tree {
    const copy = this.tree.copy();
    const edit = editBetween(this.text, text);
    if (edit) copy.edit(edit);
    return copy;
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.tree.delete();
  }

  private lower(): Statement[] {
    if (this.isDisposed) throw new Error('The tree was disposed before it was read.');
    const cursor = this.tree.walk();
    try {
      return cursor.gotoFirstChild() ? this.lowerStatements(cursor) : [];
    } finally {
      cursor.delete();
      if (!this.hasErrors) this.earlier = undefined;
    }
  }

  private lowerStatements(cursor: TreeCursor): Statement[] {
    const statements: Statement[] = [];
    const shared = new Map(this.earlier);
    do {
      if (!cursor.nodeIsNamed || cursor.nodeType === 'comment') continue;
      const start = cursor.startIndex;
      const source = this.text.slice(start, cursor.endIndex);
      const root = shared.get(source)?.root ?? lowerNode(cursor, start, source);
      // In a tree with errors a statement's tree may depend on what is around it.
      if (!this.hasErrors) shared.set(source, { root });
      const { row, column } = cursor.startPosition;
      statements.push({ root, start, line: row + 1, column });
    } while (cursor.gotoNextSibling());
    return statements;
  }
}

function lowerNode(cursor: TreeCursor, base: number, source: string): SyntaxNode {
  const node = new SyntaxNode(
    cursor.nodeType,
    cursor.nodeIsNamed,
    cursor.currentFieldName,
    cursor.startIndex - base,
    cursor.endIndex - base,
    source,
  );
  if (cursor.gotoFirstChild()) {
    do node.children.push(lowerNode(cursor, base, source));
    while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return node;
}

/** The one replaced range between two texts, or undefined when they are equal. */
function editBetween(before: string, after: string): Edit | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (tail < shorter - start && charFromEnd(before, tail) === charFromEnd(after, tail)) tail++;
  const oldEndIndex = before.length - tail;
  const newEndIndex = after.length - tail;
  return new Edit({
    startIndex: start,
    oldEndIndex,
    newEndIndex,
    startPosition: pointAt(before, start),
    oldEndPosition: pointAt(before, oldEndIndex),
    newEndPosition: pointAt(after, newEndIndex),
  });
}

const charFromEnd = (text: string, tail: number) => text.charCodeAt(text.length - 1 - tail);

function pointAt(text: string, index: number): Point {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: index - lineStart };
}
