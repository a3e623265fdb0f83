// The control routes over the content of files: what they are, pages of tables, pages of text.
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Run } from '../domain/run';
import type { ControlRoute } from '../protocol/control';
import type { FileFacts, FilePlace, FileTable, TextPage } from '../protocol/files';
import { HttpError, type Route } from '../protocol/http';
import type { Store } from '../store/store';
import { type AnswersTo, routesOf } from './answers';
import { notFound } from './params';
import { bodyAs } from './workerBody';

/** A file below a folder: `folder` absolute, `path` relative to it, with `/`. */
interface FileIn {
  readonly folder: string;
  readonly path: string;
}

/** All of them throw RunlensError `path.invalid`, `file.notFound`, `file.invalid`. */
export interface PreviewPort {
  facts(at: FileIn): Promise<FileFacts>;
  /** @param stop asked now and then whether nobody waits any more. */
  table(at: FileIn, page: PageRequest, stop: () => boolean): Promise<FileTable>;
  text(at: FileIn, page: { readonly from: number; readonly bytes: number }): Promise<TextPage>;
}

export interface FilePorts {
  readonly store: Store;
  /** Folders of MLflow that are opened in place. */
  readonly sources: { store(id: string): Store | undefined };
  readonly previews: PreviewPort;
  /** As in `TrackingPorts`. */
  runFolder(artifactUri: string, path: string): string | undefined;
}

const MOST_ROWS = 1000;
const MOST_BYTES = 1024 * 1024;
/** A character of any encoding fits. */
const LEAST_BYTES = 4;

const place: z.ZodType<FilePlace> = z.union([
  z.object({ artifactId: z.string(), path: z.string() }),
  z.object({ runId: z.string(), path: z.string(), source: z.string().optional() }),
]);
const whole = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const tableSchema = z.object({
  place,
  offset: whole,
  limit: z.number().int().min(1).max(MOST_ROWS),
  orderBy: z.object({ column: whole, descending: z.boolean() }).optional(),
});
const textSchema = z.object({
  place,
  from: whole,
  bytes: z.number().int().min(LEAST_BYTES).max(MOST_BYTES),
});
type PageRequest = Omit<z.infer<typeof tableSchema>, 'place'>;

type FileRoute = Extract<ControlRoute, `POST /api/file-${string}`>;

const ANSWERS: AnswersTo<FileRoute, FilePorts> = {
  'POST /api/file-facts': async (request, ports) =>
    ports.previews.facts(fileAt(ports, await bodyAs(place, request))),
  'POST /api/file-table': async (request, ports) => {
    const { place: at, ...page } = await bodyAs(tableSchema, request);
    return ports.previews.table(fileAt(ports, at), page, () => request.gone.aborted);
  },
  'POST /api/file-text': async (request, ports) => {
    const { place: at, ...page } = await bodyAs(textSchema, request);
    return ports.previews.text(fileAt(ports, at), page);
  },
};

export const fileRoutes = (ports: FilePorts): Route[] => routesOf(ANSWERS, ports);

function fileAt(ports: FilePorts, at: FilePlace): FileIn {
  const { path } = at;
  if ('runId' in at) return { folder: runFolderOf(ports, at), path };
  const artifact = ports.store.pipelines.artifact(at.artifactId);
  if (!artifact) throw notFound('artifact', at.artifactId);
  return { folder: ports.store.blobs.resolve(artifact.path), path };
}

function runFolderOf(
  ports: FilePorts,
  { runId, source }: Extract<FilePlace, { runId: string }>,
): string {
  const store = source === undefined ? ports.store : sourceStore(ports, source);
  const run = store.runs.get(runId);
  if (!run) throw notFound('run', runId);
  if (source !== undefined) return folderOfSource(run);
  const folder = ports.runFolder(run.info.artifactUri, '');
  if (folder === undefined) throw elsewhere(run);
  return ports.store.blobs.resolve(folder);
}

function sourceStore({ sources }: FilePorts, source: string): Store {
  const store = sources.store(source);
  if (store) return store;
  throw new HttpError(
    404,
    'source.notFound',
    `${JSON.stringify(source)} is no opened folder of this project. Files of a remote server cannot be read ` +
      'here: download the file first, and open it from there.',
  );
}

/** An opened folder is read in place; its runs name their folders by `file:`. */
function folderOfSource(run: Run): string {
  if (run.info.artifactUri.startsWith('file:')) return fileURLToPath(run.info.artifactUri);
  throw elsewhere(run);
}

const elsewhere = ({ info }: Run): HttpError =>
  new HttpError(
    409,
    'file.elsewhere',
    `The files of the run ${info.runName} are kept at ${info.artifactUri}, not in this project. ` +
      'Download the file first, and open it from there.',
  );
