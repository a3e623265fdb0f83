// A connection to `/events` that comes back by itself and goes on where it stopped.
import * as http from 'node:http';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/event';
import type { Discovery } from '../protocol/discovery';
import type { ServerEvent, Topic } from '../protocol/events';
import { StreamParser } from './eventStream';
import { errorOf } from './http';

export interface EventStreamOptions {
  /** All when left out. */
  readonly topics?: readonly Topic[];
  /** Where to begin; now when left out. */
  readonly lastEventId?: string;
  /** Milliseconds of silence after which the connection counts as dead; the server pings each 15 s. */
  readonly silence?: number;
}

export type Endpoint = Pick<Discovery, 'port' | 'tokens'>;

/**
 * One stream at a time, opened with `connect`. When it ends, `onDidEnd` fires; the owner decides
 * when and to which server to connect again, and nothing is lost: the server goes on after the last
 * event seen, or sends `reset`.
 */
export class EventStream implements Disposable {
  private readonly events = new Emitter<ServerEvent>();
  private readonly opened = new Emitter<void>();
  private readonly ended = new Emitter<Error>();
  /** In order. `reset` says that what is shown must be fetched again. */
  readonly onEvent = this.events.event;
  /** The server has said where it stands: events from now on arrive. */
  readonly onDidOpen = this.opened.event;
  readonly onDidEnd = this.ended.event;
  private request: http.ClientRequest | undefined;
  private lastEventId: string | undefined;

  constructor(private readonly options: EventStreamOptions = {}) {
    this.lastEventId = options.lastEventId;
  }

  /** The position to go on from. */
  get position(): string | undefined {
    return this.lastEventId;
  }

  connect({ port, tokens }: Endpoint): void {
    this.abandon();
    const { topics, silence = 40_000 } = this.options;
    const request = http.get({
      host: '127.0.0.1',
      port,
      path: topics ? `/events?topics=${topics.join(',')}` : '/events',
      agent: false,
      headers: {
        authorization: `Bearer ${tokens.control}`,
        accept: 'text/event-stream',
        ...(this.lastEventId === undefined ? {} : { 'last-event-id': this.lastEventId }),
      },
    });
    this.request = request;
    const end = (error: Error) => {
      if (this.request !== request) return;
      this.abandon();
      this.ended.fire(error);
    };
    request.setTimeout(silence, () => request.destroy(new Error('The server has gone silent')));
    request.once('error', end);
    request.once('response', (response) => this.read(response, end));
  }

  dispose(): void {
    this.abandon();
    for (const emitter of [this.events, this.opened, this.ended]) emitter.dispose();
  }

  private abandon(): void {
    const { request } = this;
    this.request = undefined;
    if (!request) return;
    // After this its errors are nobody's concern, but node insists on a listener.
    request.on('error', () => undefined);
    request.destroy();
  }

  private read(response: http.IncomingMessage, end: (error: Error) => void): void {
    response.setEncoding('utf8');
    response.once('error', end);
    if (response.statusCode !== 200) {
      const status = response.statusCode ?? 0;
      response.once('data', (text: string) => end(errorOf({ status, body: Buffer.from(text) })));
    }
    response.once('end', () => end(new Error('The server closed the stream')));
    response.once('close', () => end(new Error('The connection was lost')));
    if (response.statusCode === 200) this.readMessages(response);
  }

  private readMessages(response: http.IncomingMessage): void {
    let isOpen = false;
    const parser = new StreamParser(({ id, data }) => {
      // Events first: a listener that throws must not make its event count as seen.
      if (data !== undefined) this.events.fire(JSON.parse(data) as ServerEvent);
      this.lastEventId = id;
      if (isOpen || data !== undefined) return;
      isOpen = true;
      this.opened.fire();
    }, this.lastEventId);
    const own = this.request;
    response.on('data', (text: string) => {
      if (this.request === own) parser.feed(text);
    });
  }
}
