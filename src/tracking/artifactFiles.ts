/** Folders and files of the data folder as answers. */
import type { HttpReply } from '../protocol/http';
import { doesNotExist, invalidParameter, MlflowError } from '../protocol/mlflow/errors';
import type { WireFile } from '../protocol/mlflow/messages';
import type { BlobEntry, Store } from '../store/store';
import { mediaTypeOf } from './mediaType';

/** One level, by name, each behind `prefix`. A file, or what is not there, has no files in it. */
export async function listFolder(
  store: Store,
  folder: string,
  prefix: string,
): Promise<WireFile[]> {
  const entry = await store.blobs.stat(folder);
  if (!entry?.isDirectory) return [];
  const entries = await store.blobs.list(folder);
  const files = entries.map((item) => ({
    path: prefix + nameOf(item),
    is_dir: item.isDirectory,
    file_size: item.isDirectory ? undefined : item.size,
  }));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const nameOf = (entry: BlobEntry) => entry.path.slice(entry.path.lastIndexOf('/') + 1);

/**
 * A file as an attachment, so that no browser shows a stranger's page as ours. `path` names it in
 * errors and gives it its name.
 */
export async function fileReply(store: Store, blob: string, path: string): Promise<HttpReply> {
  const entry = await store.blobs.stat(blob);
  if (!entry) throw doesNotExist(`No such artifact: '${path}'`);
  if (entry.isDirectory) {
    throw invalidParameter(`Artifact path refers to a directory, not a file: '${path}'`);
  }
  return {
    status: 200,
    headers: {
      'content-type': mediaTypeOf(path),
      'content-length': String(entry.size),
      'content-disposition': attachment(path.slice(path.lastIndexOf('/') + 1)),
      'x-content-type-options': 'nosniff',
    },
    body: store.blobs.read(blob),
  };
}

/** @throws MlflowError when a folder is there. */
export async function writeFile(
  store: Store,
  blob: string,
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<void> {
  checkWritable(store);
  if ((await store.blobs.stat(blob))?.isDirectory) {
    throw invalidParameter(`'${path}' is a folder; a file cannot replace it.`);
  }
  await store.blobs.write(blob, content);
}

/** Files are not in the journal, so the store does not refuse them by itself. */
export function checkWritable({ status }: Store): void {
  if (status.mode === 'writable') return;
  const code = status.forGood ? 'PERMISSION_DENIED' : 'TEMPORARILY_UNAVAILABLE';
  throw new MlflowError(code, status.reason ?? 'The store is read-only.');
}

/** RFC 6266, with the name in UTF-8 beside one in ASCII. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
