// Writes the discovery file of this server; keeps port and tokens of the last one when it can.
import { randomBytes } from 'node:crypto';
import { readDiscovery } from '../client/discovery';
import { hostIdentity } from '../client/identity';
import { discoveryFile, ensureStateFolder, writePrivateFile } from '../client/state';
import { type Discovery, PROTOCOL, type Tokens } from '../protocol/discovery';

/** What a server is known by; it goes with a port. */
export interface Credentials {
  readonly tokens: Tokens;
  readonly challengeKey: string;
}

/** Port and credentials of the last server of the root, when there was one. */
export interface LastServer extends Credentials {
  readonly port: number;
}

export function lastServer(root: string): LastServer | undefined {
  return readDiscovery(root);
}

export function newCredentials(): Credentials {
  const secret = () => randomBytes(32).toString('hex');
  return { tokens: { tracking: secret(), control: secret() }, challengeKey: secret() };
}

/** @throws the system's error when the state folder cannot be written. */
export function writeDiscovery(
  server: Pick<Discovery, 'version' | 'root' | 'data' | 'port' | 'startedAt'> & Credentials,
): Discovery {
  const { version, root, data, port, startedAt, tokens, challengeKey } = server;
  const discovery: Discovery = {
    protocol: PROTOCOL,
    version,
    root,
    data,
    port,
    pid: process.pid,
    host: hostIdentity(),
    tokens,
    challengeKey,
    startedAt,
  };
  ensureStateFolder();
  writePrivateFile(discoveryFile(root), `${JSON.stringify(discovery, null, 2)}\n`);
  return discovery;
}
