// The guard of `runlens serve`: allowed hosts and origins, read and write tokens for others, and
// routes that run code for programs of this machine only.
import { hostname, networkInterfaces } from 'node:os';
import type { Tokens } from '../protocol/discovery';
import { HttpError } from '../protocol/http';
import {
  type Asked,
  checkSource,
  checkToken,
  type Guard,
  isEqual,
  isLocalOrigin,
  isOwnHost,
  tokenOf,
} from './access';
import { effectOf } from './accessRoutes';
import type { TokensFile } from './tokensFile';

export interface TeamAccess {
  /** The address it listens on. */
  readonly host: string;
  /** `name`, `name:port`, `*.name`: what a Host header may say beside the machine's own names. */
  readonly allowedHosts: readonly string[];
  /** `https://name[:port]`: pages that may ask beside those of the allowed hosts. */
  readonly allowedOrigins: readonly string[];
  /** Those of the discovery file: they open what they always do, from this machine only. */
  readonly tokens: Tokens;
  /** Undefined: only this machine's programs, which know the discovery file, are let in. */
  readonly teamTokens: Pick<TokensFile, 'find'> | undefined;
}

/** What a reverse proxy adds; a program of this machine sends none of them. */
const PROXY_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

export function teamGuard(access: TeamAccess): Guard {
  const hosts = [...ownNames(access.host), ...access.allowedHosts].map(normalHost);
  return {
    checkSource(asked) {
      if (isFromHere(asked)) checkSource(asked.headers, asked.port);
      else checkForeignSource(asked, hosts, access.allowedOrigins);
    },
    checkToken(asked, route, name) {
      if (route.access === 'none') return;
      const given = tokenOf(asked.headers.authorization);
      if (given === undefined) throw noToken();
      if (isFromHere(asked) && isAny(given, access.tokens)) {
        name('local');
        checkToken(asked.headers, route.access, access.tokens);
        return;
      }
      const caller = callerOf(given, access);
      name(caller.name);
      if (route.access === 'control') throw codeIsLocal();
      const isRefused = caller.right === 'read' && effectOf(route.method, route.path) === 'write';
      if (isRefused) throw readsOnly(caller.name);
    },
  };
}

/** Whether a program of this machine asks without a proxy in between, as far as can be told. */
export function isFromHere({ headers, remote, port }: Asked): boolean {
  if (!isLoopback(remote ?? '') || !isOwnHost(headers.host, port)) return false;
  return PROXY_HEADERS.every((name) => headers[name] === undefined);
}

/** An address or name of the loopback interface. */
export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '').replace(/^\[(.*)\]$/, '$1');
  return /^127(\.\d{1,3}){3}$/.test(plain) || plain === '::1' || plain === 'localhost';
}

/** Whether a page of another origin was allowed to ask, so that its browser has to be told. */
export const isAllowedOrigin = (
  origin: string | undefined,
  allowed: readonly string[],
): origin is string => origin !== undefined && allowed.includes(origin.toLowerCase());

function checkForeignSource(
  { headers }: Asked,
  hosts: readonly string[],
  origins: readonly string[],
): void {
  const { host, origin } = headers;
  if (!hosts.some((allowed) => matchesHost(host ?? '', allowed))) {
    throw new HttpError(
      403,
      'access.host',
      `This server does not answer to the name ${JSON.stringify(host ?? '')}. ` +
        'Whoever runs it can add the name: runlens serve --allowed-hosts NAME',
    );
  }
  if (isLocalOrigin(origin) || isAllowedOrigin(origin, origins)) return;
  const page = origin !== undefined && URL.canParse(origin) ? new URL(origin).host : '';
  if (page !== '' && page === host?.toLowerCase()) return;
  throw new HttpError(
    403,
    'access.origin',
    `The request came from a page of ${origin}, which may not ask this server. ` +
      'Whoever runs it can add the page: runlens serve --allowed-origins ORIGIN',
  );
}

/** The names under which a server bound to `host` is reached without a word from the user. */
function ownNames(host: string): string[] {
  const isEverywhere = host === '0.0.0.0' || host === '::';
  if (!isEverywhere) return isLoopback(host) ? [] : [host];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return [hostname(), ...addresses.map(({ address }) => address)];
}

/** As a Host header writes it: lower case, IPv6 in brackets. */
export function normalHost(text: string): string {
  const host = text.trim().toLowerCase();
  return host.split(':').length > 2 && !host.startsWith('[') ? `[${host}]` : host;
}

/** An allowed name without a port stands for every port: a proxy has its own. */
export function matchesHost(host: string, allowed: string): boolean {
  const given = host.toLowerCase();
  const name = given.replace(/:\d+$/, '');
  if (allowed.startsWith('*.')) return name.endsWith(allowed.slice(1)) && !/[\s/@]/.test(name);
  return given === allowed || name === allowed;
}

const isAny = (given: string, { tracking, control }: Tokens): boolean =>
  [isEqual(given, tracking), isEqual(given, control)].includes(true);

/** A server without a tokens file has one token for tracking, wherever a proxy brings it from. */
function callerOf(
  given: string,
  { teamTokens, tokens }: TeamAccess,
): { name: string; right: 'read' | 'write' } {
  const found = teamTokens?.find(given);
  if (found) return found;
  if (!teamTokens && isEqual(given, tokens.tracking)) return { name: 'tracking', right: 'write' };
  throw new HttpError(
    401,
    'access.token',
    'The token is not valid. Ask whoever runs this server for one, and set ' +
      'MLFLOW_TRACKING_USERNAME=runlens and MLFLOW_TRACKING_PASSWORD to it.',
  );
}

const noToken = (): HttpError =>
  new HttpError(
    401,
    'access.token',
    'A token is needed: set MLFLOW_TRACKING_USERNAME=runlens and MLFLOW_TRACKING_PASSWORD to the ' +
      'token that you were given. On the server itself, run `eval $(runlens env)`.',
  );

const readsOnly = (name: string): HttpError =>
  new HttpError(
    403,
    'access.read',
    `The token of ${name} may read only. Ask whoever runs this server for a write token.`,
  );

const codeIsLocal = (): HttpError =>
  new HttpError(
    403,
    'access.control',
    'What runs code or changes the server is open to programs of its own machine only.',
  );
