// Who may ask what: Host and Origin of a request, and its token.
import { timingSafeEqual } from 'node:crypto';
import type { Tokens } from '../protocol/discovery';
import { type Access, HttpError, type Route } from '../protocol/http';

/** What is looked at before a request is let in. */
export interface Asked {
  readonly headers: Headers & Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Address of the other side of the connection. */
  readonly remote: string | undefined;
  /** The port that was asked. */
  readonly port: number;
}

/** Decides who is let in. */
export interface Guard {
  /** @throws HttpError 403 for a foreign Host or Origin. */
  checkSource(asked: Asked): void;
  /**
   * Names who asks, for the access log, as soon as that is known: also of one that is refused.
   * @throws HttpError 401, 403
   */
  checkToken(
    asked: Asked,
    route: Pick<Route, 'method' | 'path' | 'access'>,
    name: (caller: string) => void,
  ): void;
}

/** The guard of a server for one person on one machine. */
export const localGuard = (tokens: Tokens): Guard => ({
  checkSource: ({ headers, port }) => checkSource(headers, port),
  checkToken: ({ headers }, { access }, name) => {
    checkToken(headers, access, tokens);
    if (access !== 'none') name('local');
  },
});

interface Headers {
  readonly host?: string | undefined;
  readonly origin?: string | undefined;
  readonly authorization?: string | undefined;
}

/**
 * Refuses a request that did not come from this machine by its own name: against pages of foreign
 * sites, also those whose name resolves to 127.0.0.1 (DNS rebinding).
 * @throws HttpError 403
 */
export function checkSource({ host, origin }: Headers, port: number): void {
  if (!isOwnHost(host, port)) {
    throw new HttpError(
      403,
      'access.host',
      `This server answers to 127.0.0.1:${port} and localhost:${port} only, not to ${JSON.stringify(host ?? '')}.`,
    );
  }
  if (!isLocalOrigin(origin)) {
    throw new HttpError(
      403,
      'access.origin',
      `The request came from a page of ${origin}; only pages of this machine may ask this server.`,
    );
  }
}

/** @throws HttpError 401 without a valid token, 403 when it does not open this route. */
export function checkToken(headers: Headers, access: Access, tokens: Tokens): void {
  if (access === 'none') return;
  const token = tokenOf(headers.authorization);
  if (token === undefined) {
    throw new HttpError(
      401,
      'access.token',
      'A token is needed. In a terminal, run `eval $(runlens env)`; in code, call runlens.connect().',
    );
  }
  if (isEqual(token, tokens.control)) return;
  if (!isEqual(token, tokens.tracking)) {
    throw new HttpError(
      401,
      'access.token',
      'The token is not valid, perhaps because the server was restarted on another port. ' +
        'Open a new terminal, or run `eval $(runlens env)` again.',
    );
  }
  if (access === 'control') {
    throw new HttpError(
      403,
      'access.control',
      'The tracking token opens tracking and artifact routes only. Use a Runlens command or the editor for the rest.',
    );
  }
}

/** `Bearer <token>`, or Basic with the token as password. */
export function tokenOf(authorization: string | undefined): string | undefined {
  const match = /^(bearer|basic) +(\S+)$/i.exec(authorization ?? '');
  const [, scheme, value] = match ?? [];
  if (scheme === undefined || value === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return value;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : pair.slice(colon + 1);
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Whether a request is addressed to this machine by one of its own names and this port. */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return LOOPBACK.some((name) => host?.toLowerCase() === `${name}:${port}`);
}

export function isLocalOrigin(origin: string | undefined): boolean {
  if (origin === undefined || /^vscode-webview:\/\/[\w-]+$/i.test(origin)) return true;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  return url !== undefined && /^https?:$/.test(url.protocol) && LOOPBACK.includes(url.hostname);
}

export function isEqual(given: string, secret: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}
