// Follows a file that a worker writes its output to.
import { closeSync, type FSWatcher, openSync, readSync, watch } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { Disposable } from '../../base/disposable';

const CHUNK = 64 * 1024;

/**
 * A worker writes to a file and not to a pipe, so that it goes on when the server ends. Where the
 * system cannot watch, the text comes when `drain` is called at the end.
 */
export class OutputFile implements Disposable {
  private readonly handle: number;
  private readonly decoder = new StringDecoder('utf8');
  private readonly watcher: FSWatcher | undefined;
  private offset = 0;
  private disposed = false;

  constructor(
    file: string,
    private readonly onText: (text: string) => void,
  ) {
    this.handle = openSync(file, 'r');
    this.watcher = maybeWatch(file, () => this.drain());
  }

  /** Reads what has been added. */
  drain(): void {
    if (this.disposed) return;
    const chunk = Buffer.alloc(CHUNK);
    for (;;) {
      const length = readSync(this.handle, chunk, 0, CHUNK, this.offset);
      if (length === 0) return;
      this.offset += length;
      this.onText(this.decoder.write(chunk.subarray(0, length)));
    }
  }

  dispose(): void {
    this.disposed = true;
    this.watcher?.close();
    closeSync(this.handle);
  }
}

function maybeWatch(file: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(file, { persistent: false }, onChange);
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined; // E.g. no more watches allowed: `drain` at the end gives the text.
  }
}
