// Reads workspace code for fingerprints: files of the root, and the parser on its first use.
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { CodePort, CodeReader } from '../pipeline/enginePorts';
import { CodeFingerprinter, type ImportRoots } from '../pipeline/fingerprint/codeFingerprint';
import type { SourceReader, SourceText } from '../pipeline/ports';
import type { PythonParser } from '../syntax/parser';

export interface CodeContext {
  readonly root: string;
  /** Paths of web-tree-sitter.wasm and tree-sitter-python.wasm. */
  readonly parser: { readonly runtime: string; readonly language: string };
}

/** Readers keep what they have parsed; this many sets of import folders are kept. */
const MOST_READERS = 8;

export function engineCode({ root, parser }: CodeContext): CodePort {
  const source = diskReader(root);
  const readers = new Map<string, CodeReader>();
  let loading: Promise<PythonParser> | undefined;
  const load = () => {
    loading ??= loadParser(parser).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const open = async (roots: ImportRoots) => {
    const key = JSON.stringify(roots.folders);
    const loaded = await load();
    const reader =
      readers.get(key) ?? new CodeFingerprinter({ parser: loaded, reader: source, roots });
    readers.delete(key);
    readers.set(key, reader);
    if (readers.size > MOST_READERS) readers.delete([...readers.keys()][0] ?? '');
    return reader;
  };
  return { source, open };
}

/** The parser is loaded with the first registration: a server that only tracks never needs it. */
async function loadParser(files: CodeContext['parser']): Promise<PythonParser> {
  const { loadPythonParser } = await import('../syntax/parser');
  return loadPythonParser(files);
}

/** Files of a folder as text; one that did not change is not read again. */
function diskReader(root: string): SourceReader {
  const kept = new Map<string, SourceText>();
  return {
    read(file) {
      const absolute = path.join(root, file);
      const stat = fs.statSync(absolute, { throwIfNoEntry: false });
      if (!stat?.isFile()) {
        kept.delete(file);
        return undefined;
      }
      const version = `${stat.mtimeMs} ${stat.ctimeMs} ${stat.size} ${stat.ino}`;
      const known = kept.get(file);
      if (known?.version === version) return known;
      const text = { text: fs.readFileSync(absolute, 'utf8'), version };
      kept.set(file, text);
      return text;
    },
  };
}
