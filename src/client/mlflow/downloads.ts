/** Brings an artifact of another server into a folder of our own, so that the editor can open it. */
import { createWriteStream } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { RemoteError } from './errors';
import type { MlflowClient } from './mlflowClient';

/** Larger files are not brought over to be looked at. */
export const MOST_BYTES = 256 * 1024 * 1024;

export interface Download {
  readonly runId: string;
  /** As the server names it, relative to the run's artifacts. */
  readonly path: string;
  /** Existing or not; everything of one server lies below it. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** Told how much has arrived, and how much there is when that is known. */
  readonly onProgress?: (bytes: number, total: number | undefined) => void;
  readonly limit?: number;
}

/**
 * @returns the absolute path of the file, whole.
 * @throws RemoteError `tooLarge`, `cancelled` and what the server says.
 */
export async function download(client: MlflowClient, request: Download): Promise<string> {
  const target = localFile(request.folder, request.runId, request.path);
  const { limit = MOST_BYTES, signal, onProgress } = request;
  const response = await client.openFile(request.runId, request.path, signal);
  const total = Number(response.headers['content-length']) || undefined;
  const partial = `${target}.${process.pid}.${Date.now()}.part`;
  try {
    if ((total ?? 0) > limit) throw tooLarge(request.path, limit);
    await fs.mkdir(path.dirname(target), { recursive: true });
    const counted = counting(response, (bytes) => {
      if (bytes > limit) throw tooLarge(request.path, limit);
      onProgress?.(bytes, total);
    });
    await pipeline(counted, createWriteStream(partial, { mode: 0o600 }), signal ? { signal } : {});
    await fs.rename(partial, target);
    return target;
  } catch (error) {
    response.destroy();
    await fs.rm(partial, { force: true });
    throw client.transport.failure(error, signal);
  }
}

/**
 * Where a file of a server is kept. The server's path is not trusted: it must stay below the folder.
 * @throws RemoteError `refused`
 */
export function localFile(folder: string, runId: string, file: string): string {
  const parts = file.split('/');
  const isSafe =
    /^\w[\w-]*$/.test(runId) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && !UNSAFE.test(part));
  if (!isSafe) {
    throw new RemoteError('refused', `The server names a file ${JSON.stringify(file)}: refused.`);
  }
  return path.join(folder, runId, ...parts);
}

// Backslashes, drives and streams of Windows, and control characters.
const UNSAFE = /[\\:\p{Cc}]/u;

async function* counting(
  chunks: AsyncIterable<Buffer>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    count(bytes);
    yield chunk;
  }
}

const tooLarge = (name: string, limit: number) =>
  new RemoteError(
    'tooLarge',
    `${name} is larger than ${limit / 1024 / 1024} MiB. Download it with MLflow: mlflow artifacts download.`,
  );
