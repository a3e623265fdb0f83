// The routes of the worker protocol.
import type { Engine } from '../pipeline/engine';
import { type HttpReply, type HttpRequest, jsonReply, type Route } from '../protocol/http';
import { WAIT_PATH } from '../protocol/worker';
import { bodyAs, refusalsAs400 } from './workerBody';
import {
  composedSchema,
  extendSchema,
  joinSchema,
  logSchema,
  nextSchema,
  registerSchema,
  waitSchema,
} from './workerSchemas';

export function workerRoutes(engine: Engine): Route[] {
  return [
    post('register', async (request) => {
      const body = await bodyAs(registerSchema, request);
      return refusalsAs400(() => engine.register(body));
    }),
    post('join', async (request) => engine.join(await bodyAs(joinSchema, request))),
    post('next', async (request) => engine.next(await bodyAs(nextSchema, request), request.gone)),
    post('extend', async (request) => {
      const body = await bodyAs(extendSchema, request);
      return refusalsAs400(() => engine.extend(body));
    }),
    post('preview', async (request) => {
      const body = await bodyAs(registerSchema, request);
      return refusalsAs400(() => engine.preview(body));
    }),
    {
      method: 'POST',
      path: WAIT_PATH,
      access: 'control',
      handle: async (request) =>
        jsonReply(await engine.pool.wait(await bodyAs(waitSchema, request), request.gone)),
    },
    post('log', async (request) => {
      engine.log(await bodyAs(logSchema, request));
      return {};
    }),
    post('composed', async (request) => {
      engine.launches.composed(await bodyAs(composedSchema, request));
      return {};
    }),
  ];
}

function post(name: string, answer: (request: HttpRequest) => Promise<object>): Route {
  const handle = async (request: HttpRequest): Promise<HttpReply> =>
    jsonReply(await answer(request));
  return { method: 'POST', path: `/api/worker/${name}`, access: 'control', handle };
}
