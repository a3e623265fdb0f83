// Points that cannot be read must not keep a store from taking, writing and replaying others.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import { cleanUp, copyOf, createRun, log, metric, open, tempFolder } from './support';

const HARMS: Record<string, (file: string) => void> = {
  'a flipped byte': (file) => {
    const bytes = fs.readFileSync(file);
    bytes[12]! ^= 0xff;
    fs.writeFileSync(file, bytes);
  },
  'a cut segment': (file) => fs.truncateSync(file, 10),
  'a segment that is gone': (file) => fs.rmSync(file),
};
/** Values and steps of the points that come after the damage. */
const NEXT: Record<string, [value: number, step: number][]> = {
  'later ones': [[9, 9]],
  'the same again': [
    [1, 1],
    [2, 2],
  ],
  'an older one': [[0, 1]],
  'all kinds': [
    [5, 1],
    [1, 9],
    [1, 1],
    [9, 3],
  ],
};

describe('a series with damaged points', () => {
  afterEach(cleanUp);

  it('keeps its bytes on disk when segments are compacted, and the others are compacted', async () => {
    const folder = tempFolder();
    const store = await open(folder);
    const many = (key: string) => Array.from({ length: 2000 }, (_, i) => metric(key, i / 3, i));
    await store.commit(createRun('gone'), createRun('hurt'), createRun('sound'));
    for (const run of ['hurt', 'gone', 'sound']) {
      await store.commit(log(run, { metrics: many('m') }));
    }
    await store.close();
    const file = `${folder}/store/series/00001.points`;
    HARMS['a flipped byte']!(file);
    const again = await open(folder);
    await again.commit(
      { type: 'run.lifecycle', runId: 'gone', stage: 'deleted', time: 1 },
      { type: 'run.purge', runIds: ['gone'], folders: [], time: 2 },
    );
    await again.compact();
    const history = (run: string) => again.series.history(run, 'm', { offset: 0, limit: 1e4 });
    assert.equal(history('sound').length, 2000);
    assert.throws(() => history('hurt'), { code: 'store.damaged' });
    assert.ok(fs.existsSync(file), 'the damaged bytes are kept');
  });

  for (const [harm, hurt] of Object.entries(HARMS)) {
    for (const [name, points] of Object.entries(NEXT)) {
      it(`after ${harm} takes ${name}, and the store goes on`, async () => {
        const folder = tempFolder();
        const before = await open(folder);
        const first = [0, 1, 2].map((i) => metric('m', i, i));
        await before.commit(createRun('r'), log('r', { metrics: first }));
        await before.close();
        hurt(`${folder}/store/series/00001.points`);
        const store = await open(folder);
        for (const [value, step] of points) {
          const metrics = [metric('m', value, step), metric('other', value, step)];
          await store.commit(log('r', { metrics }));
        }
        const crashed = await open(copyOf(folder));
        assert.equal(crashed.status.mode, 'writable');
        await crashed.checkpoint();
        await store.checkpoint();
        for (const each of [store, crashed]) {
          const history = (key: string) => each.series.history('r', key, { offset: 0, limit: 9 });
          assert.equal(history('other').length, points.length);
          assert.throws(() => history('m'));
        }
      });
    }
  }
});
