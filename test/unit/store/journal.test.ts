// The journal: what a cut or a flipped byte may cost, and what it may not.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as fc from 'fast-check';
import { crc32, tableCrc32 } from '../../../src/store/crc32';
import { frameRecord, journalPath, scanRecords } from '../../../src/store/journal';
import { cleanUp, copyOf, createRun, log, metric, open, tempFolder } from './support';

const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 12 });

function join(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

function scan(bytes: Uint8Array): { records: Uint8Array[]; length: number } {
  const records: Uint8Array[] = [];
  const length = scanRecords(bytes, (body) => {
    records.push(new Uint8Array(body));
    return true;
  });
  return { records, length };
}

describe('store journal', () => {
  afterEach(cleanUp);

  it('reads back what was framed', () => {
    fc.assert(
      fc.property(bodies, (list) => {
        const bytes = join(list.map(frameRecord));
        assert.deepEqual(scan(bytes), { records: list, length: bytes.length });
      }),
    );
  });

  it('a cut at any byte keeps exactly the records that are whole', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (list, at) => {
        const frames = list.map(frameRecord);
        const bytes = join(frames);
        const cut = at % (bytes.length + 1);
        let end = 0;
        const whole = frames.filter((frame) => {
          end += frame.length;
          return end <= cut;
        });
        const { records, length } = scan(bytes.subarray(0, cut));
        assert.deepEqual(records, list.slice(0, whole.length));
        assert.equal(length, join(whole).length);
      }),
    );
  });

  it('a flipped bit keeps the records before the damaged one and gives out no wrong one', () => {
    fc.assert(
      fc.property(
        bodies.filter((list) => list.length > 0),
        fc.nat(),
        fc.nat(7),
        (list, at, bit) => {
          const frames = list.map(frameRecord);
          const bytes = join(frames);
          const flipped = at % bytes.length;
          bytes[flipped] = (bytes[flipped] ?? 0) ^ (1 << bit);
          let end = 0;
          const before = frames.filter((frame) => {
            end += frame.length;
            return end <= flipped;
          });
          assert.deepEqual(scan(bytes).records, list.slice(0, before.length));
        },
      ),
    );
  });

  it('zeros that a crash left at the end are no records', () => {
    const record = frameRecord(Uint8Array.of(1, 2, 3));
    const { records, length } = scan(join([record, new Uint8Array(64)]));
    assert.equal(records.length, 1);
    assert.equal(length, record.length);
  });

  it('has one checksum, with or without that of Node', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (bytes, seed) => {
        assert.equal(tableCrc32(bytes, seed), crc32(bytes, seed));
      }),
    );
    assert.equal(tableCrc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  });

  it('a store opened after any damage of the tail has every commit before it, and goes on', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    await store.commit(createRun('a'));
    const journal = journalPath(`${folder}/store`, 0);
    const ends = [fs.statSync(journal).size];
    for (let step = 0; step < 6; step++) {
      await store.commit(
        log('a', { metrics: [metric('loss', step, step)] }),
        log('a', { tags: { [`t${step}`]: 'x' } }),
      );
      ends.push(fs.statSync(journal).size);
    }
    const size = ends.at(-1) ?? 0;
    const first = ends[0] ?? 0;
    const damage = fc.record({ at: fc.integer({ min: first, max: size - 1 }), cut: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, cut }) => {
        const copy = copyOf(folder);
        const path = journalPath(`${copy}/store`, 0);
        const bytes = fs.readFileSync(path);
        bytes[at] = (bytes[at] ?? 0) ^ 0x5a;
        fs.writeFileSync(path, cut ? bytes.subarray(0, at) : bytes);
        const whole = ends.filter((end) => end <= at).length - 1;
        const again = await open(copy);
        const history = () => again.series.history('a', 'loss', { offset: 0, limit: 100 });
        assert.deepEqual(
          history().map((point) => point.step),
          Array.from({ length: whole }, (_, i) => i),
        );
        // Both mutations of a commit are there, or none.
        assert.equal(again.runs.tag('a', `t${whole}`), undefined);
        if (whole > 0) assert.equal(again.runs.tag('a', `t${whole - 1}`), 'x');
        assert.equal(again.status.reports.length, ends.includes(at) && cut ? 0 : 1);
        await again.commit(log('a', { metrics: [metric('loss', 9, 99)] }));
        const third = await open(copyOf(copy));
        const last = third.series.history('a', 'loss', { offset: 0, limit: 100 }).at(-1);
        assert.equal(last?.step, 99);
      }),
      { numRuns: 25 },
    );
  }).timeout(60_000);
});
