/** `runlens serve`: the server of this folder in the foreground, for a team or a headless machine. */
import path from 'node:path';
import { serveInForeground } from '../../client/launchServe';
import type { Args, Command, Option } from '../command';

/** Passed on as typed: the server checks them, once. */
const OPTIONS: Readonly<Record<string, Option>> = {
  host: {
    type: 'string',
    value: 'HOST',
    help: 'address to listen on; beyond this machine only with --tokens (default 127.0.0.1)',
  },
  port: { type: 'string', value: 'N', help: 'port (default 5000; 0 takes any)' },
  tokens: {
    type: 'string',
    value: 'FILE',
    help: 'lines `name read|write token`, mode 0600; read again when it changes',
  },
  'allowed-hosts': {
    type: 'string',
    value: 'NAMES',
    help: 'names, with commas, under which others or a proxy ask: runs.example.org',
  },
  'allowed-origins': {
    type: 'string',
    value: 'ORIGINS',
    help: 'pages, with commas, that may ask from a browser: https://app.example.org',
  },
  'max-request-mb': {
    type: 'string',
    value: 'N',
    help: 'largest request or upload in MiB (default 10240)',
  },
  'max-connections': {
    type: 'string',
    value: 'N',
    help: 'connections at a time (default 512)',
  },
  'access-log': {
    type: 'string',
    value: 'FILE',
    help: 'a line for every request, without secrets; - is standard output',
  },
};

export const serveCommand: Command = {
  name: 'serve',
  summary: 'Serves this folder in the foreground, to others too: see docs/team-server.md',
  usage: '[options]',
  options: OPTIONS,
  positionals: { min: 0, max: 0 },
  run: (args, { dist, env, root, json }) => {
    const server = env['RUNLENS_SERVER'] ?? path.join(dist, 'server.js');
    const launcher = { runtime: process.execPath, env: {}, server, version: '' };
    return serveInForeground(launcher, root, serverFlags(args, json));
  },
};

export function serverFlags(args: Pick<Args, 'text'>, json: boolean): string[] {
  const flags = Object.keys(OPTIONS).flatMap((name) => {
    const value = args.text(name);
    // In one piece: a value may begin with a dash, as that of --access-log -.
    return value === undefined ? [] : [`--${name}=${value}`];
  });
  return json ? [...flags, '--json'] : flags;
}
