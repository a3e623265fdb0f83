// The arguments of a server for others: `runlens serve` passes them on as they were typed.
import * as path from 'node:path';
import { RunlensError } from '../base/errors';
import { isLoopback, normalHost } from './accessTeam';

export interface ServeOptions {
  /** The address to listen on, beside 127.0.0.1. */
  readonly host: string;
  readonly tokensFile: string | undefined;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly maxRequestBytes: number;
  readonly maxConnections: number;
  /** Absolute path, or `-` for standard output. */
  readonly accessLog: string | undefined;
  /** The address is printed as JSON. */
  readonly json: boolean;
}

export const SERVE_ARGS = {
  serve: { type: 'boolean' },
  host: { type: 'string' },
  tokens: { type: 'string' },
  'allowed-hosts': { type: 'string' },
  'allowed-origins': { type: 'string' },
  'max-request-mb': { type: 'string' },
  'max-connections': { type: 'string' },
  'access-log': { type: 'string' },
  json: { type: 'boolean' },
} as const;

type Values = { readonly [K in keyof typeof SERVE_ARGS]?: string | boolean | undefined };

/** As `mlflow server`: people know it. */
export const SERVE_PORT = 5000;
const REQUEST_MB = 10_240;
const CONNECTIONS = 512;

/** Undefined without `--serve`. @throws RunlensError `server.usage` */
export function serveOptions(values: Values): ServeOptions | undefined {
  const { serve, ...others } = values;
  if (serve !== true) {
    const foreign = Object.entries(others).find(([, value]) => value !== undefined);
    if (foreign) throw usage(`--${foreign[0]} needs --serve.`);
    return undefined;
  }
  const host = text(values.host) ?? '127.0.0.1';
  const tokensFile = text(values.tokens);
  if (tokensFile === undefined && !isLoopback(host)) {
    throw usage(
      `Others can only be let in with tokens: --host ${host} needs --tokens FILE. ` +
        'docs/team-server.md shows the file.',
    );
  }
  const accessLog = text(values['access-log']);
  return {
    host,
    tokensFile: tokensFile === undefined ? undefined : path.resolve(tokensFile),
    allowedHosts: list(values['allowed-hosts']).map(hostOf),
    allowedOrigins: list(values['allowed-origins']).map(originOf),
    maxRequestBytes: count('max-request-mb', values, REQUEST_MB) * 1024 * 1024,
    maxConnections: count('max-connections', values, CONNECTIONS),
    accessLog: accessLog === undefined || accessLog === '-' ? accessLog : path.resolve(accessLog),
    json: values.json === true,
  };
}

const text = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

const list = (value: string | boolean | undefined): string[] =>
  (text(value) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function hostOf(given: string): string {
  if (/^(\*\.)?[\w.-]+(:\d+)?$/.test(given) || /^[[\]\da-f:.]+$/i.test(given))
    return normalHost(given);
  throw usage(
    `--allowed-hosts takes names such as runs.example.org, runs.example.org:8443 or *.example.org, not ${JSON.stringify(given)}.`,
  );
}

function originOf(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.origin === given.toLowerCase())
    return url.origin;
  throw usage(
    `--allowed-origins takes addresses such as https://app.example.org, not ${JSON.stringify(given)}.`,
  );
}

function count(name: 'max-request-mb' | 'max-connections', values: Values, fallback: number) {
  const given = text(values[name]);
  if (given === undefined) return fallback;
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= 1 && value <= 1e7) return value;
  throw usage(`--${name} must be a whole number from 1 to 10000000, not ${JSON.stringify(given)}.`);
}

const usage = (message: string): RunlensError => new RunlensError('server.usage', message);
