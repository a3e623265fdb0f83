// The only listener: serves routes on 127.0.0.1, after Host, Origin and token were checked.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import findMyWay from 'find-my-way';
import { RunlensError } from '../base/errors';
import { HttpError, type HttpReply, type Route } from '../protocol/http';
import { checkSource, checkToken, type Guard } from './access';
import { errorReply } from './httpErrors';
import { toRequest } from './httpRequest';

export interface HttpOptions {
  readonly routes: readonly Route[];
  readonly tokens: Guard['tokens'];
  /** Faults of the server, for its log. */
  onFault(error: unknown, what: string): void;
  /** Called at the start of every request that was let in. */
  onRequest?(): void;
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
  const router = createRouter(options);
  let active = 0;
  // Kept: a server that closes has no address any more, and still answers what is in flight.
  let ownPort = 0;
  const server = createServer(
    // Uploads may take long; node's default would cut them after five minutes.
    { keepAliveTimeout: 120_000, requestTimeout: 0, noDelay: true },
    (incoming, response) => {
      active++;
      response.once('close', () => active--);
      router(incoming, response, ownPort);
    },
  );
  await listen(server, port);
  ownPort = portOf(server);
  return {
    port: ownPort,
    get active() {
      return active;
    },
    close: (patience) => closeServer(server, patience),
  };
}

type Handler = (incoming: IncomingMessage, response: ServerResponse, port: number) => void;
interface Found {
  readonly route: Route;
}

function createRouter(options: HttpOptions): Handler {
  const router = findMyWay({ maxParamLength: 16_384 });
  for (const route of options.routes) {
    router.on(route.method, route.path, () => undefined, { route } satisfies Found);
  }
  return (incoming, response, port) => {
    const run = async () => {
      setSecurityHeaders(response);
      checkSource(incoming.headers, port);
      const method = incoming.method === 'HEAD' ? 'GET' : (incoming.method ?? 'GET');
      const found = router.find(method as findMyWay.HTTPMethod, incoming.url ?? '/');
      if (!found) throw noRoute(incoming);
      const { route } = found.store as Found;
      checkToken(incoming.headers, route.access, options.tokens);
      options.onRequest?.();
      const params = found.params as Record<string, string>;
      await send(incoming, response, await route.handle(toRequest(incoming, response, params)));
    };
    run().catch((error: unknown) => sendError(incoming, response, { error, options }));
  };
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

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' || error.code === 'EACCES';
      reject(taken ? portTaken(port, error) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

const portTaken = (port: number, cause: unknown): RunlensError =>
  new RunlensError('server.port', `Port ${port} is in use by another program. Choose another.`, {
    cause,
  });

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
