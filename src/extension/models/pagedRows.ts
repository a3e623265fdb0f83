/** Rows that come in pages and are read anew when they have changed. Knows no VS Code. */
import type { PageOf } from '../../protocol/page';

const PAGE = 100;
/** The most that one question brings. */
const MOST = 1000;

export class PagedRows<T> {
  private held: readonly T[] | undefined;
  private total = 0;
  private wanted = PAGE;
  private reading: Promise<void> | undefined;
  /** Counts the changes: what was read before one does not hold after it. */
  private version = 0;

  constructor(
    private readonly read: (page: { limit: number; offset: number }) => Promise<PageOf<T>>,
  ) {}

  get rows(): readonly T[] {
    return this.held ?? [];
  }

  /** Whether there are more than were read. */
  get more(): boolean {
    return this.rows.length < this.total;
  }

  /** Reads what was not read or has changed; callers at the same time share one reading. */
  async ensure(): Promise<readonly T[]> {
    while (!this.held) {
      this.reading ??= this.load().finally(() => {
        this.reading = undefined;
      });
      await this.reading;
    }
    return this.held;
  }

  async loadMore(): Promise<void> {
    this.wanted += PAGE;
    this.invalidate();
    await this.ensure();
  }

  /** As many as were read are read again the next time. */
  invalidate(): void {
    this.version += 1;
    this.held = undefined;
  }

  private async load(): Promise<void> {
    const { version } = this;
    const rows: T[] = [];
    let total = 0;
    do {
      const limit = Math.min(MOST, this.wanted - rows.length);
      const page = await this.read({ limit, offset: rows.length });
      rows.push(...page.items);
      total = page.total;
      if (page.items.length < limit) break;
    } while (rows.length < Math.min(this.wanted, total));
    if (version !== this.version) return;
    this.held = rows;
    this.total = total;
  }
}
