// What waits to be sent to one client of the event stream, bounded: a client that does not read gets
// a reset instead of a growing heap.
import { type EventType, TOPICS, type Topic } from '../protocol/events';

/** Events that were announced together, as text ready to send. */
export interface Batch {
  /** Where the batch ends; sent after its events. */
  readonly id: string;
  readonly events: readonly { readonly type: EventType; readonly text: string }[];
}

/** More than this waiting for one client, in characters, and it has to fetch anew. */
const MOST_WAITING = 4 * 1024 * 1024;

export class EventQueue implements AsyncIterable<string> {
  private readonly types: ReadonlySet<EventType> | undefined;
  private parts: string[] = [];
  private waiting = 0;
  private wake: (() => void) | undefined;
  private ended = false;

  constructor(topics: readonly Topic[] | undefined) {
    this.types = topics && new Set(topics.flatMap((topic): readonly EventType[] => TOPICS[topic]));
  }

  put(batch: Batch): void {
    const wanted = batch.events.filter(({ type }) => this.wants(type));
    const text = `${wanted.map((event) => event.text).join('')}id: ${batch.id}\n\n`;
    if (this.waiting + text.length > MOST_WAITING) {
      this.parts = [];
      this.waiting = 0;
      this.reset('This client reads too slowly', batch.id);
    } else {
      this.push(text);
    }
  }

  reset(reason: string, id: string): void {
    this.push(`${eventText('reset', { type: 'reset', reason })}id: ${id}\n\n`);
  }

  /** A sign of life, when nothing else is waiting. */
  keepAlive(): void {
    if (this.parts.length === 0) this.push(': \n\n');
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    for (;;) {
      while (this.parts.length === 0 && !this.ended) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
      if (this.parts.length === 0) return;
      const text = this.parts.join('');
      this.parts = [];
      this.waiting = 0;
      yield text;
    }
  }

  private wants(type: EventType): boolean {
    return type === 'reset' || this.types === undefined || this.types.has(type);
  }

  private push(text: string): void {
    if (this.ended) return;
    this.parts.push(text);
    this.waiting += text.length;
    this.wake?.();
  }
}

/** One event as the stream has it. JSON has no line breaks, so `data` is one line. */
export function eventText(type: EventType, value: object): string {
  return `event: ${type}\ndata: ${JSON.stringify(value)}\n\n`;
}
