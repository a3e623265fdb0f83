// Reads the discovery file of a root and proves who listens on its port before any token is sent.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as http from 'node:http';
import { RunlensError } from '../base/errors';
import { isRecord } from '../base/json';
import { type Discovery, NONCE_HEADER, PROOF_HEADER, PROTOCOL } from '../protocol/discovery';
import { readOwnFile } from './ownFile';
import { discoveryFile, type Environment } from './state';

/**
 * What the last server of the root wrote; undefined when there is nothing usable.
 * @throws RunlensError `discovery.foreign` when another user owns the file or may read it.
 */
export function readDiscovery(root: string, env?: Environment): Discovery | undefined {
  const text = readOwnFile(discoveryFile(root, env), 0o077);
  const value = text === undefined ? undefined : parse(text);
  return isDiscovery(value) && value.root === root ? value : undefined;
}

/** hex(HMAC-SHA256(key, nonce)): what only somebody with the discovery file can answer. */
export function proofOf(challengeKey: string, nonce: string): string {
  return createHmac('sha256', Buffer.from(challengeKey, 'hex')).update(nonce).digest('hex');
}

/** Whether the server of this discovery listens: a foreign process on its port cannot prove it. */
export async function isListening(discovery: Discovery, timeout = 2000): Promise<boolean> {
  const nonce = randomBytes(16).toString('hex');
  const proof = await askProof(discovery.port, nonce, timeout);
  if (proof === undefined) return false;
  const expected = Buffer.from(proofOf(discovery.challengeKey, nonce));
  const given = Buffer.from(proof);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** The running server of a root, or undefined. @throws as readDiscovery. */
export async function findServer(root: string, env?: Environment): Promise<Discovery | undefined> {
  const discovery = readDiscovery(root, env);
  if (!discovery || !(await isListening(discovery))) return undefined;
  // A successor on the same port proves itself only after it has written who it is.
  return readDiscovery(root, env);
}

/** @throws RunlensError `server.version` when the running server speaks another major version. */
export function checkProtocol(discovery: Discovery, ownVersion: string): void {
  if (discovery.protocol.major === PROTOCOL.major) return;
  throw new RunlensError(
    'server.version',
    `A Runlens server of version ${discovery.version} (protocol ${discovery.protocol.major}) is ` +
      `running for ${discovery.root}; this is version ${ownVersion} (protocol ${PROTOCOL.major}). ` +
      'Let its runs finish, or restart the server now.',
  );
}

export const serverUrl = (discovery: Pick<Discovery, 'port'>): string =>
  `http://127.0.0.1:${discovery.port}`;

/** The proof that whoever listens on the port sends; undefined when nobody answers. */
function askProof(port: number, nonce: string, timeout: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = http.get(
      {
        host: '127.0.0.1',
        port,
        path: '/health',
        timeout,
        agent: false,
        headers: { [NONCE_HEADER]: nonce },
      },
      (response) => {
        response.resume();
        const proof = response.headers[PROOF_HEADER];
        resolve(response.statusCode === 200 && typeof proof === 'string' ? proof : undefined);
      },
    );
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(undefined));
    request.once('close', () => resolve(undefined));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Damaged or half written by something else: as if there were none.
    return undefined;
  }
}

function isDiscovery(value: unknown): value is Discovery {
  if (!isRecord(value) || !isRecord(value['tokens']) || !isRecord(value['protocol'])) return false;
  const { tokens, protocol } = value;
  return (
    typeof value['root'] === 'string' &&
    typeof value['version'] === 'string' &&
    typeof value['challengeKey'] === 'string' &&
    typeof value['port'] === 'number' &&
    typeof value['pid'] === 'number' &&
    typeof protocol['major'] === 'number' &&
    typeof tokens['tracking'] === 'string' &&
    typeof tokens['control'] === 'string' &&
    isRecord(value['host'])
  );
}
