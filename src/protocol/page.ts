/** Lists that come in pages. */
export interface Page {
  /** Default 100, at most 1000. */
  limit?: number;
  offset?: number;
}
export interface PageOf<T> {
  readonly items: readonly T[];
  readonly total: number;
}
