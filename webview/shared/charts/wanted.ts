/** Collects what the cards in view need and hands the whole of it to the store. */
import type { SeriesId, SeriesStore } from './seriesStore';

export class Wanted {
  private readonly byCard = new Map<string, readonly SeriesId[]>();

  constructor(private readonly store: SeriesStore) {}

  set(card: string, series: readonly SeriesId[]): void {
    this.byCard.set(card, series);
    this.store.want([...this.byCard.values()].flat());
  }

  clear(card: string): void {
    this.byCard.delete(card);
    this.store.want([...this.byCard.values()].flat());
  }
}
