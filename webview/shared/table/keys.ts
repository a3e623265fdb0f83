/** Where keys take the focus in a grid. */

export interface GridPlace {
  /** 0: the header; then pinned rows; then the others. */
  readonly row: number;
  readonly column: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows of a page. */
  readonly page: number;
}

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
}

/** The next place; undefined when the key moves nothing. Never outside of the grid. */
export function movedBy(pressed: Pressed, at: GridPlace, size: GridSize): GridPlace | undefined {
  const next = step(pressed, at, size);
  return next && inside(next, size);
}

export const inside = ({ row, column }: GridPlace, { rows, columns }: GridSize): GridPlace => ({
  row: Math.max(0, Math.min(rows - 1, row)),
  column: Math.max(0, Math.min(columns - 1, column)),
});

function step({ key, ctrlKey, metaKey }: Pressed, at: GridPlace, size: GridSize) {
  const isFar = ctrlKey || metaKey;
  const { row, column } = at;
  switch (key) {
    case 'ArrowUp':
      return { row: isFar ? 1 : row - 1, column };
    case 'ArrowDown':
      return { row: isFar ? size.rows - 1 : row + 1, column };
    case 'ArrowLeft':
      return { row, column: isFar ? 0 : column - 1 };
    case 'ArrowRight':
      return { row, column: isFar ? size.columns - 1 : column + 1 };
    case 'Home':
      return { row: isFar ? 1 : row, column: 0 };
    case 'End':
      return { row: isFar ? size.rows - 1 : row, column: size.columns - 1 };
    case 'PageUp':
      return { row: Math.max(1, row - size.page), column };
    case 'PageDown':
      return { row: row + size.page, column };
    default:
      return undefined;
  }
}
