/** Tables as GitHub writes them: a head, a line of dashes that aligns, rows. */
import { parseInline } from './inline';
import type { Alignment, Block, Row } from './types';

const MOST_COLUMNS = 60;
const MOST_ROWS = 1000;

/** Whether the line is a head: the next one is its line of dashes, with as many columns. */
export function isTableAt(lines: readonly string[], at: number): boolean {
  const [head, dashes] = [lines[at], lines[at + 1]];
  if (head === undefined || dashes === undefined || !head.includes('|')) return false;
  const columns = alignments(dashes);
  return columns !== undefined && columns.length === cellsOf(head).length;
}

/** `isTableAt` must hold. */
export function parseTable(lines: readonly string[], at: number): { block: Block; next: number } {
  const columns = alignments(lines[at + 1] ?? '') ?? [];
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? '').includes('|')) end += 1;
  const rows = lines.slice(at + 2, Math.min(end, at + 2 + MOST_ROWS));
  const read = (line: string): Row => {
    const cells = cellsOf(line);
    return columns.map((_, i) => parseInline(cells[i] ?? ''));
  };
  const block: Block = {
    is: 'table',
    columns,
    head: [...read(lines[at] ?? '')],
    rows: rows.map(read),
  };
  return { block, next: end };
}

function alignments(line: string): Alignment[] | undefined {
  if (!/^[\s|:-]+$/.test(line) || !line.includes('-')) return undefined;
  const cells = cellsOf(line);
  if (cells.length > MOST_COLUMNS || !cells.every((cell) => /^:?-+:?$/.test(cell))) {
    return undefined;
  }
  return cells.map((cell) => {
    if (!cell.endsWith(':')) return 'start';
    return cell.startsWith(':') ? 'center' : 'end';
  });
}

/** `\|` is a bar in a cell, not between two. */
function cellsOf(line: string): string[] {
  const cells: string[] = [];
  let cell = '';
  const text = line.trim();
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '\\' && text[i + 1] === '|') {
      cell += '|';
      i += 1;
    } else if (text[i] === '|') {
      cells.push(cell.trim());
      cell = '';
    } else {
      cell += text[i];
    }
  }
  cells.push(cell.trim());
  if (text.startsWith('|')) cells.shift();
  if (text.endsWith('|') && !text.endsWith('\\|')) cells.pop();
  return cells;
}
