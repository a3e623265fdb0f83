// What pickles would import, read from their opcodes: in files, in PyTorch's archives, compressed by joblib.
import { Readable } from 'node:stream';
import type * as zlib from 'node:zlib';
import { PickleScan } from '../domain/pickleGlobals';
import type { FileView } from '../protocol/files';
import { type ByteSource, breathe } from './bytes';

type PickleView = Extract<FileView, { kind: 'pickle' }>;

const BLOCK = 256 * 1024;
/** Bytes that are looked through at most; long contents between them are left out. */
const MOST = 64 * 1024 * 1024;

/** Undefined when what begins at `from` is no pickle from its first opcodes on. */
export async function pickleIn(
  source: ByteSource,
  from = 0,
  end = source.size,
): Promise<PickleView | undefined> {
  const scan = new PickleScan();
  let looked = 0;
  for (let at = from; at < end && scan.state !== 'broken' && looked < MOST; ) {
    const left = Math.min(scan.skippable, end - at);
    scan.skip(left);
    at += left;
    const bytes = await source.read(at, Math.min(BLOCK, end - at));
    if (bytes.length === 0) break;
    scan.push(bytes);
    at += bytes.length;
    looked += bytes.length;
    await breathe();
  }
  return viewOf(scan);
}

/** Of a compressed one no more than so much is unpacked. */
export async function pickleCompressed(
  source: ByteSource,
  unpack: zlib.Gunzip | zlib.Inflate,
  from = 0,
  end = source.size,
): Promise<PickleView | undefined> {
  const scan = new PickleScan();
  let looked = 0;
  try {
    for await (const part of Readable.from(blocksOf(source, from, end)).pipe(unpack)) {
      scan.push(part as Uint8Array);
      looked += (part as Uint8Array).length;
      if (scan.state === 'broken' || looked >= MOST) break;
    }
  } catch {
    // Damaged or cut short: what was read of it is shown as incomplete.
    return viewOf(scan);
  } finally {
    unpack.destroy();
  }
  return viewOf(scan);
}

export async function* blocksOf(
  source: ByteSource,
  from: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let at = from; at < end; ) {
    const bytes = await source.read(at, Math.min(BLOCK, end - at));
    if (bytes.length === 0) return;
    yield bytes;
    at += bytes.length;
  }
}

function viewOf(scan: PickleScan): PickleView | undefined {
  const globals = scan.globals();
  if (scan.state === 'broken' && globals.length === 0) return undefined;
  return { kind: 'pickle', globals, complete: scan.state === 'ended' };
}
