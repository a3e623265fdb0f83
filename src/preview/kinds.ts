// What a file is: by its content first, by its name where the content does not say.
import * as zlib from 'node:zlib';
import type { FileView, TableFormat } from '../protocol/files';
import {
  contentOf,
  isTar,
  type Listing,
  listTar,
  listTarGz,
  listZip,
  type ZipListing,
} from './archives';
import { type ByteSource, latin1 } from './bytes';
import { decode, encodingOf, isText } from './encoding';
import { pixelsOf } from './images';
import { isObjectArray, npyHeader } from './npy';
import { pickleCompressed, pickleIn } from './pickles';

export interface Kind {
  readonly view: FileView;
  /** Why the file is not what its name says, or cannot be shown. */
  readonly problem?: string;
}

const HEAD_BYTES = 64 * 1024;
/** First byte of what zlib compressed (RFC 1950). */
const ZLIB = 0x78;

/** @param name without folders. */
export async function kindOf(source: ByteSource, name: string): Promise<Kind> {
  const head = await source.read(0, HEAD_BYTES);
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const byContent = await kindByContent({ source, head, ending });
  if (byContent) return byContent;
  const isPlain = isText(head, source.size <= head.length);
  const pickle = PICKLES.has(ending) ? await pickleIn(source) : undefined;
  // The first protocol is text; what only begins like it is none.
  if (pickle && (pickle.complete || !isPlain)) return { view: pickle };
  if (isPlain) return textKind(head, name, ending);
  return { view: { kind: 'binary' }, ...problemOf(source, ending) };
}

/** Names of pickles; older protocols have no first bytes of their own. */
const PICKLES = new Set(['pkl', 'pickle', 'joblib', 'pt', 'pth', 'bin', 'ckpt']);

interface Sniffed {
  readonly source: ByteSource;
  readonly head: Uint8Array;
  readonly ending: string;
}

async function kindByContent(sniffed: Sniffed): Promise<Kind | undefined> {
  const { source, head, ending } = sniffed;
  const media = mediaTypeOf(head);
  if (media) return { view: media };
  const first = latin1(head.subarray(0, 8));
  if (first.startsWith('PAR1')) return parquetKind(source);
  if (first.startsWith('\x93NUMPY')) return npyKind(source);
  if (first.startsWith('PK\x03\x04') || first.startsWith('PK\x05\x06')) return zipKind(source);
  if (first.startsWith('\x1f\x8b')) return gzipKind(sniffed);
  if (isTar(head)) return archive(await listTar(source));
  if (head[0] === 0x80 && (head[1] ?? 0) >= 2 && (head[1] ?? 0) <= 5) {
    const view = await pickleIn(source);
    if (view) return { view };
  }
  if (ending === 'joblib' && head[0] === ZLIB) {
    const view = await pickleCompressed(source, zlib.createInflate());
    if (view) return { view };
  }
  return undefined;
}

type MediaView = Extract<FileView, { mediaType: string }>;
type MediaKind = MediaView['kind'];

/** First bytes as characters, `?` for any. */
const MEDIA: readonly (readonly [pattern: string, kind: MediaKind, mediaType: string])[] = [
  ['\x89PNG\r\n\x1a\n', 'image', 'image/png'],
  ['\xff\xd8\xff', 'image', 'image/jpeg'],
  ['GIF87a', 'image', 'image/gif'],
  ['GIF89a', 'image', 'image/gif'],
  ['RIFF????WEBP', 'image', 'image/webp'],
  ['????ftypavif', 'image', 'image/avif'],
  ['\0\0\x01\0', 'image', 'image/x-icon'],
  ['RIFF????WAVE', 'audio', 'audio/wav'],
  ['OggS', 'audio', 'audio/ogg'],
  ['fLaC', 'audio', 'audio/flac'],
  // With the version behind it: a table may have a column of the name.
  ['ID3\x02', 'audio', 'audio/mpeg'],
  ['ID3\x03', 'audio', 'audio/mpeg'],
  ['ID3\x04', 'audio', 'audio/mpeg'],
  ['\xff\xfb', 'audio', 'audio/mpeg'],
  ['????ftypM4A', 'audio', 'audio/mp4'],
  ['????ftyp', 'video', 'video/mp4'],
  ['\x1aE\xdf\xa3', 'video', 'video/webm'],
  ['RIFF????AVI ', 'video', 'video/x-msvideo'],
  ['%PDF-', 'pdf', 'application/pdf'],
];

function mediaTypeOf(head: Uint8Array): MediaView | undefined {
  const first = latin1(head.subarray(0, 16));
  const found = MEDIA.find(([pattern]) =>
    [...pattern].every((char, at) => char === '?' || first[at] === char),
  );
  if (!found) return bitmapOf(head);
  const [, kind, mediaType] = found;
  return kind === 'image' ? { kind, mediaType, ...pixelsOf(mediaType, head) } : { kind, mediaType };
}

/** Two letters are not enough to tell a bitmap: its header's length is looked at, too. */
function bitmapOf(head: Uint8Array): MediaView | undefined {
  if (latin1(head.subarray(0, 2)) !== 'BM' || ![12, 40, 108, 124].includes(head[14] ?? 0)) {
    return undefined;
  }
  return { kind: 'image', mediaType: 'image/bmp', ...pixelsOf('image/bmp', head) };
}

async function parquetKind(source: ByteSource): Promise<Kind> {
  const end = latin1(await source.read(source.size - 4, 4));
  if (end === 'PAR1') return { view: { kind: 'table', format: 'parquet' } };
  const what = end === 'PARE' ? 'Its columns are encrypted' : 'It is cut short: its end is missing';
  return { view: { kind: 'binary' }, problem: `${what}, so that it cannot be read as Parquet.` };
}

async function npyKind(source: ByteSource): Promise<Kind> {
  const header = await npyHeader(source);
  if (!header) return { view: { kind: 'binary' }, problem: 'Its header is none of NumPy.' };
  if (!isObjectArray(header)) {
    if (!header.descr.startsWith('[')) return { view: { kind: 'table', format: 'npy' } };
    return { view: { kind: 'binary' }, problem: 'Arrays of structures are not shown as tables.' };
  }
  const pickle = await pickleIn(source, header.begin);
  return { view: pickle ?? { kind: 'pickle', globals: [], complete: false } };
}

/** What PyTorch saves is an archive with a pickle in it. */
async function zipKind(source: ByteSource): Promise<Kind> {
  const listing = await listZip(source);
  if (!listing) {
    return {
      view: { kind: 'binary' },
      problem: 'The archive is cut short: its directory is missing.',
    };
  }
  const view = await torchPickle(source, listing);
  return view ? { view } : archive(listing);
}

async function torchPickle(
  source: ByteSource,
  { entries }: ZipListing,
): Promise<FileView | undefined> {
  const entry = entries.find(({ path }) => /^[^/]+\/data\.pkl$/.test(path));
  const place = entry && (await contentOf(source, entry));
  if (!entry || !place) return undefined;
  if (entry.method === 0) return pickleIn(source, place.from, place.end);
  if (entry.method !== 8) return undefined;
  return pickleCompressed(source, zlib.createInflateRaw(), place.from, place.end);
}

function archive({ entries, total, problem }: Listing): Kind {
  const listed = entries.map(({ path, size }) => ({ path, size }));
  return {
    view: { kind: 'archive', entries: listed, total },
    ...(problem === undefined ? {} : { problem }),
  };
}

async function gzipKind({ source, head, ending }: Sniffed): Promise<Kind> {
  if (PICKLES.has(ending)) {
    const view = await pickleCompressed(source, zlib.createGunzip());
    if (view) return { view };
  }
  if (isTar(unpackedHead(head))) return archive(await listTarGz(source));
  return { view: { kind: 'binary' }, problem: 'It is compressed with gzip.' };
}

/** The first 512 bytes of what was compressed. */
function unpackedHead(head: Uint8Array): Uint8Array {
  try {
    const part = head.subarray(0, 16 * 1024);
    // A part of a stream; the limit keeps a bomb from being unpacked.
    const options = { finishFlush: zlib.constants.Z_SYNC_FLUSH, maxOutputLength: 32 * 1024 * 1024 };
    return zlib.gunzipSync(part, options).subarray(0, 512);
  } catch {
    // Not what its first bytes say, or too much: then it is shown as binary.
    return new Uint8Array(0);
  }
}

/** By endings that names may have: `constructor` is one, too, and is in no table. */
function table<T>(entries: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(entries));
}

/** Languages as VS Code names them, by the ending of a name. */
const LANGUAGES = table<string>({
  ...{ py: 'python', ipynb: 'json', json: 'json', yaml: 'yaml', yml: 'yaml', toml: 'toml' },
  ...{ ini: 'ini', cfg: 'ini', xml: 'xml', sql: 'sql', sh: 'shellscript', js: 'javascript' },
  ...{ ts: 'typescript', css: 'css', r: 'r', c: 'c', cpp: 'cpp', java: 'java', go: 'go' },
  ...{ rs: 'rust', log: 'log', tex: 'latex', diff: 'diff', patch: 'diff' },
});

const ROWS = table<TableFormat>({
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
});

/** A comment ends at its first end: were it let go on, many of them would be tried in all ways. */
const SVG = /^(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*|<!DOCTYPE svg[^>]*>\s*)*<svg[\s>]/s;

function textKind(head: Uint8Array, name: string, ending: string): Kind {
  const encoding = encodingOf(head);
  const text = decode(encoding, head.subarray(encoding.mark)).trimStart();
  if (name === 'MLmodel') return { view: { kind: 'mlmodel', language: 'yaml' } };
  if (SVG.test(text)) return { view: { kind: 'svg', mediaType: 'image/svg+xml' } };
  const format = text === '' ? undefined : (ROWS.get(ending) ?? jsonTable(text, ending));
  if (format) return { view: { kind: 'table', format } };
  if (ending === 'md' || ending === 'markdown') {
    return { view: { kind: 'markdown', language: 'markdown' } };
  }
  if (ending === 'html' || ending === 'htm' || /^<(?:!doctype html|html[\s>])/i.test(text)) {
    return { view: { kind: 'html', language: 'html' } };
  }
  const named = BINARY_NAMES.get(ending);
  const problem = named === undefined ? {} : { problem: `Its name says ${named}, but it is text.` };
  return { view: { kind: 'text', language: LANGUAGES.get(ending) ?? 'plaintext' }, ...problem };
}

/** A list of records or of lists; pandas writes JSON lines into `.json`, too. */
function jsonTable(text: string, ending: string): TableFormat | undefined {
  if (ending !== 'json') return undefined;
  if (/^\[\s*[{[]/.test(text)) return 'json';
  const [first = '', second = ''] = text.split('\n', 2);
  return /^\{.*\}\s*$/.test(first) && second.startsWith('{') ? 'jsonl' : undefined;
}

const BINARY_NAMES = table<string>({
  ...{ parquet: 'Parquet', npy: 'NumPy', npz: 'NumPy', png: 'PNG', jpg: 'JPEG', jpeg: 'JPEG' },
  ...{ gif: 'GIF', webp: 'WebP', pdf: 'PDF', zip: 'zip', tar: 'tar', gz: 'gzip', wav: 'WAV' },
  ...{ pkl: 'pickle', pickle: 'pickle', joblib: 'joblib', mp3: 'MP3', mp4: 'MP4' },
});

const TEXT_NAMES = new Set([...ROWS.keys(), ...LANGUAGES.keys(), 'md', 'html', 'txt', 'svg']);

function problemOf({ size }: ByteSource, ending: string): { problem?: string } {
  if (size === 0) return {};
  const named = BINARY_NAMES.get(ending);
  if (named) return { problem: `Its name says ${named}, but its content does not begin so.` };
  if (!TEXT_NAMES.has(ending)) return {};
  return { problem: `Its name says .${ending}, but its content is no text in UTF-8 or UTF-16.` };
}
