/** What an editor shows of a document: a file as a whole, or one cell of a notebook. */
import type { TextPosition, TextRange } from '../syntax/facts';
import { type CellText, joinCells } from '../syntax/notebook';
import type { OpenDocument, OpenDocuments } from './openDocuments';

export interface DocumentView {
  /** Of the file or cell. */
  readonly uri: string;
  readonly document: OpenDocument;
  /** The lines of the document that are shown; `count` undefined: all. */
  readonly first: number;
  readonly count: number | undefined;
}

/** A cell as the editor sends it. */
export interface EditorCell extends CellText {
  readonly uri: string;
}

interface CellPlace {
  readonly notebook: string;
  readonly first: number;
  readonly count: number;
}

export class Views {
  private readonly cells = new Map<string, CellPlace>();
  /** Texts change without the notebook's own version in some editors. */
  private readonly versions = new Map<string, number>();

  constructor(private readonly documents: OpenDocuments) {}

  /** Takes the code cells of a notebook, in order. */
  setNotebook(uri: string, cells: readonly EditorCell[]): void {
    const joined = joinCells(cells);
    const version = (this.versions.get(uri) ?? 0) + 1;
    this.versions.set(uri, version);
    this.forgetCells(uri);
    joined.cells.forEach(({ line, lines }, index) => {
      const cell = cells[index];
      if (cell) this.cells.set(cell.uri, { notebook: uri, first: line, count: lines });
    });
    this.documents.set(uri, version, joined.text);
  }

  closeNotebook(uri: string): void {
    this.forgetCells(uri);
    this.versions.delete(uri);
    this.documents.close(uri);
  }

  cellsOf(notebook: string): string[] {
    return [...this.cells].flatMap(([uri, cell]) => (cell.notebook === notebook ? [uri] : []));
  }

  of(uri: string): DocumentView | undefined {
    const cell = this.cells.get(uri);
    const document = this.documents.get(cell?.notebook ?? uri);
    // A notebook as a whole is shown nowhere.
    if (!document || (!cell && this.versions.has(uri))) return undefined;
    return { uri, document, first: cell?.first ?? 0, count: cell?.count };
  }

  /** All views of the documents that are open. */
  all(): readonly DocumentView[] {
    const files = this.documents.all().map(({ uri }) => uri);
    return [...files, ...this.cells.keys()].flatMap((uri) => this.of(uri) ?? []);
  }

  /** The view that shows a line of a document. */
  at(document: OpenDocument, line: number): DocumentView | undefined {
    if (!this.versions.has(document.uri)) return this.of(document.uri);
    for (const [uri, { notebook, first, count }] of this.cells) {
      if (notebook === document.uri && line >= first && line < first + count) return this.of(uri);
    }
    return undefined;
  }

  private forgetCells(notebook: string): void {
    for (const [uri, place] of this.cells) {
      if (place.notebook === notebook) this.cells.delete(uri);
    }
  }
}

export const inDocument = ({ first }: DocumentView, at: TextPosition): TextPosition => ({
  line: at.line + first,
  character: at.character,
});

/** Whether a line of the document is shown. */
export const shows = ({ first, count }: DocumentView, line: number): boolean =>
  line >= first && (count === undefined || line < first + count);

/** A range of the document as it is counted in the view, which shows where it begins. */
export function inView({ first, count }: DocumentView, { start, end }: TextRange): TextRange {
  const last = count === undefined ? end.line : Math.min(end.line, first + count - 1);
  return {
    start: { line: start.line - first, character: start.character },
    end: { line: last - first, character: end.character },
  };
}

export function contains({ start, end }: TextRange, { line, character }: TextPosition): boolean {
  const isAfterStart = line > start.line || (line === start.line && character >= start.character);
  return isAfterStart && (line < end.line || (line === end.line && character <= end.character));
}
