// A sparse index of where rows of a text begin: built as far as pages were asked for, bounded in memory.
import { type ByteSource, breathe } from './bytes';
import { type Encoding, unitsOf } from './encoding';
import { type RowLayout, type RowScanner, rowScanner } from './rowScanners';

/** A text whose rows are found by its layout. */
export interface RowText {
  readonly encoding: Encoding;
  readonly layout: RowLayout;
}

/** In bytes of the file. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** Bytes between entries at first; doubled whenever there are more entries than MOST_ENTRIES. */
const FIRST_GAP = 64 * 1024;
const MOST_ENTRIES = 16_384;
const FIRST_BLOCK = 64 * 1024;
const LONGEST_BLOCK = 1024 * 1024;
/** Texts up to this size are looked through at once, so that their number of rows is known. */
const AT_ONCE = 256 * 1024;

/** For one state of a file; each call is handed the file anew, and calls follow each other. */
export class RowIndex {
  /** Row and byte of its beginning, both rising. */
  private rows: number[] = [0];
  private starts: number[];
  private gap = FIRST_GAP;
  private known = 0;
  /** Bytes that the frontier's scanner has seen. */
  private seen: number;
  private isEnded = false;
  private readonly frontier: RowScanner;

  constructor(
    private readonly text: RowText,
    private readonly mostEntries = MOST_ENTRIES,
  ) {
    this.seen = text.encoding.mark;
    this.starts = [this.seen];
    this.frontier = this.scannerFrom(this.seen, (start) => this.note(start));
  }

  /** Rows of the whole text, when its end was seen. */
  get total(): number | undefined {
    return this.isEnded ? this.known : undefined;
  }

  get entries(): number {
    return this.starts.length;
  }

  /**
   * The ranges of `limit` rows from `offset`, fewer at the end of the text.
   * @param stop asked between blocks; when it says true, what is known so far is kept and nothing answered.
   */
  async find(
    source: ByteSource,
    page: { readonly offset: number; readonly limit: number },
    stop: () => boolean = () => false,
  ): Promise<RowRange[]> {
    const wanted = source.size <= AT_ONCE ? Number.POSITIVE_INFINITY : page.offset + page.limit;
    await this.extend(source, wanted, stop);
    return this.collect(source, page, stop);
  }

  private async extend(source: ByteSource, rows: number, stop: () => boolean): Promise<void> {
    for (let block = FIRST_BLOCK; !this.isEnded && this.known < rows && !stop(); ) {
      const bytes = await source.read(this.seen, block);
      const units = unitsOf(this.text.encoding, bytes);
      this.frontier.scan(units, this.unitAt(this.seen));
      this.seen += units.byteLength;
      if (bytes.length < block) {
        this.frontier.finish(this.unitAt(this.seen));
        this.isEnded = true;
      }
      block = Math.min(block * 2, LONGEST_BLOCK);
      await breathe();
    }
  }

  private async collect(
    source: ByteSource,
    { offset, limit }: { readonly offset: number; readonly limit: number },
    stop: () => boolean,
  ): Promise<RowRange[]> {
    const entry = this.entryBefore(offset);
    const found: RowRange[] = [];
    let row = this.rows[entry] ?? 0;
    let at = this.starts[entry] ?? 0;
    const scanner = this.scannerFrom(at, (start, end) => {
      if (row >= offset && found.length < limit) found.push(this.bytesOf(start, end));
      row += 1;
    });
    const enough = Math.min(limit, this.known - offset);
    for (let block = FIRST_BLOCK; found.length < enough && !stop(); ) {
      const bytes = await source.read(at, block);
      const units = unitsOf(this.text.encoding, bytes);
      scanner.scan(units, this.unitAt(at));
      at += units.byteLength;
      if (bytes.length < block) scanner.finish(this.unitAt(at));
      // The file may have become shorter since it was indexed.
      if (units.length === 0) break;
      block = Math.min(block * 2, LONGEST_BLOCK);
    }
    return found;
  }

  private scannerFrom(at: number, onRow: (start: number, end: number) => void): RowScanner {
    return rowScanner(this.text.layout, this.unitAt(at), onRow);
  }

  private note(start: number): void {
    const at = this.byteAt(start);
    if (this.known === 0) this.starts[0] = at;
    else if (at - (this.starts.at(-1) ?? 0) >= this.gap) {
      this.rows.push(this.known);
      this.starts.push(at);
      if (this.starts.length > this.mostEntries) this.thin();
    }
    this.known += 1;
  }

  /** Every second entry goes. */
  private thin(): void {
    const isKept = (_: number, i: number) => i % 2 === 0;
    this.rows = this.rows.filter(isKept);
    this.starts = this.starts.filter(isKept);
    this.gap *= 2;
  }

  /** The last entry whose row is not behind `row`. */
  private entryBefore(row: number): number {
    let [low, high] = [0, this.rows.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.rows[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private unitAt(byte: number): number {
    return (byte - this.text.encoding.mark) / this.text.encoding.unit;
  }

  private byteAt(unit: number): number {
    return unit * this.text.encoding.unit + this.text.encoding.mark;
  }

  private bytesOf(start: number, end: number): RowRange {
    return { start: this.byteAt(start), end: this.byteAt(end) };
  }
}
