/** The setting `runlens.remote.servers`, read with care: a workspace may have written it. No VS Code. */
import { createHash } from 'node:crypto';
import { messageOf } from '../../base/errors';
import { isRecord } from '../../base/json';
import { parseAddress, type RemoteAddress } from '../../client/mlflow/address';

export const AUTHS = ['none', 'token', 'basic'] as const;
export type RemoteAuth = (typeof AUTHS)[number];

/** One entry as it stands in the setting. */
export interface RemoteEntry {
  readonly name: string;
  readonly url: string;
  readonly auth?: RemoteAuth;
  readonly experiments?: string;
}

export interface RemoteServer {
  /** Stable: part of its runs' ids. */
  readonly id: string;
  readonly name: string;
  readonly address: RemoteAddress;
  readonly auth: RemoteAuth;
  /** In MLflow's search language for experiments; undefined for all. */
  readonly experiments: string | undefined;
}

export interface ParsedServers {
  readonly servers: readonly RemoteServer[];
  /** Why an entry was left out, one line each. */
  readonly problems: readonly string[];
}

/**
 * @param value of the setting.
 * @param isTrusted whether the workspace is: before that no server of any settings is asked.
 */
export function parseServers(value: unknown, isTrusted: boolean): ParsedServers {
  if (!isTrusted || !Array.isArray(value)) return { servers: [], problems: [] };
  const servers = new Map<string, RemoteServer>();
  const problems: string[] = [];
  for (const entry of value) {
    try {
      const server = parseServer(entry);
      if (!servers.has(server.id)) servers.set(server.id, server);
    } catch (error) {
      problems.push(`runlens.remote.servers: ${JSON.stringify(entry)}: ${messageOf(error)}`);
    }
  }
  return { servers: [...servers.values()], problems };
}

function parseServer(entry: unknown): RemoteServer {
  if (!isRecord(entry) || typeof entry['url'] !== 'string') throw new Error('It needs a url.');
  const address = parseAddress(entry['url']);
  const { name, auth, experiments } = entry;
  if (auth !== undefined && !isAuth(auth)) throw new Error(`auth is one of ${AUTHS.join(', ')}.`);
  return {
    id: sourceIdOf(address),
    name: typeof name === 'string' && name.trim() !== '' ? name.trim() : hostOf(address),
    address,
    auth: auth ?? 'none',
    experiments: typeof experiments === 'string' && experiments !== '' ? experiments : undefined,
  };
}

export const sourceIdOf = ({ url }: RemoteAddress): string =>
  `server-${createHash('sha256').update(url).digest('hex').slice(0, 10)}`;

export const hostOf = ({ url }: RemoteAddress): string => url.replace(/^https?:\/\//, '');

const isAuth = (value: unknown): value is RemoteAuth => AUTHS.some((auth) => auth === value);
