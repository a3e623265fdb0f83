// The search over runs for the editor and the command line, in the language of docs/search.md.
import { SearchError } from '../domain/search/error';
import { parseOrder } from '../domain/search/order';
import { parseFilter } from '../domain/search/parse';
import { RUNS } from '../domain/search/subjects';
import type { ReplyOf, SearchRefusal } from '../protocol/control';
import { type HttpReply, jsonReply, type Route } from '../protocol/http';
import type { Store } from '../store/store';
import { invalid, jsonBody, notFound } from './params';
import { runRows } from './rows';

export interface SearchPorts {
  readonly store: Store;
  /** Folders of MLflow that are opened in place. */
  readonly sources: { store(id: string): Store | undefined };
  readonly clock: { now(): number };
}

const DEFAULT_LIMIT = 100;
const MOST = 1000;

export function searchRoutes(ports: SearchPorts): Route[] {
  const handle = withRefusals(async (body) => search(ports, body));
  return [{ method: 'POST', path: '/api/search', access: 'control', handle }];
}

type Body = Readonly<Record<string, unknown>>;

/** A filter or an order that cannot be understood is answered with what is wrong, and where. */
export function withRefusals(answer: (body: Body) => Promise<object>): Route['handle'] {
  return async (request): Promise<HttpReply> => {
    const body = await jsonBody(request);
    try {
      return jsonReply(await answer(body));
    } catch (error) {
      if (error instanceof SearchError) return jsonReply(refusal(error, text(body, 'filter')), 400);
      throw error;
    }
  };
}

const refusal = (
  { code, message, position, valid, text: term }: SearchError,
  filter: string,
): SearchRefusal => ({ code, message, text: term ?? filter, position, valid });

function search(ports: SearchPorts, body: Body): ReplyOf<'POST /api/search'> {
  const store = storeOf(ports, body['source']);
  const until = count(body, 'until');
  const { items, ...page } = store.runs.search({
    filter: parseFilter(text(body, 'filter'), RUNS, ports.clock.now()),
    orderBy: parseOrder(texts(body, 'orderBy') ?? [], RUNS),
    experimentIds: texts(body, 'experimentIds') ?? activeExperiments(store),
    stage: 'active',
    limit: Math.min(count(body, 'limit') ?? DEFAULT_LIMIT, MOST),
    offset: count(body, 'offset') ?? 0,
    ...(until !== undefined && { until }),
  });
  return { items: runRows(store, items), ...page };
}

export function storeOf(
  { store, sources }: Pick<SearchPorts, 'store' | 'sources'>,
  source: unknown,
): Store {
  if (source === undefined) return store;
  const found = typeof source === 'string' ? sources.store(source) : undefined;
  if (!found) throw notFound('source', String(source));
  return found;
}

export const activeExperiments = (store: Store): string[] =>
  store.experiments
    .list({ stage: 'active', limit: Number.MAX_SAFE_INTEGER, offset: 0 })
    .map(({ experimentId }) => experimentId);

function text(body: Body, name: string): string {
  const value = body[name] ?? '';
  if (typeof value === 'string') return value;
  throw invalid(`${name} must be a text.`);
}

function texts(body: Body, name: string): string[] | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const isTexts = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (!isTexts) throw invalid(`${name} must be a list of texts.`);
  return value;
}

function count(body: Body, name: string): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw invalid(`${name} must be a whole number from 0.`);
}
