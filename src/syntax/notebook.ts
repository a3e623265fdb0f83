/**
 * Notebooks as one Python text. Its code cells stand one after the other, each ended by one line end,
 * so that a cell of n lines takes n lines. What only IPython understands is replaced line by line:
 * a line that begins with `%`, `!` or `?`, or is one word with `?` behind it, by `pass` as far in;
 * each line of a cell that begins with `%%`, or is in another language, by nothing. The Python side
 * (`_source/notebook.py`) does the same; both are held to test/fixtures/notebooks.
 */
import { isRecord } from '../base/json';

export interface CellText {
  /** As it stands in the cell; all of the editor's line ends are understood. */
  readonly text: string;
  /** False for a code cell in another language. */
  readonly isPython: boolean;
}

export interface JoinedCell {
  /** First line in the joined text, from 0. */
  readonly line: number;
  readonly lines: number;
}

export interface JoinedNotebook {
  readonly text: string;
  /** One for each code cell, in order. */
  readonly cells: readonly JoinedCell[];
}

export function joinCells(cells: readonly CellText[]): JoinedNotebook {
  const joined: JoinedCell[] = [];
  let text = '';
  let line = 0;
  for (const cell of cells) {
    const lines = pythonLines(cell);
    joined.push({ line, lines: lines.length });
    line += lines.length;
    text += `${lines.join('\n')}\n`;
  }
  return { text, cells: joined };
}

/** The code cells of an `.ipynb` file; undefined when the text is none (of version 4). */
export function readNotebook(json: string): readonly CellText[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const cells = isRecord(value) ? value['cells'] : undefined;
  return Array.isArray(cells) ? cells.flatMap(codeCell) : undefined;
}

/** The Python text of an `.ipynb` file; undefined when it is none. */
export function notebookSource(json: string): string | undefined {
  const cells = readNotebook(json);
  return cells && joinCells(cells).text;
}

/** Whether a file's text is to be read as a notebook. */
export const isNotebookFile = (file: string): boolean => file.endsWith('.ipynb');

/** Which code cell a line of the joined text is in, and the line there; both from 0. */
export function cellAt(
  { cells }: Pick<JoinedNotebook, 'cells'>,
  line: number,
): { readonly cell: number; readonly line: number } | undefined {
  let low = 0;
  let high = cells.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cells[middle]?.line ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  const found = cells[low - 1];
  if (!found || line >= found.line + found.lines) return undefined;
  return { cell: low - 1, line: line - found.line };
}

const MAGIC = /^([ \t]*)(?:[%!?].*|[^\s'"#()]+\?[ \t]*)$/;

function pythonLines({ text, isPython }: CellText): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (!isPython || /^\s*%%/.test(text)) return lines.map(() => '');
  return lines.map((line) => line.replace(MAGIC, '$1pass'));
}

function codeCell(cell: unknown): CellText[] {
  if (!isRecord(cell) || cell['cell_type'] !== 'code') return [];
  const source = cell['source'];
  const text = Array.isArray(source) ? source.join('') : source;
  return [{ text: typeof text === 'string' ? text : '', isPython: isPythonCell(cell) }];
}

/** VS Code writes a cell's language where it is not the kernel's. */
function isPythonCell({ metadata }: { readonly metadata?: unknown }): boolean {
  const editor = isRecord(metadata) ? metadata['vscode'] : undefined;
  const language = isRecord(editor) ? editor['languageId'] : undefined;
  return language === undefined || language === 'python';
}
