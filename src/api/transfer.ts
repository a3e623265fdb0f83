// Routes of imports, exports and opened folders.
import * as path from 'node:path';
import type { RunlensError } from '../base/errors';
import {
  type ControlRoute,
  EXPORT_FORMATS,
  type ExportRequest,
  type ImportRequest,
  type ReplyOf,
  type SourceRow,
  type TransferState,
} from '../protocol/control';
import {
  HttpError,
  type HttpReply,
  type HttpRequest,
  jsonReply,
  type Route,
} from '../protocol/http';
import { invalid, jsonBody, notFound, param } from './params';

export interface TransferRoutePorts {
  readonly transfers: {
    startImport(request: ImportRequest): string;
    startExport(request: ExportRequest): string;
    get(id: string, kind: TransferState['kind']): TransferState | undefined;
    cancel(id: string): void;
  };
  readonly sources: {
    list(): SourceRow[];
    open(path: string): Promise<SourceRow>;
    close(id: string): Promise<boolean>;
  };
  /** Whether an error says that what was asked for is not there or cannot be read. */
  isRefusal(error: unknown): error is RunlensError;
}

type Transferred = Extract<
  ControlRoute,
  `${string} /api/${'imports' | 'exports' | 'sources'}${string}`
>;
type Handlers = {
  [R in Transferred]: (
    ports: TransferRoutePorts,
    request: HttpRequest,
  ) => Promise<ReplyOf<R>> | ReplyOf<R>;
};
type Handler = (ports: TransferRoutePorts, request: HttpRequest) => Promise<object> | object;

const HANDLERS: Handlers = {
  'GET /api/sources': ({ sources }) => ({ items: sources.list() }),
  'POST /api/sources': async ({ sources }, request) =>
    sources.open(absolute(await jsonBody(request), 'path')),
  'POST /api/sources/:id/close': closeSource,
  'POST /api/imports': async ({ transfers }, request) => ({
    id: transfers.startImport(importRequest(await jsonBody(request))),
  }),
  'GET /api/imports/:id': (ports, request) => stateOf(ports, request, 'import'),
  'POST /api/imports/:id/cancel': (ports, request) => cancel(ports, request, 'import'),
  'POST /api/exports': async ({ transfers }, request) => ({
    id: transfers.startExport(exportRequest(await jsonBody(request))),
  }),
  'GET /api/exports/:id': (ports, request) => stateOf(ports, request, 'export'),
  'POST /api/exports/:id/cancel': (ports, request) => cancel(ports, request, 'export'),
};

export function transferRoutes(ports: TransferRoutePorts): Route[] {
  return Object.entries<Handler>(HANDLERS).map(([route, handle]) => {
    const [method, where = ''] = route.split(' ');
    return {
      method: method === 'GET' ? 'GET' : 'POST',
      path: where,
      access: 'control',
      handle: (request): Promise<HttpReply> => answer(ports, handle, request),
    };
  });
}

async function answer(
  ports: TransferRoutePorts,
  handle: Handler,
  request: HttpRequest,
): Promise<HttpReply> {
  try {
    return jsonReply(await handle(ports, request));
  } catch (error) {
    if (!ports.isRefusal(error)) throw error;
    throw new HttpError(400, error.code, error.message, { cause: error });
  }
}

async function closeSource({ sources }: TransferRoutePorts, request: HttpRequest): Promise<object> {
  const id = param(request, 'id');
  if (!(await sources.close(id))) throw notFound('source', id);
  return {};
}

function stateOf(
  { transfers }: TransferRoutePorts,
  request: HttpRequest,
  kind: TransferState['kind'],
): TransferState {
  const id = param(request, 'id');
  const state = transfers.get(id, kind);
  if (!state) throw notFound(kind, id);
  return state;
}

function cancel(
  ports: TransferRoutePorts,
  request: HttpRequest,
  kind: TransferState['kind'],
): object {
  ports.transfers.cancel(stateOf(ports, request, kind).id);
  return {};
}

type Body = Record<string, unknown>;

function importRequest(body: Body): ImportRequest {
  const experiments = texts(body, 'experiments');
  return {
    path: absolute(body, 'path'),
    ...(body['artifacts'] === undefined ? {} : { artifacts: absolute(body, 'artifacts') }),
    ...(experiments === undefined ? {} : { experiments }),
  };
}

function exportRequest(body: Body): ExportRequest {
  const experiments = texts(body, 'experiments');
  const { filter } = body;
  const format = EXPORT_FORMATS.find((known) => known === body['format']);
  if (!format) throw invalid(`format must be one of ${EXPORT_FORMATS.join(', ')}.`);
  if (filter !== undefined && typeof filter !== 'string') throw invalid('filter must be text.');
  return {
    format,
    path: absolute(body, 'path'),
    ...(experiments === undefined ? {} : { experiments }),
    ...(filter === undefined ? {} : { filter }),
    overwrite: body['overwrite'] === true,
  };
}

/** A path of the server's machine: relative ones mean another folder to each process. */
function absolute(body: Body, name: string): string {
  const value = body[name];
  if (typeof value === 'string' && path.isAbsolute(value)) return value;
  throw invalid(`${name} must be an absolute path.`);
}

function texts(body: Body, name: string): string[] | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
  if (!isList) throw invalid(`${name} must be a list of texts.`);
  return value;
}
