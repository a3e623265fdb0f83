/** Reads what is first seen of an artifact from its files: never more than their heads. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { isAside, PREVIEW_FILE, parsePreview } from '../../domain/artifactPreview';
import type { ArtifactRow } from '../../protocol/rows';
import type { Preview } from './preview';

const MOST_BYTES = 1024 * 1024;
const HEAD_BYTES = 16 * 1024;
const HEAD_LINES = 60;

/** Endings of texts, with the language of their fence. */
const TEXTS: Readonly<Record<string, string>> = {
  txt: 'text',
  log: 'text',
  md: 'markdown',
  csv: 'csv',
  tsv: 'text',
  json: 'json',
  jsonl: 'json',
  html: 'html',
  xml: 'xml',
  yaml: 'yaml',
  yml: 'yaml',
  toml: 'toml',
  ini: 'ini',
  py: 'python',
  sql: 'sql',
};

/** Undefined: nothing of it can be shown without loading it, or its files are gone. */
export async function readPreview(
  artifact: Pick<ArtifactRow, 'files' | 'folder'>,
): Promise<Preview | undefined> {
  const preview = artifact.files.find((file) => file.path === PREVIEW_FILE);
  if (preview && preview.size <= MOST_BYTES) {
    const found = await parsedFile(path.join(artifact.folder, PREVIEW_FILE));
    if (found) return found;
  }
  const text = artifact.files.find(({ path: name }) => !isAside(name) && languageOf(name));
  return text && textHead(artifact.folder, text);
}

const languageOf = (file: string): string | undefined =>
  TEXTS[path.posix.extname(file).slice(1).toLowerCase()];

async function parsedFile(file: string): Promise<Preview | undefined> {
  const text = await fs.readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parsePreview(text);
}

async function textHead(
  folder: string,
  { path: name, size }: { readonly path: string; readonly size: number },
): Promise<Preview | undefined> {
  const bytes = await head(path.join(folder, ...name.split('/')));
  if (!bytes || bytes.includes(0)) return undefined;
  // A character that the cut went through is left out.
  const whole = new TextDecoder('utf-8').decode(bytes, { stream: true });
  const lines = whole.split('\n').slice(0, HEAD_LINES);
  const text = lines.join('\n');
  const isCut = size > bytes.length || text.length < whole.length;
  const language = languageOf(name) ?? '';
  return { kind: 'text', text, language, cutFrom: isCut ? name : undefined };
}

async function head(file: string): Promise<Uint8Array | undefined> {
  const handle = await fs.open(file, 'r').catch(() => undefined);
  if (!handle) return undefined;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
