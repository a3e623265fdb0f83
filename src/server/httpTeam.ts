// What a server for others answers beside its routes: a load balancer's question for its health, and
// the browser's question whether a page of an allowed origin may ask.
import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import type { HttpReply } from '../protocol/http';
import type { Asked } from './access';
import { isAllowedOrigin, isFromHere, isLoopback } from './accessTeam';
import type { ServeOptions } from './argsServe';

/** Undefined for whatever the routes answer. */
export function answerEarly(
  incoming: IncomingMessage,
  asked: Asked,
  origins: readonly string[],
): HttpReply | undefined {
  // A load balancer asks by address; the proof of identity is for programs of this machine.
  if (incoming.url === '/health' && !isFromHere(asked)) return OK;
  const { origin } = incoming.headers;
  if (incoming.method !== 'OPTIONS' || !isAllowedOrigin(origin, origins)) return undefined;
  return {
    status: 204,
    headers: {
      ...corsHeaders(origin, origins),
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'authorization, content-type',
      'access-control-max-age': '600',
    },
  };
}

const OK: HttpReply = {
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'OK',
};

/** What a browser needs to show the answer to a page of an allowed origin. */
export const corsHeaders = (
  origin: string | undefined,
  origins: readonly string[],
): Record<string, string> =>
  isAllowedOrigin(origin, origins) ? { 'access-control-allow-origin': origin, vary: 'origin' } : {};

/** The addresses to listen on: this machine's programs find the server on 127.0.0.1. */
export function listenHosts({ host }: Pick<ServeOptions, 'host'>): string[] {
  const isCovered = host === '127.0.0.1' || host === 'localhost' || host === '0.0.0.0';
  if (isCovered) return [host === 'localhost' ? '127.0.0.1' : host];
  return host === '::' ? [host] : [host, '127.0.0.1'];
}

/** What is printed once others can come: where it is, and what they type. */
export function welcomeLines(options: ServeOptions, port: number, root: string): string[] {
  const url = baseUrl(options, port);
  if (options.json) return [JSON.stringify({ url, root, pid: process.pid })];
  return [
    `Runlens serves ${root} at ${url}`,
    '',
    `export MLFLOW_TRACKING_URI=${url}`,
    ...(options.tokensFile === undefined
      ? ['eval $(runlens env)    # the token; in this folder or below it']
      : [
          'export MLFLOW_TRACKING_USERNAME=runlens',
          `export MLFLOW_TRACKING_PASSWORD=…    # a token of ${options.tokensFile}`,
        ]),
    '',
    'Ctrl-C or SIGTERM ends it.',
  ];
}

export function baseUrl({ host, allowedHosts }: ServeOptions, port: number): string {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  const named = allowedHosts.find((name) => !name.startsWith('*') && !/:\d+$/.test(name));
  const name = isLoopback(host) ? '127.0.0.1' : isEverywhere ? (named ?? hostname()) : host;
  return `http://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`;
}
