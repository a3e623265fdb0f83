// Calls a route as the HTTP server does: finds it by method and path, and reads its answer.
import { HttpError, type HttpRequest, type Method, type Route } from '../../src/protocol/http';
import { errorReply } from '../../src/server/httpErrors';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
}

/** @param target `POST /api/launches`, with the query after `?`. */
export async function callRoute<T>(
  routes: readonly Route[],
  target: string,
  body?: unknown,
): Promise<Answer<T>> {
  const [method = '', address = ''] = target.split(' ');
  const url = new URL(address, 'http://127.0.0.1');
  const path = decodeURI(url.pathname);
  const route = routes.find((one) => one.method === method && paramsOf(one.path, path));
  if (!route) throw new Error(`no route for ${target}`);
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const query = new Map(
    [...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)]),
  );
  const request: HttpRequest = {
    method: method as Method,
    path,
    params: paramsOf(route.path, path) ?? {},
    query,
    headers: text === '' ? {} : { 'content-type': 'application/json' },
    body: async () => new TextEncoder().encode(text),
    stream: () => {
      throw new HttpError(500, 'test', 'no stream here');
    },
    gone: { aborted: false, addEventListener: () => {} },
  };
  const reply = await answer(route, request);
  return { status: reply.status, body: JSON.parse(String(reply.body)) as T };
}

async function answer(route: Route, request: HttpRequest) {
  try {
    return await route.handle(request);
  } catch (error) {
    return errorReply(error, request.path).reply;
  }
}

function paramsOf(pattern: string, path: string): Record<string, string> | undefined {
  const names = [...pattern.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  const match = new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`).exec(path);
  return match
    ? Object.fromEntries(names.map((name, index) => [name, match[index + 1] ?? '']))
    : undefined;
}
