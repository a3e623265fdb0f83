/** The end of a log that grows: read on from where it was, one question at a time. */
import { messageOf } from '../../src/base/errors';
import { Emitter, type Event } from '../../src/base/event';
import type { LogPart } from '../../src/protocol/control';

/** Characters that are kept; the whole is in the file, which *Open Log* shows. */
export const KEPT = 400_000;

export class LogTail {
  private readonly changed = new Emitter<void>();
  readonly onDidChange: Event<void> = this.changed.event;
  /** Whole lines, but for the last one of a log that goes on. */
  text = '';
  /** Earlier text is not shown. */
  isCut = false;
  /** Undefined until something was read. */
  ended: boolean | undefined;
  problem: string | undefined;
  private next = 0;
  private isReading = false;
  private isStale = false;
  private isDisposed = false;

  constructor(private readonly read: (from: number) => Promise<LogPart>) {}

  /** Reads to the end; again, when it grows meanwhile. Never rejects. */
  async more(): Promise<void> {
    this.isStale = true;
    if (this.isReading) return;
    this.isReading = true;
    try {
      while (this.isStale && !this.isDisposed) await this.toEnd();
      this.problem = undefined;
    } catch (error) {
      this.problem = messageOf(error);
    } finally {
      this.isReading = false;
    }
    if (!this.isDisposed) this.changed.fire();
  }

  dispose(): void {
    this.isDisposed = true;
    this.changed.dispose();
  }

  private async toEnd(): Promise<void> {
    this.isStale = false;
    for (;;) {
      const part = await this.read(this.next);
      this.ended = part.ended;
      if (this.isDisposed || part.next <= this.next) return;
      this.next = part.next;
      this.take(part.text);
      this.changed.fire();
    }
  }

  private take(text: string): void {
    const all = this.text + text;
    if (all.length <= KEPT) {
      this.text = all;
      return;
    }
    const from = all.indexOf('\n', all.length - KEPT);
    this.text = all.slice(from < 0 ? all.length - KEPT : from + 1);
    this.isCut = true;
  }
}
