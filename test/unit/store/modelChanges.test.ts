// The history of stages and aliases: what replay makes again, what goes with a version, what older journals give.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import * as fc from 'fast-check';
import { MODEL_STAGES } from '../../../src/domain/model';
import type { Mutation } from '../../../src/store/mutation';
import type { Store } from '../../../src/store/store';
import { cleanUp, copyOf, open, tempFolder } from './support';

const NUMBERS = [1, 2, 3];

const model: Mutation = {
  type: 'registry.create',
  name: 'm',
  description: undefined,
  tags: [],
  time: 1,
};
const version = (number: number): Mutation => ({
  ...{
    type: 'version.create',
    name: 'm',
    version: number,
    source: 's3://b',
    storageLocation: undefined,
  },
  ...{ runId: undefined, runLink: undefined, modelId: undefined, description: undefined },
  ...{ userId: undefined, status: 'READY', tags: [], time: number },
});

/** Changes that fit whatever was before. */
const change: fc.Arbitrary<Mutation> = fc.oneof(
  fc.record({
    type: fc.constant('version.update' as const),
    name: fc.constant('m'),
    version: fc.constantFrom(...NUMBERS),
    stage: fc.constantFrom(...MODEL_STAGES),
    userId: fc.constant('ada'),
    time: fc.nat(),
  }),
  fc.record({
    type: fc.constant('registry.alias' as const),
    name: fc.constant('m'),
    alias: fc.constantFrom('a', 'b'),
    version: fc.constantFrom(null, ...NUMBERS),
    time: fc.nat(),
  }),
);

/** What a history, played from the beginning, says of now. */
function outcomeOf(store: Store, number: number): { stage: string; aliases: string[] } {
  const aliases = new Set<string>();
  let stage = 'None';
  for (const { what, before, after } of store.registry.changes('m', number)) {
    if (what === 'stage') {
      assert.equal(before, stage);
      assert.notEqual(before, after);
      stage = after ?? '';
    } else if (after !== null) aliases.add(after);
    else aliases.delete(before ?? '');
  }
  return { stage, aliases: [...aliases].sort() };
}

describe('the history of model versions', () => {
  afterEach(cleanUp);

  it('leads to what is now, after any changes, and is the same after a replay', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 30 }), async (changes) => {
        const folder = tempFolder();
        const store = await open(folder);
        await store.commit(model, ...NUMBERS.map(version));
        for (const each of changes) await store.commit(each);
        const told = NUMBERS.map((number) => store.registry.changes('m', number));
        for (const number of NUMBERS) {
          const now = store.registry.version('m', number);
          assert.deepEqual(outcomeOf(store, number), { stage: now?.stage, aliases: now?.aliases });
        }
        const replayed = await open(copyOf(folder));
        assert.deepEqual(
          NUMBERS.map((number) => replayed.registry.changes('m', number)),
          told,
        );
        await cleanUp();
      }),
      { numRuns: 25 },
    );
  }).timeout(60_000);

  it('goes with its version and with its model, and stays when the model is renamed', async () => {
    const store = await open(tempFolder());
    const stage = { type: 'version.update', name: 'm', stage: 'Staging', time: 5 } as const;
    await store.commit(
      model,
      ...NUMBERS.map(version),
      { ...stage, version: 1 },
      { ...stage, version: 2 },
    );
    await store.commit({ type: 'version.delete', name: 'm', version: 1, time: 6 });
    assert.deepEqual(store.registry.changes('m', 1), []);
    await store.commit({ type: 'registry.rename', name: 'm', newName: 'n', time: 7 });
    assert.equal(store.registry.changes('n', 2).length, 1);
    await store.commit({ type: 'registry.delete', name: 'n', time: 8 }, model, version(2));
    assert.deepEqual(store.registry.changes('m', 2), []);
  });

  it('is made of the changes that a store of version 2 had in its journal only', async () => {
    const folder = tempFolder();
    fs.cpSync(path.resolve('test/fixtures/stores/v2/data'), folder, { recursive: true });
    const store = await open(folder);
    const told = store.registry
      .changes('churn', 2)
      .map(({ what, before, after }) => [what, before, after]);
    assert.deepEqual(told.at(-1), ['alias', null, 'champion']);
    assert.deepEqual(told.at(-2), ['stage', 'None', 'Production']);
  });

  it('tells which versions name a run or are a logged model', async () => {
    const store = await open(tempFolder());
    const of = (number: number, more: object): Mutation =>
      ({ ...version(number), ...more }) as Mutation;
    await store.commit(
      model,
      of(1, { runId: 'r' }),
      of(2, { runId: 'r', modelId: 'm-1' }),
      of(3, { runId: 'q' }),
    );
    assert.deepEqual(store.registry.versionsOf('run', 'r'), [
      { name: 'm', version: 1 },
      { name: 'm', version: 2 },
    ]);
    assert.deepEqual(store.registry.versionsOf('model', 'm-1'), [{ name: 'm', version: 2 }]);
    await store.commit({ type: 'version.delete', name: 'm', version: 2, time: 9 });
    assert.deepEqual(store.registry.versionsOf('model', 'm-1'), []);
  });
});
