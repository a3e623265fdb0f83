// Typed calls of the control API over kept-alive connections.
import * as http from 'node:http';
import { RunlensError } from '../base/errors';
import { isRecord } from '../base/json';
import { SearchError } from '../domain/search/error';
import type { ControlRoute, ReplyOf, RequestOf } from '../protocol/control';
import type { Discovery } from '../protocol/discovery';

export interface RawRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}
export interface RawReply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A server as a client sees it. Make one only for a server that has proved itself (findServer). */
export class ServerClient {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 16 });

  constructor(readonly discovery: Pick<Discovery, 'port' | 'tokens'>) {}

  /** @throws RunlensError with the server's code and words; `server.down` when nobody answers. */
  async call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
    const reply = await this.send(toRaw(route, request as Record<string, unknown>));
    if (reply.status >= 400) throw errorOf(reply);
    return JSON.parse(reply.body.toString('utf8')) as ReplyOf<R>;
  }

  /** Any request with the control token. @throws RunlensError `server.down` when nobody answers. */
  send({ method, path, headers, body }: RawRequest): Promise<RawReply> {
    const { port, tokens } = this.discovery;
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port,
          method,
          path,
          agent: this.agent,
          headers: {
            authorization: `Bearer ${tokens.control}`,
            ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (response) => readReply(response).then(resolve, reject),
      );
      request.once('error', (error) => reject(downError(error)));
      request.end(body);
    });
  }

  /** Closes idle connections and ends pending calls. */
  dispose(): void {
    this.agent.destroy();
  }
}

/** Path parameters are taken out of the request; the rest is the query of a GET or the JSON body. */
export function toRaw(route: ControlRoute, request: Readonly<Record<string, unknown>>): RawRequest {
  const [method = 'GET', template = ''] = route.split(' ');
  const rest = { ...request };
  const path = template.replace(/:(\w+)/g, (_, name: string) => {
    const value = rest[name];
    delete rest[name];
    return encodeURIComponent(String(value));
  });
  if (method !== 'GET') {
    return {
      method,
      path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rest),
    };
  }
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) {
    if (value !== undefined) query.append(key, String(value));
  }
  return { method, path: query.size === 0 ? path : `${path}?${query}` };
}

export const downError = (cause: unknown): RunlensError =>
  new RunlensError('server.down', 'The Runlens server does not answer; it may be restarting.', {
    cause,
  });

/** A refused search keeps its place. */
function searchError({ code, message, text, position, valid }: Record<string, unknown>) {
  const isOne =
    code === 'search.invalid' && typeof text === 'string' && typeof position === 'number';
  if (!isOne) return undefined;
  const names = Array.isArray(valid) ? valid.map(String) : [];
  return new SearchError(String(message), position, names, text);
}

/** The error of an answer: with the server's code and words where it is one of our routes'. */
export function errorOf({ status, body }: Pick<RawReply, 'status' | 'body'>): RunlensError {
  const text = body.toString('utf8');
  const fallback = new RunlensError('server.failed', `The server answered ${status}: ${text}`);
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || typeof value['message'] !== 'string') return fallback;
    return (
      searchError(value) ??
      new RunlensError(String(value['code'] ?? value['error_code']), value['message'])
    );
  } catch {
    // Not from one of our routes: the text as it is.
    return fallback;
  }
}

async function readReply(response: http.IncomingMessage): Promise<RawReply> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch (error) {
    throw downError(error);
  }
  const { statusCode = 0, headers } = response;
  return { status: statusCode, headers, body: Buffer.concat(chunks) };
}
