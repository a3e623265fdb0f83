/** How wide a column must be for what is drawn of it. */

/** Padding of both sides and a pixel that rounding may take. */
const PADDING = 17;

/** Pixels; undefined when none of its cells is drawn. */
export function fittedWidth(scroller: HTMLElement, id: string): number | undefined {
  const cells = [...scroller.querySelectorAll<HTMLElement>('[data-column]')].filter(
    (cell) => cell.dataset['column'] === id,
  );
  if (cells.length === 0) return undefined;
  return Math.max(...cells.map(contentWidth)) + PADDING;
}

/** What is cut off is in the children's own scroll width. */
function contentWidth(cell: HTMLElement): number {
  let width = 0;
  for (const child of cell.children) {
    if (child.classList.contains('rl-resize')) continue;
    const box = child.getBoundingClientRect().width;
    const inner = child instanceof HTMLElement ? child.scrollWidth : 0;
    const nested = child.firstElementChild?.scrollWidth ?? 0;
    width += Math.ceil(Math.max(box, inner, nested)) + 4;
  }
  return width;
}
