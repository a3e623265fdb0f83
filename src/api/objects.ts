// Routes of the objects that describe the code and environment of runs, kept once per content.
import { createHash } from 'node:crypto';
import { MOST_OBJECT_BYTES, OBJECT_DIGEST, objectPath } from '../domain/environment';
import { HttpError, type HttpRequest, jsonReply, type Route } from '../protocol/http';
import type { Store } from '../store/store';
import { invalid, jsonBody, notFound, param } from './params';

const MOST_ASKED = 1000;

/** Open with the tracking token: scripts of the terminals write them. */
export function objectRoutes(store: Pick<Store, 'blobs' | 'status'>): Route[] {
  return [
    {
      method: 'POST',
      path: '/api/objects/missing',
      access: 'tracking',
      handle: async (request) => jsonReply({ missing: await missing(store, request) }),
    },
    {
      method: 'PUT',
      path: '/api/objects/:digest',
      access: 'tracking',
      handle: async (request) => jsonReply(await put(store, request)),
    },
    {
      method: 'GET',
      path: '/api/objects/:digest',
      access: 'tracking',
      handle: async (request) => jsonReply(await get(store, request)),
    },
  ];
}

async function missing({ blobs }: Pick<Store, 'blobs'>, request: HttpRequest): Promise<string[]> {
  const { digests } = await jsonBody(request);
  if (!Array.isArray(digests) || digests.length > MOST_ASKED) {
    throw invalid(`digests must be a list of at most ${MOST_ASKED}.`);
  }
  const asked = digests.map(checkDigest);
  const found = await Promise.all(asked.map((digest) => blobs.stat(objectPath(digest))));
  return asked.filter((_, i) => found[i] === undefined);
}

async function put(store: Pick<Store, 'blobs' | 'status'>, request: HttpRequest): Promise<object> {
  const digest = checkDigest(param(request, 'digest'));
  if (store.status.mode === 'readonly') {
    throw new HttpError(403, 'store.readonly', store.status.reason ?? 'The store is read-only.');
  }
  const bytes = await request.body(MOST_OBJECT_BYTES);
  if (createHash('sha256').update(bytes).digest('hex') !== digest) {
    throw invalid('The body is not what its digest says.');
  }
  const path = objectPath(digest);
  if ((await store.blobs.stat(path)) === undefined) await store.blobs.write(path, once(bytes));
  return {};
}

async function get(
  { blobs }: Pick<Store, 'blobs'>,
  request: HttpRequest,
): Promise<{ base64: string }> {
  const digest = checkDigest(param(request, 'digest'));
  const path = objectPath(digest);
  if ((await blobs.stat(path)) === undefined) throw notFound('object', digest);
  const parts: Uint8Array[] = [];
  for await (const part of blobs.read(path)) parts.push(part);
  const bytes = Buffer.concat(parts);
  if (createHash('sha256').update(bytes).digest('hex') !== digest) {
    throw new HttpError(500, 'object.damaged', `The object ${digest} was changed on disk.`);
  }
  return { base64: bytes.toString('base64') };
}

function checkDigest(value: unknown): string {
  if (typeof value === 'string' && OBJECT_DIGEST.test(value)) return value;
  throw invalid('A digest has 64 digits of 0-9 and a-f.');
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
