// Splits a server-sent event stream into messages.

export interface StreamMessage {
  /** The id in force after this message; undefined when none has come yet. */
  readonly id: string | undefined;
  /** Undefined for a message that only sets the id. */
  readonly data: string | undefined;
}

/** Feed it text as it arrives; it calls back for each whole message. */
export class StreamParser {
  private rest = '';
  private data: string[] = [];
  private hasId = false;

  /** `id` is in force from an earlier connection, until the first of this one comes. */
  constructor(
    private readonly onMessage: (message: StreamMessage) => void,
    private id?: string,
  ) {}

  feed(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.line(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  private line(line: string): void {
    if (line === '') this.dispatch();
    else this.field(line);
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'data') this.data.push(value);
    if (field === 'id') {
      this.id = value;
      this.hasId = true;
    }
  }

  private dispatch(): void {
    const isEmpty = this.data.length === 0;
    if (isEmpty && !this.hasId) return;
    const data = isEmpty ? undefined : this.data.join('\n');
    this.data = [];
    this.hasId = false;
    this.onMessage({ id: this.id, data });
  }
}
