// Reads workspace code for fingerprints: files of the root, and the parser on its first use.
import * as fs from 'node:fs';
import * as path from 'node:path';
import { PolicyFileReader } from '../client/policyFiles';
import type { CodePort, CodeReader } from '../pipeline/enginePorts';
import { CodeFingerprinter, type ImportRoots } from '../pipeline/fingerprint/codeFingerprint';
import { digestOf } from '../pipeline/fingerprint/digest';
import type { SourceReader, SourceText } from '../pipeline/ports';
import { isNotebookFile, notebookSource } from '../syntax/notebook';
import type { PythonParser } from '../syntax/parser';

export interface CodeContext {
  readonly root: string;
  /** Paths of web-tree-sitter.wasm and tree-sitter-python.wasm. */
  readonly parser: { readonly runtime: string; readonly language: string };
  /** Is told each text that went into a fingerprint, once. */
  keep?(file: { readonly digest: string; readonly text: string }): void;
}

/** Readers keep what they have parsed; this many sets of import folders are kept. */
const MOST_READERS = 8;

export function engineCode({ root, parser, keep }: CodeContext): CodePort {
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
      readers.get(key) ??
      keeping(new CodeFingerprinter({ parser: loaded, reader: source, roots }), source, keep);
    readers.delete(key);
    readers.set(key, reader);
    if (readers.size > MOST_READERS) readers.delete([...readers.keys()][0] ?? '');
    return reader;
  };
  return { source, open, files: new PolicyFileReader(root) };
}

/** A reader that hands on the texts of what it fingerprints. */
function keeping(
  code: CodeFingerprinter,
  source: SourceReader,
  keep: CodeContext['keep'],
): CodeReader {
  const kept = new Set<string>();
  return {
    factsOf: (file) => code.factsOf(file),
    digestOf: (file) => code.digestOf(file),
    ofStep: (step, policy) => {
      const found = code.ofStep(step, policy);
      for (const { file, digest } of keep ? (found?.files ?? []) : []) {
        if (kept.has(digest)) continue;
        kept.add(digest);
        const text = source.read(file)?.text;
        if (text !== undefined && digestOf(text) === digest) keep?.({ digest, text });
      }
      return found;
    },
  };
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
      const content = fs.readFileSync(absolute, 'utf8');
      const text = {
        text: isNotebookFile(file) ? (notebookSource(content) ?? '') : content,
        version,
      };
      kept.set(file, text);
      return text;
    },
  };
}
