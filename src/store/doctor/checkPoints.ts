// Checks the points of metrics: every chunk on disk against its checksum and its row.
import { messageOf } from '../../base/errors';
import { bytes, number, type Row, text } from '../database';
import { decodeChunk, digestOf, readDigest } from '../series/chunk';
import type { State } from '../state';
import type { Examination } from './examination';

/** One chunk that cannot be read. */
export interface LostChunk {
  readonly run: number;
  readonly key: number;
  readonly n: number;
  readonly points: number;
  /** The points that are gone, for a person. */
  readonly what: string;
}

const CHUNKS = `SELECT c.run, c.key, c.n, c.segment, c.offset, c.length, c.count, c.digest, r.run_id
  FROM chunks c LEFT JOIN runs r ON r.id = c.run ORDER BY c.segment, c.offset`;
const YIELD_EVERY = 64;
const FROM_BACKUP = 'Restore the segment from a backup; or --repair drops what cannot be read.';

/** @returns the chunks that cannot be read. */
export async function checkPoints(exam: Examination, state: State): Promise<LostChunk[]> {
  const { report, files, store } = exam;
  const rows = state.sql.all(CHUNKS);
  const missing = new Set<number>();
  const lost: LostChunk[] = [];
  for (const [i, row] of rows.entries()) {
    if (i % YIELD_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
    report.checked.chunks++;
    const segment = number(row[3]);
    const path = segmentPath(store, segment);
    if (!files.exists(path)) missing.add(segment);
    if (missing.has(segment) || !checkChunk(exam, state, row)) lost.push(lostChunk(state, row));
  }
  for (const segment of missing) {
    const path = segmentPath(store, segment);
    const count = rows.filter((row) => number(row[3]) === segment).length;
    const what = `The segment is missing; ${count} chunks of points were in it.`;
    report.damage('segment.missing', path, what, FROM_BACKUP);
  }
  checkCounts(exam, state);
  return lost;
}

/** Whether it can be read. */
function checkChunk(exam: Examination, state: State, row: Row): boolean {
  const { report, files, store } = exam;
  const place = { segment: number(row[3]), offset: number(row[4]), length: number(row[5]) };
  const path = segmentPath(store, place.segment);
  const { what } = lostChunk(state, row);
  if (files.size(path) < place.offset + place.length) {
    const why = `It ends before byte ${place.offset + place.length}, where ${what} should be.`;
    report.damage('segment.short', path, why, FROM_BACKUP);
    return false;
  }
  try {
    const columns = decodeChunk(state.series.segments.read(place), `byte ${place.offset}`);
    const fits =
      columns.values.length === number(row[6]) && sameBytes(digestOf(columns), bytes(row[7]));
    if (fits) return true;
    const why = `The points at byte ${place.offset} are not those that the database tells of: ${what}.`;
    report.damage('chunk.mismatch', path, why, 'Restore store/ from a backup.');
    return true;
  } catch (error) {
    const why = `The bytes from ${place.offset} are damaged (${messageOf(error)}): ${what}.`;
    report.damage('chunk.damaged', path, why, FROM_BACKUP);
    return false;
  }
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function lostChunk(state: State, row: Row): LostChunk {
  const points = number(row[6]);
  const digest = bytes(row[7]);
  const ends = digest && readDigest(digest);
  const steps = ends ? `, steps ${ends.first.step} to ${ends.last.step}` : '';
  const key = number(row[1]);
  const name = state.keys.has(key) ? state.keys.name(key) : `key ${key}`;
  const what = `${points} points of ${name} of run ${text(row[8]) || `row ${row[0]}`}${steps}`;
  return { run: number(row[0]), key, n: number(row[2]), points, what };
}

const segmentPath = (store: string, segment: number): string =>
  `${store}/series/${String(segment).padStart(5, '0')}.points`;

const COUNTS = `SELECT m.run, m.key, m.count, r.run_id FROM metrics m JOIN runs r ON r.id = m.run
  WHERE m.count > 1 AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.run = m.run AND c.key = m.key)`;

/** A series of several points has chunks, or points in memory. */
function checkCounts({ report }: Examination, state: State): void {
  state.summaries.flush();
  for (const row of state.sql.all(COUNTS)) {
    const [run, key, count] = [number(row[0]), number(row[1]), number(row[2])];
    if (state.series.hasTail(run, key)) continue;
    const where = `metric ${state.keys.name(key)} of run ${text(row[3])}`;
    const action = 'A backup has them; last, least and greatest value are still known.';
    const what = `${count} points were logged, and none are listed.`;
    report.damage('points.missing', where, what, action);
  }
}
