/** Text of a root's files: what is open in the editor over what is on the disk. */
import fs from 'node:fs';
import type { SourceReader, SourceText } from '../pipeline/ports';
import { isNotebookFile, notebookSource } from '../syntax/notebook';
import type { OpenDocuments } from './openDocuments';

/** Bigger files are no source code that anybody steps into. */
const MAX_BYTES = 4_000_000;

export class WorkspaceSources implements SourceReader {
  private readonly disk = new Map<string, SourceText>();

  constructor(
    /** Real path, with `/`. */
    private readonly root: string,
    private readonly open: OpenDocuments,
  ) {}

  /** Of a buffer that does not parse, the newest version that did. */
  read(file: string): SourceText | undefined {
    const path = `${this.root}/${file}`;
    const document = this.open.at(path);
    if (!document) return this.readDisk(path);
    const { text, version } = document.parsed ?? document;
    return { text, version: `open:${document.uri}:${version}` };
  }

  private readDisk(path: string): SourceText | undefined {
    const stat = fs.statSync(path, { throwIfNoEntry: false });
    if (!stat?.isFile() || stat.size > MAX_BYTES) {
      this.disk.delete(path);
      return undefined;
    }
    const version = `disk:${stat.mtimeMs}:${stat.size}:${stat.ino}`;
    const known = this.disk.get(path);
    if (known?.version === version) return known;
    const content = fs.readFileSync(path, 'utf8');
    const text = isNotebookFile(path) ? (notebookSource(content) ?? '') : content;
    const source = { text, version };
    this.disk.set(path, source);
    return source;
  }
}
