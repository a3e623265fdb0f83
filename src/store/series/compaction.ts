// Compaction: segments in which many bytes serve nobody are written anew without them.
import { setImmediate } from 'node:timers/promises';
import { number, type Row } from '../database';
import type { State } from '../state';
import { CHUNK_POINTS } from './chunk';
import { inOrder, overlapping } from './merge';
import { concatenate, sortColumns } from './order';
import { CHUNK_COLUMNS, isLost } from './series';
import { type Source, timesIn } from './source';

/** Rows looked at, and bytes moved, before other work gets its turn. */
const SLICE_ROWS = 1000;
const SLICE_BYTES = 1024 * 1024;
/** Overlapping chunks with more points are left as they are: merging them would be a stall. */
const MOST_MERGED = 8 * CHUNK_POINTS;

/** A place in the table of chunks, by its primary key. */
type Place = readonly [run: number, key: number, n: number];
const START: Place = [-1, -1, -1];

/** Bytes that chunks need, by segment. */
export function liveBytes(state: State): Map<number, number> {
  const rows = state.sql.all('SELECT segment, sum(length) FROM chunks GROUP BY segment');
  return new Map(rows.map(([segment, length]) => [number(segment), number(length)]));
}

/** `share`: of a segment's bytes that are dead, from which on it is rewritten. */
export interface CompactionOptions {
  readonly share: number;
  /** The state of now, or undefined when nothing may be written any more. */
  readonly current: () => State | undefined;
}

/**
 * Moves the chunks out of segments that hold dead bytes, in slices. The old files stay on disk: the
 * snapshots that know them are the ones to tell when they can go.
 * @returns whether anything was moved or given up.
 */
export async function compactSegments(options: CompactionOptions): Promise<boolean> {
  const state = options.current();
  if (!state) return false;
  // What becomes garbage meanwhile adds to what is counted.
  state.series.garbage = 0;
  const live = await countLive(options, state);
  const { segments } = state.series;
  const deadIn = ([segment, length]: readonly [number, number]) =>
    length - (live.get(segment) ?? 0);
  const all = segments.lengthsNow();
  const victims = all
    .filter((each) => deadIn(each) > each[1] * options.share)
    .map(([segment]) => segment);
  state.series.garbage += all
    .filter(([segment]) => !victims.includes(segment))
    .reduce((sum, each) => sum + deadIn(each), 0);
  if (victims.length === 0 || options.current() !== state) return false;
  segments.roll();
  const mover = new Mover(options, state, new Set(victims));
  await mover.run();
  if (options.current() !== state) return false;
  for (const victim of victims) if (!mover.held.has(victim)) segments.retire(victim);
  return true;
}

async function countLive(
  { current }: CompactionOptions,
  state: State,
): Promise<Map<number, number>> {
  const live = new Map<number, number>();
  let place: Place | undefined = START;
  while (place && current() === state) {
    const rows = rowsAfter(state, place);
    for (const row of rows) {
      const segment = number(row[0]);
      live.set(segment, (live.get(segment) ?? 0) + number(row[2]));
    }
    place = placeOf(rows.at(-1));
    await setImmediate();
  }
  return live;
}

/** Rows of CHUNK_COLUMNS, then run and key. */
function rowsAfter(state: State, [run, key, n]: Place): Row[] {
  return state.sql.all(
    `SELECT ${CHUNK_COLUMNS}, run, key FROM chunks WHERE (run, key, n) > (?, ?, ?)
     ORDER BY run, key, n LIMIT ${SLICE_ROWS}`,
    run,
    key,
    n,
  );
}

const placeOf = (row: Row | undefined): Place | undefined =>
  row && [number(row[6]), number(row[7]), number(row[5])];

type Groups = ReadonlyMap<number, readonly Row[]>;

class Mover {
  /** Segments with chunks that cannot be read: they stay, for who can mend them. */
  readonly held = new Set<number>();
  private readonly done = new WeakSet<readonly Row[]>();
  private place: Place | undefined = START;
  private moved = 0;
  /** Of the series at hand, the chunks to be merged by their numbers; good for one slice. */
  private groups: { readonly run: number; readonly key: number; readonly byN: Groups } | undefined;

  constructor(
    private readonly options: CompactionOptions,
    private readonly state: State,
    private readonly victims: ReadonlySet<number>,
  ) {}

  async run(): Promise<void> {
    while (this.place && this.options.current() === this.state) {
      this.moved = 0;
      this.groups = undefined;
      this.state.series.segments.buffered(() => {
        this.state.sql.atomic(() => {
          this.slice();
          this.state.series.segments.flush();
        });
      });
      await setImmediate();
    }
  }

  private slice(): void {
    const rows = rowsAfter(this.state, this.place ?? START);
    if (rows.length === 0) this.place = undefined;
    for (const row of rows) {
      this.place = placeOf(row);
      if (this.victims.has(number(row[0]))) this.move(row);
      if (this.moved >= SLICE_BYTES) return;
    }
  }

  private move(row: Row): void {
    try {
      this.moveGroup(row);
    } catch (error) {
      if (!isLost(error)) throw error;
      this.held.add(number(row[0]));
    }
  }

  private moveGroup(row: Row): void {
    const { series } = this.state;
    const [run, key, n] = [number(row[6]), number(row[7]), number(row[5])];
    const group = this.groupsOf(run, key).get(n) ?? [row];
    if (this.done.has(group)) return;
    const points = sortColumns(concatenate(group.map((each) => series.source(each).read())));
    this.done.add(group);
    this.moved += group.reduce((sum, each) => sum + number(each[2]), 0);
    if (group.length === 1) {
      series.writeChunks(run, key, n, points);
      return;
    }
    const before = group.reduce((sum, each) => sum + number(each[3]), 0);
    this.replace(run, key, group);
    series.writeChunks(run, key, this.nextN(run, key), points);
    this.forgetRepeated(run, key, before - points.values.length);
  }

  private groupsOf(run: number, key: number): Groups {
    if (this.groups?.run !== run || this.groups.key !== key) {
      this.groups = { run, key, byN: mergeable(this.state, run, key) };
    }
    return this.groups.byN;
  }

  private replace(run: number, key: number, group: readonly Row[]): void {
    for (const each of group) {
      this.state.sql.run(
        'DELETE FROM chunks WHERE run = ? AND key = ? AND n = ?',
        run,
        key,
        number(each[5]),
      );
    }
  }

  private nextN(run: number, key: number): number {
    const sql = 'SELECT max(n) + 1 FROM chunks WHERE run = ? AND key = ?';
    return number(this.state.sql.get(sql, run, key)?.[0]);
  }

  /** Stores of version 1 counted a point again that came again. */
  private forgetRepeated(run: number, key: number, repeated: number): void {
    const summary = this.state.summaries.get(run, key);
    if (!summary || repeated === 0) return;
    this.state.summaries.setCount(run, key, summary.count - repeated);
    this.state.runs.forget(run);
  }
}

/** Chunks that may hold the same points, when they are few, by their numbers. */
function mergeable({ series }: State, run: number, key: number): Groups {
  const rows = new Map(series.rows(run, key).map((row) => [series.source(row), row]));
  const byN = new Map<number, readonly Row[]>();
  for (const group of overlapping(inOrder([...rows.keys()], 'step'), 'step')) {
    const sources = group.map(({ source }) => source);
    const points = sources.reduce((sum, { count }) => sum + count, 0);
    if (sources.length < 2 || points > MOST_MERGED || !sharesTimes(sources)) continue;
    const members = [...rows].filter(([source]) => sources.includes(source)).map(([, row]) => row);
    for (const row of members) byN.set(number(row[5]), members);
  }
  return byN;
}

/** Whether some of the chunks overlap in time, too: else no point can be twice among them. */
function sharesTimes(sources: readonly Source[]): boolean {
  const times = sources.map(timesIn).sort((a, b) => a.min - b.min);
  return times.some((each, i) => i > 0 && each.min <= (times[i - 1]?.max ?? 0));
}
