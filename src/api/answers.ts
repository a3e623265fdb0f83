// Makes routes of a table of answers that is typed by the contract.
import type { ControlRoute, ReplyOf } from '../protocol/control';
import { type HttpRequest, jsonReply, type Method, type Route } from '../protocol/http';

/** For each route what it answers; `P` is what the answers work with. */
export type AnswersTo<R extends ControlRoute, P> = {
  readonly [K in R]: (request: HttpRequest, ports: P) => ReplyOf<K> | Promise<ReplyOf<K>>;
};

export function routesOf<R extends ControlRoute, P>(answers: AnswersTo<R, P>, ports: P): Route[] {
  return (Object.keys(answers) as R[]).map((route) => {
    const [method, path] = route.split(' ') as [Method, string];
    const handle = async (request: HttpRequest) => jsonReply(await answers[route](request, ports));
    return { method, path, access: 'control', handle };
  });
}
