/** The Python files open in the editor, by real path, with their trees and what they declare. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import { realPath } from '../client/root';
import { type ModuleFacts, moduleFacts } from '../syntax/facts';
import type { Statement } from '../syntax/nodes';
import type { PythonParser, PythonTree } from '../syntax/parser';

export interface OpenDocument {
  readonly uri: string;
  /** Real path, with `/`. */
  readonly path: string;
  readonly version: number;
  readonly text: string;
  readonly facts: ModuleFacts;
  /** The top-level statements of this version. */
  readonly statements: readonly Statement[];
  /**
   * The newest version without errors, if there was one: what is said about the file while someone
   * is in the middle of a line.
   */
  readonly parsed: ParsedVersion | undefined;
}

export interface ParsedVersion {
  readonly version: number;
  readonly text: string;
  readonly facts: ModuleFacts;
}

interface Entry extends OpenDocument {
  readonly tree: PythonTree;
}

export class OpenDocuments {
  private readonly byUri = new Map<string, Entry>();
  private readonly byPath = new Map<string, Entry>();

  constructor(private readonly parser: PythonParser) {}

  /** Takes a document's new text. Documents that are not files are ignored. */
  set(uri: string, version: number, text: string): void {
    const previous = this.byUri.get(uri);
    const path = previous?.path ?? pathOf(uri);
    if (path === undefined) return;
    const tree = this.parser.parse(text, previous?.tree);
    const facts = moduleFacts(tree);
    const { statements } = tree;
    previous?.tree.dispose();
    const parsed = tree.hasErrors ? previous?.parsed : { version, text, facts };
    const entry: Entry = { uri, path, version, text, facts, statements, parsed, tree };
    this.byUri.set(uri, entry);
    this.byPath.set(path, entry);
  }

  close(uri: string): void {
    const entry = this.byUri.get(uri);
    if (!entry) return;
    entry.tree.dispose();
    this.byUri.delete(uri);
    if (this.byPath.get(entry.path) === entry) this.byPath.delete(entry.path);
  }

  get(uri: string): OpenDocument | undefined {
    return this.byUri.get(uri);
  }

  at(path: string): OpenDocument | undefined {
    return this.byPath.get(path);
  }

  all(): readonly OpenDocument[] {
    return [...this.byUri.values()];
  }
}

/** Real path of a file's URI, with `/`; undefined for what is no file. */
export function pathOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  return slashed(realPath(fileURLToPath(uri)));
}

export const uriOf = (path: string): string => pathToFileURL(path).href;

export const slashed = (path: string): string =>
  process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
