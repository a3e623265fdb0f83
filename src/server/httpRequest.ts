// Turns a request of node:http into the plain value that handlers see.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError, type HttpRequest, type Method } from '../protocol/http';

export const BODY_LIMIT = 32 * 1024 * 1024;

export interface RequestOptions {
  readonly params: Readonly<Record<string, string>>;
  /** Bytes that a body may have, however it is read. */
  readonly limit?: number | undefined;
}

/** @throws HttpError 413 when the body is announced to be larger than the limit. */
export function toRequest(
  incoming: IncomingMessage,
  response: ServerResponse,
  { params, limit: most = Number.POSITIVE_INFINITY }: RequestOptions,
): HttpRequest {
  if (Number(incoming.headers['content-length'] ?? 0) > most) throw tooLarge(most);
  const url = incoming.url ?? '/';
  const question = url.indexOf('?');
  // Most requests never ask: the controller and the map are made on first use.
  let query: ReadonlyMap<string, readonly string[]> | undefined;
  let gone: AbortSignal | undefined;
  return {
    method: (incoming.method === 'HEAD' ? 'GET' : incoming.method) as Method,
    path: decodePath(question < 0 ? url : url.slice(0, question)),
    params,
    get query() {
      query ??= parseQuery(question < 0 ? '' : url.slice(question + 1));
      return query;
    },
    headers: incoming.headers as Readonly<Record<string, string | undefined>>,
    body: (limit = BODY_LIMIT) => readBody(incoming, Math.min(limit, most)),
    stream: () => chunksOf(incoming, most),
    get gone() {
      gone ??= goneSignal(response);
      return gone;
    },
  };
}

function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const abort = () => {
    if (!response.writableFinished) controller.abort();
  };
  if (response.destroyed) abort();
  else response.once('close', abort);
  return controller.signal;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HttpError(400, 'request.invalid', `The address ${path} is not validly encoded.`);
  }
}

function parseQuery(text: string): ReadonlyMap<string, readonly string[]> {
  const query = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) {
    const held = query.get(key);
    if (held) held.push(value);
    else query.set(key, [value]);
  }
  return query;
}

/** Leaving the loop early must not destroy the connection: the error has to be answered yet. */
function chunksOf(
  incoming: IncomingMessage,
  most = Number.POSITIVE_INFINITY,
): AsyncIterable<Buffer> {
  const chunks = incoming.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>;
  return most === Number.POSITIVE_INFINITY
    ? { [Symbol.asyncIterator]: () => chunks }
    : counted(chunks, most);
}

/** A body without an announced length is measured as it comes. */
async function* counted(chunks: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) throw tooLarge(most);
    yield chunk;
  }
}

async function readBody(incoming: IncomingMessage, limit: number): Promise<Uint8Array> {
  if (Number(incoming.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(incoming)) {
    size += chunk.length;
    if (size > limit) throw tooLarge(limit);
    chunks.push(chunk);
  }
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
}

const tooLarge = (limit: number): HttpError =>
  new HttpError(413, 'request.tooLarge', `The request is larger than ${limit} bytes.`);
