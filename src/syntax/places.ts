/** Places in a file as editors count them. */
import type { TextPosition, TextRange } from './factTypes';
import { lineOf, type Statement, type SyntaxNode } from './nodes';

export function rangeOf(statement: Statement, node: SyntaxNode): TextRange {
  return { start: positionOf(statement, node.start), end: positionOf(statement, node.end) };
}

/** Top-level statements start at the first column, but for those after a `;`. */
export function positionOf(statement: Statement, offset: number): TextPosition {
  const lineStart = statement.root.source.lastIndexOf('\n', offset - 1) + 1;
  const character = offset - lineStart + (lineStart === 0 ? statement.column : 0);
  return { line: lineOf(statement, offset) - 1, character };
}

export const rangeBetween = (statement: Statement, start: number, end: number): TextRange => ({
  start: positionOf(statement, start),
  end: positionOf(statement, end),
});
