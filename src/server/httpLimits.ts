// Cuts off clients that hold a connection and neither send nor take: a server for others must not
// run out of connections because of them.
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Disposable } from '../base/disposable';

export interface HttpLimits {
  /** Bytes of a request's body, also of an upload that is streamed. */
  readonly bodyBytes: number;
  readonly connections: number;
  /** Bytes of the request line and all headers. */
  readonly headerBytes: number;
  /** Milliseconds until the headers must have come. */
  readonly headerMs: number;
  /** Bytes a second that a client must send, or take, while the server waits for it … */
  readonly leastRate: number;
  /** … and the milliseconds during which it may be slower than that. */
  readonly slowMs: number;
}

export const TEAM_LIMITS: Omit<HttpLimits, 'bodyBytes' | 'connections'> = {
  headerBytes: 32 * 1024,
  headerMs: 20_000,
  leastRate: 512,
  slowMs: 30_000,
};

interface Exchange {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: Socket;
  read: number;
  written: number;
  slowMs: number;
}

/** Watches requests in progress; one that the client lets stand is cut off. */
export class SlowClients implements Disposable {
  private readonly exchanges = new Set<Exchange>();
  private readonly timer: NodeJS.Timeout;
  private readonly interval: number;

  constructor(
    private readonly limits: Pick<HttpLimits, 'leastRate' | 'slowMs'>,
    private readonly onCut: (what: string) => void,
  ) {
    this.interval = Math.max(20, Math.min(5000, limits.slowMs / 4));
    this.timer = setInterval(() => this.look(), this.interval);
    this.timer.unref();
  }

  watch(incoming: IncomingMessage, response: ServerResponse): void {
    const { socket } = incoming;
    const exchange: Exchange = {
      incoming,
      response,
      socket,
      read: socket.bytesRead,
      written: taken(socket),
      slowMs: 0,
    };
    this.exchanges.add(exchange);
    response.once('close', () => this.exchanges.delete(exchange));
  }

  dispose(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const least = (this.limits.leastRate * this.interval) / 1000;
    for (const exchange of this.exchanges) {
      exchange.slowMs = isSlow(exchange, least) ? exchange.slowMs + this.interval : 0;
      exchange.read = exchange.socket.bytesRead;
      exchange.written = taken(exchange.socket);
      if (exchange.slowMs < this.limits.slowMs) continue;
      const { method, url } = exchange.incoming;
      this.onCut(`${method} ${url?.split('?', 1)[0]}`);
      exchange.socket.destroy();
    }
  }
}

/** Only while the server waits for the client: its own work may take as long as it takes. */
function isSlow({ incoming, response, socket, read, written }: Exchange, least: number): boolean {
  const waitsForBody = !incoming.complete && incoming.readableLength === 0;
  if (waitsForBody) return socket.bytesRead - read < least;
  const waitsForReader = socket.writableLength > 0 && response.headersSent;
  return waitsForReader && taken(socket) - written < least;
}

/** Bytes that went to the system; what node still holds is not counted. */
const taken = (socket: Socket): number => socket.bytesWritten - socket.writableLength;

export function limitServer(server: Server, limits: HttpLimits): void {
  server.maxConnections = limits.connections;
  server.headersTimeout = limits.headerMs;
}
