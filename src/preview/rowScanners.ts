// Finds where the rows of a text begin and end, part by part, without making texts of them.

/** Bytes of UTF-8, or code units of UTF-16. */
export type Units = Uint8Array | Uint16Array;

/** Both counted in code units from the beginning of the file; the line's end is left out. */
export type OnRow = (start: number, end: number) => void;

/** Begins at the start of a row; remembers where it is between parts. */
export interface RowScanner {
  scan(units: Units, at: number): void;
  /** The file ends at `at`: a row without a line's end is one, too. */
  finish(at: number): void;
}

/** `lines`: a row per line. `delimited`: quotes hold line ends. `array`: items of a JSON array. */
export type RowLayout =
  | { readonly kind: 'lines' }
  | { readonly kind: 'delimited'; readonly delimiter: string; readonly newline: '\n' | '\r' }
  /** `begin`: where its bracket may be looked for. */
  | { readonly kind: 'array'; readonly begin: number };

export function rowScanner(layout: RowLayout, start: number, onRow: OnRow): RowScanner {
  switch (layout.kind) {
    case 'lines':
      return new LineScanner(start, onRow);
    case 'array':
      return new ArrayScanner(start > layout.begin, onRow);
    case 'delimited':
      return new DelimitedScanner(start, onRow, layout);
  }
}

const [LF, CR, QUOTE, SPACE, BACKSLASH, COMMA] = [10, 13, 34, 32, 92, 44] as const;

/** Empty lines are no rows. */
class LineScanner implements RowScanner {
  private last = 0;

  constructor(
    private start: number,
    private readonly onRow: OnRow,
  ) {}

  scan(units: Units, at: number): void {
    for (let from = 0; ; ) {
      const end = units.indexOf(LF, from);
      if (end < 0) break;
      this.row(at + end, end > 0 ? units[end - 1] : this.last);
      this.start = at + end + 1;
      from = end + 1;
    }
    this.last = units.at(-1) ?? this.last;
  }

  finish(at: number): void {
    this.row(at, this.last);
    this.start = at;
  }

  private row(end: number, last: number | undefined): void {
    const stop = last === CR && end > this.start ? end - 1 : end;
    if (stop > this.start) this.onRow(this.start, stop);
  }
}

/** Where in a row the scanner is. `closing`: after a quote that may end the field. */
const [FIELD, PLAIN, QUOTED, CLOSING, SPACED] = [0, 1, 2, 3, 4] as const;

/**
 * Rows of a delimited text as papaparse takes them: a quote opens a field only at its beginning, is
 * doubled inside, and closes it only before a delimiter or the line's end (spaces may stand between).
 * Empty lines are no rows.
 */
class DelimitedScanner implements RowScanner {
  private state = FIELD as number;
  private last = 0;
  private readonly delimiter: number;
  private readonly newline: number;

  constructor(
    private start: number,
    private readonly onRow: OnRow,
    { delimiter, newline }: Extract<RowLayout, { kind: 'delimited' }>,
  ) {
    this.delimiter = delimiter.charCodeAt(0);
    this.newline = newline.charCodeAt(0);
  }

  /** One loop over every unit of the file: its speed is why it is not taken apart. */
  scan(units: Units, at: number): void {
    const { delimiter, newline } = this;
    let { state } = this;
    for (let i = 0; i < units.length; i++) {
      const unit = units[i];
      if (state === QUOTED) {
        if (unit === QUOTE) state = CLOSING;
      } else if (unit === newline) {
        this.row(at + i, i > 0 ? units[i - 1] : this.last);
        this.start = at + i + 1;
        state = FIELD;
      } else if (unit === delimiter) state = FIELD;
      else if (state === FIELD) state = unit === QUOTE ? QUOTED : PLAIN;
      else if (state === CLOSING) {
        if (unit === SPACE) state = SPACED;
        else if (unit !== CR) state = QUOTED;
      } else if (state === SPACED && unit !== SPACE && unit !== CR) {
        state = unit === QUOTE ? CLOSING : QUOTED;
      }
    }
    this.state = state;
    this.last = units.at(-1) ?? this.last;
  }

  finish(at: number): void {
    this.row(at, this.last);
    this.start = at;
  }

  private row(end: number, last: number | undefined): void {
    const isPair = this.newline === LF && last === CR && end > this.start;
    const stop = isPair ? end - 1 : end;
    if (stop > this.start) this.onRow(this.start, stop);
  }
}

const [OPEN_LIST, CLOSE_LIST, OPEN_RECORD, CLOSE_RECORD] = [0x5b, 0x5d, 0x7b, 0x7d] as const;
const isBlank = (unit: number): boolean =>
  unit === SPACE || unit === LF || unit === CR || unit === 9;

/** The items of the array that the text is. It may also begin in it, right before an item. */
class ArrayScanner implements RowScanner {
  private depth = 0;
  private isString = false;
  private isEscaped = false;
  private start = -1;
  private end = 0;

  constructor(
    private isInArray: boolean,
    private readonly onRow: OnRow,
  ) {}

  scan(units: Units, at: number): void {
    for (let i = 0; i < units.length; i++) {
      const unit = units[i] ?? 0;
      if (this.isString) this.inString(unit);
      else if (!isBlank(unit)) this.structure(unit, at + i);
      if (!isBlank(unit) || this.isString) this.end = at + i + 1;
    }
  }

  finish(at: number): void {
    if (this.start >= 0) this.onRow(this.start, at);
    this.start = -1;
  }

  private inString(unit: number): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (unit === BACKSLASH) this.isEscaped = true;
    else if (unit === QUOTE) this.isString = false;
  }

  /** `depth` counts within an item; the array's own bracket opens none. */
  private structure(unit: number, at: number): void {
    const isOutside = this.start < 0;
    if (isOutside && (unit === COMMA || unit === CLOSE_LIST)) return;
    if (isOutside && unit === OPEN_LIST && !this.isInArray) {
      this.isInArray = true;
      return;
    }
    if (!isOutside && this.depth === 0 && (unit === COMMA || unit === CLOSE_LIST)) {
      this.onRow(this.start, this.end);
      this.start = -1;
      return;
    }
    if (isOutside) this.start = at;
    if (unit === QUOTE) this.isString = true;
    else if (unit === OPEN_LIST || unit === OPEN_RECORD) this.depth += 1;
    else if (unit === CLOSE_LIST || unit === CLOSE_RECORD) this.depth -= 1;
  }
}
