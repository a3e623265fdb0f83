// Decompresses pages of Parquet; what would become bigger than its header says, or than is sane, is refused.
import * as zlib from 'node:zlib';
import { decompress as decompressZstd } from 'fzstd';
import { type Compressors, snappyUncompress } from 'hyparquet';
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors/src/lz4.js';

/** Decompressed bytes of one page of a column; a header may say anything. */
const MOST_BYTES = 256 * 1024 * 1024;

export const DECOMPRESSORS: Compressors = {
  SNAPPY: bounded((input, length) => {
    const output = new Uint8Array(length);
    snappyUncompress(input, output);
    return output;
  }),
  GZIP: bounded((input, length) => zlib.gunzipSync(input, { maxOutputLength: length })),
  BROTLI: bounded((input, length) => zlib.brotliDecompressSync(input, { maxOutputLength: length })),
  ZSTD: bounded((input, length) => decompressZstd(input, new Uint8Array(length))),
  LZ4: bounded(decompressLz4),
  LZ4_RAW: bounded(decompressLz4Raw),
};

type Decompress = (input: Uint8Array, length: number) => Uint8Array;

function bounded(decompress: Decompress): Decompress {
  return (input, length) => {
    if (length <= MOST_BYTES) return decompress(input, length);
    throw new Error(`a page of ${length} bytes is too big`);
  };
}
