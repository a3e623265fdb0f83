/** How wide the first column of a table is at first, so that the second one is seen beside it in a narrow panel. */

/** Pixels. `share` of the panel's width, `most` at most. */
export const firstColumnWidth = (most: number, share = 0.55): number =>
  Math.round(Math.max(120, Math.min(most, window.innerWidth * share)));
