// The bytes of the database as SQLite writes them: in blocks, and frozen at a moment without a copy.
const BLOCK = 1 << 20;
const PAGE = 4096;
/** What the file layer of sql.js takes for room that is there, so that it never copies it to grow. */
const CAPACITY = 2 ** 31 - 1;

/**
 * Stands for the `contents` of a file of sql.js, which asks a typed array for `slice` once, and then
 * for `length`, `set` and `subarray`. It grows by blocks: a large array would be copied whole every
 * time that it is full.
 */
export class DatabaseFile {
  /** Calls of `set`, to tell whether SQLite still writes here. */
  writes = 0;
  private readonly blocks: Uint8Array[] = [];
  private bytes: number;
  private frozen: FrozenFile | undefined;
  private isOpen = false;

  /** Takes `bytes` over: they are written to. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes.length;
    for (let at = 0; at < bytes.length; at += BLOCK) {
      const block = bytes.subarray(at, at + BLOCK);
      this.blocks.push(block.length === BLOCK ? block : enlarged(block));
    }
  }

  get size(): number {
    return this.bytes;
  }

  get length(): number {
    return this.isOpen ? CAPACITY : this.bytes;
  }

  /** Called as SQLite's file is made of this one. */
  slice(): this {
    this.isOpen = true;
    return this;
  }

  subarray(from: number, to: number): Uint8Array {
    const block = Math.floor(from / BLOCK);
    const start = from - block * BLOCK;
    const held = this.blocks[block];
    if (held && start + to - from <= BLOCK) return held.subarray(start, start + to - from);
    return this.copy(from, to);
  }

  set(source: Uint8Array, at: number): void {
    this.writes++;
    this.frozen?.keep(at, at + source.length);
    for (let done = 0; done < source.length; ) {
      const block = Math.floor((at + done) / BLOCK);
      const start = at + done - block * BLOCK;
      const part = source.subarray(done, done + BLOCK - start);
      this.block(block).set(part, start);
      done += part.length;
    }
    this.bytes = Math.max(this.bytes, at + source.length);
  }

  /** A copy of a stretch of the file. */
  copy(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(to - from);
    this.read(from, bytes);
    return bytes;
  }

  /** Copies the file from `from` on, as much as `into` takes. */
  read(from: number, into: Uint8Array): void {
    const to = from + into.length;
    for (let at = from; at < to; ) {
      const block = Math.floor(at / BLOCK);
      const start = at - block * BLOCK;
      const part = this.block(block).subarray(start, Math.min(BLOCK, start + to - at));
      into.set(part, at - from);
      at += part.length;
    }
  }

  /** The file as it is now, whatever is written from now on. One at a time. */
  freeze(): FrozenFile {
    const frozen = new FrozenFile(this, () => {
      this.frozen = undefined;
    });
    this.frozen = frozen;
    return frozen;
  }

  private block(index: number): Uint8Array {
    while (this.blocks.length <= index) this.blocks.push(new Uint8Array(BLOCK));
    return this.blocks[index] ?? new Uint8Array(BLOCK);
  }
}

/** Bytes of a snapshot, read once from the start. */
export interface Frozen {
  readonly size: number;
  /** The next bytes, as many as `into` takes or fewer at the end; they stand at its start. */
  next(into: Uint8Array): Uint8Array;
  /** Must be called in the end. */
  release(): void;
}

/** Pages are copied only when SQLite writes over them before they were read. */
export class FrozenFile implements Frozen {
  readonly size: number;
  private position = 0;
  private readonly kept = new Map<number, Uint8Array>();

  constructor(
    private readonly file: DatabaseFile,
    readonly release: () => void,
  ) {
    this.size = file.size;
  }

  next(into: Uint8Array): Uint8Array {
    const from = this.position;
    const to = Math.min(this.size, from + into.length);
    const bytes = into.subarray(0, to - from);
    this.file.read(from, bytes);
    for (const [page, old] of this.kept) {
      const start = Math.max(page, from);
      const end = Math.min(page + PAGE, to);
      if (start < end) bytes.set(old.subarray(start - page, end - page), start - from);
      if (page + PAGE <= to) this.kept.delete(page);
    }
    this.position = to;
    return bytes;
  }

  /** Called before the bytes from `from` up to `to` are written over. */
  keep(from: number, to: number): void {
    const first = Math.floor(Math.max(this.position, from) / PAGE);
    for (let page = first * PAGE; page < Math.min(to, this.size); page += PAGE) {
      if (!this.kept.has(page)) this.kept.set(page, this.file.copy(page, page + PAGE));
    }
  }
}

/** Bytes that do not change, read as a frozen file is. */
export function frozenBytes(bytes: Uint8Array): Frozen {
  let position = 0;
  return {
    size: bytes.length,
    next: (into) => {
      const part = bytes.subarray(position, position + into.length);
      into.set(part);
      position += part.length;
      return into.subarray(0, part.length);
    },
    release: () => undefined,
  };
}

function enlarged(bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(bytes);
  return block;
}
