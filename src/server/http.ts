// The only listener: serves routes, on 127.0.0.1 unless told otherwise, after Host, Origin and token
// were checked.
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import findMyWay from 'find-my-way';
import { RunlensError } from '../base/errors';
import { HttpError, type HttpReply, type Route } from '../protocol/http';
import type { Asked, Guard } from './access';
import type { AccessEntry } from './accessLog';
import { errorReply } from './httpErrors';
import { type HttpLimits, limitServer, SlowClients } from './httpLimits';
import { toRequest } from './httpRequest';

export interface HttpOptions {
  readonly routes: readonly Route[];
  readonly guard: Guard;
  /** Addresses to listen on, all with the same port; default 127.0.0.1 alone. */
  readonly hosts?: readonly string[];
  readonly limits?: HttpLimits;
  /** Answers a request before it is checked any further, such as a load balancer's. */
  answerEarly?(incoming: IncomingMessage, asked: Asked): HttpReply | undefined;
  /** Headers for every answer to such a request. */
  extraHeaders?(incoming: IncomingMessage): Readonly<Record<string, string>>;
  /** Faults of the server, for its log. */
  onFault(error: unknown, what: string): void;
  /** Called at the start of every request that was let in. */
  onRequest?(route: Route): void;
  /** Called when a request is over. */
  onAnswered?(entry: AccessEntry): void;
  /** Called when a client that neither sends nor takes was cut off. */
  onCut?(what: string): void;
}

export interface HttpServer {
  readonly port: number;
  /** Requests that are being answered. */
  readonly active: number;
  /** Takes no new requests and waits for those in flight, at most `patience` milliseconds. */
  close(patience: number): Promise<void>;
}

/** @throws RunlensError `server.port` when the port is taken. Port 0 takes any. */
export async function serveHttp(port: number, options: HttpOptions): Promise<HttpServer> {
  const { limits, onCut } = options;
  const slow = limits && new SlowClients(limits, (what) => onCut?.(what));
  const router = createRouter(options);
  let active = 0;
  // Kept: a server that closes has no address any more, and still answers what is in flight.
  let ownPort = 0;
  const handle = (incoming: IncomingMessage, response: ServerResponse) => {
    active++;
    response.once('close', () => active--);
    slow?.watch(incoming, response);
    router(incoming, response, ownPort);
  };
  const servers: Server[] = [];
  try {
    for (const host of options.hosts ?? [LOOPBACK]) {
      const server = createServer(nodeOptions(limits), handle);
      if (limits) limitServer(server, limits);
      await listen(server, ownPort || port, host);
      servers.push(server);
      ownPort = portOf(server);
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return {
    port: ownPort,
    get active() {
      return active;
    },
    close: async (patience) => {
      await Promise.all(servers.map((server) => closeServer(server, patience)));
      slow?.dispose();
    },
  };
}

const LOOPBACK = '127.0.0.1';

/** Uploads may take long; node's default would cut them after five minutes. */
const nodeOptions = (limits: HttpLimits | undefined): ServerOptions => ({
  keepAliveTimeout: 120_000,
  requestTimeout: 0,
  noDelay: true,
  ...(limits
    ? { maxHeaderSize: limits.headerBytes, connectionsCheckingInterval: limits.headerMs / 4 }
    : {}),
});

type Handler = (incoming: IncomingMessage, response: ServerResponse, port: number) => void;
interface Found {
  readonly route: Route;
}

function createRouter(options: HttpOptions): Handler {
  const { guard, limits } = options;
  const router = findMyWay({ maxParamLength: 16_384 });
  for (const route of options.routes) {
    router.on(route.method, route.path, () => undefined, { route } satisfies Found);
  }
  return (incoming, response, port) => {
    const asked: Asked = { headers: incoming.headers, remote: incoming.socket.remoteAddress, port };
    const entry = options.onAnswered && observe(incoming, response, options.onAnswered);
    const run = async () => {
      setSecurityHeaders(response);
      for (const [name, value] of Object.entries(options.extraHeaders?.(incoming) ?? {}))
        response.setHeader(name, value);
      const early = options.answerEarly?.(incoming, asked);
      if (early) return send(incoming, response, early);
      guard.checkSource(asked);
      const method = incoming.method === 'HEAD' ? 'GET' : (incoming.method ?? 'GET');
      const found = router.find(method as findMyWay.HTTPMethod, incoming.url ?? '/');
      if (!found) throw noRoute(incoming);
      const { route } = found.store as Found;
      guard.checkToken(asked, route, (caller) => {
        if (entry) entry.caller = caller;
      });
      options.onRequest?.(route);
      const params = found.params as Record<string, string>;
      const request = toRequest(incoming, response, { params, limit: limits?.bodyBytes });
      await send(incoming, response, await route.handle(request));
    };
    run().catch((error: unknown) => sendError(incoming, response, { error, options }));
  };
}

/** Tells of a request when it is over; who asked is filled in when that is known. */
function observe(
  incoming: IncomingMessage,
  response: ServerResponse,
  onAnswered: (entry: AccessEntry) => void,
): { caller: string | undefined } {
  const who: { caller: string | undefined } = { caller: undefined };
  const { socket, headers } = incoming;
  const [time, started, before] = [Date.now(), performance.now(), socket.bytesWritten];
  const remote = socket.remoteAddress ?? '-';
  response.once('close', () =>
    onAnswered({
      time,
      remote,
      forwardedFor:
        String(headers['x-forwarded-for'] ?? '')
          .split(',')
          .at(-1)
          ?.trim() || undefined,
      caller: who.caller,
      method: incoming.method ?? '-',
      target: incoming.url ?? '-',
      status: response.headersSent ? response.statusCode : 0,
      bytes: socket.bytesWritten - before,
      milliseconds: performance.now() - started,
    }),
  );
  return who;
}

function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('x-frame-options', 'SAMEORIGIN');
}

function noRoute({ method, url }: IncomingMessage): HttpError {
  const path = (url ?? '/').split('?', 1)[0];
  return new HttpError(404, 'route.notFound', `There is no ${method} ${path} on this server.`);
}

async function send(
  incoming: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: HttpReply,
): Promise<void> {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    response.writeHead(status, { 'content-length': length, ...headers });
    response.end(incoming.method === 'HEAD' ? undefined : body);
  } else {
    response.writeHead(status, headers);
    response.flushHeaders();
    if (incoming.method !== 'HEAD') await sendStream(response, body);
    response.end();
  }
  // What the handler did not read must be drained, or the client never comes to read the answer.
  if (!incoming.complete) incoming.resume();
}

/** Ends early, and lets the source clean up, when the client has gone. */
async function sendStream(
  response: ServerResponse,
  body: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  for await (const chunk of body) {
    if (response.destroyed) return;
    if (!response.write(chunk)) await drained(response);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.once('drain', done).once('close', done);
  });
}

function sendError(
  incoming: IncomingMessage,
  response: ServerResponse,
  { error, options }: { readonly error: unknown; readonly options: HttpOptions },
): void {
  const what = `${incoming.method} ${incoming.url}`;
  if (response.destroyed) return;
  const { reply, isFault } = errorReply(error, incoming.url ?? '/');
  if (isFault) options.onFault(error, what);
  if (response.headersSent) {
    // The answer cannot be taken back: cutting the connection tells that it is not whole.
    response.destroy();
    return;
  }
  readToEnd(incoming)
    .then(() => send(incoming, response, reply))
    .catch((failure: unknown) => options.onFault(failure, what));
}

/** Many clients read the answer only after they have sent all: a refused upload is let through. */
function readToEnd(incoming: IncomingMessage): Promise<void> {
  if (incoming.complete || incoming.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, READ_PATIENCE_MS);
    incoming.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    incoming.once('end', () => {
      clearTimeout(timer);
      resolve();
    });
    incoming.resume();
  });
}

const READ_PATIENCE_MS = 10_000;

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): unknown {
  switch (error.code) {
    case 'EADDRINUSE':
    case 'EACCES':
      return new RunlensError(
        'server.port',
        `Port ${port} is in use by another program. Choose another.`,
        { cause: error },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAFNOSUPPORT':
      return new RunlensError(
        'server.host',
        `This machine has no address ${host}. Choose one of its own, or 0.0.0.0 for all.`,
        { cause: error },
      );
    default:
      return error;
  }
}

function closeServer(server: Server, patience: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), patience);
    // A kept-alive connection becomes idle only after its answer.
    const sweep = setInterval(() => server.closeIdleConnections(), 20);
    server.close(() => {
      clearTimeout(timer);
      clearInterval(sweep);
      resolve();
    });
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}
