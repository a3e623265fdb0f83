// The model registry in the store: what mutations make, what replay makes again, and what queries tell.
import * as assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { MODEL_STAGES } from '../../../src/domain/model';
import type { Mutation } from '../../../src/store/mutation';
import type { Store } from '../../../src/store/store';
import { cleanUp, copyOf, open, tempFolder } from './support';

type Create = Extract<Mutation, { type: 'version.create' }>;

const model = (name: string, time = 10): Mutation => ({
  type: 'registry.create',
  name,
  description: undefined,
  tags: [],
  time,
});

const version = (name: string, number: number, more: Partial<Create> = {}): Mutation => ({
  type: 'version.create',
  name,
  version: number,
  source: 's3://bucket/m',
  storageLocation: undefined,
  runId: undefined,
  runLink: undefined,
  modelId: undefined,
  description: undefined,
  userId: undefined,
  status: 'READY',
  tags: [],
  time: 20 + number,
  ...more,
});

const stage = (
  name: string,
  number: number,
  to: (typeof MODEL_STAGES)[number],
  archived: number[] = [],
): Mutation => ({ type: 'version.update', name, version: number, stage: to, archived, time: 90 });

const alias = (name: string, text: string, to: number | null): Mutation => ({
  type: 'registry.alias',
  name,
  alias: text,
  version: to,
  time: 50,
});

const remove = (name: string, number: number): Mutation => ({
  type: 'version.delete',
  name,
  version: number,
  time: 99,
});

describe('store registry', () => {
  afterEach(cleanUp);

  it('tells a registered model with its tags, aliases and latest versions', async () => {
    const store = await open(tempFolder());
    const tags = [
      { key: 'z', value: '1' },
      { key: 'b', value: '2' },
      { key: 'z', value: '3' },
    ];
    await store.commit(
      { type: 'registry.create', name: 'm', description: 'd', tags, time: 10 },
      version('m', 1, {
        runId: 'r',
        modelId: 'm-1',
        storageLocation: 's3://x',
        description: '',
        statusMessage: 'as imported',
      }),
      alias('m', 'best', 1),
    );
    const found = store.registry.version('m', 1);
    assert.deepEqual(found, {
      name: 'm',
      version: 1,
      creationTime: 21,
      lastUpdateTime: 21,
      description: '',
      userId: undefined,
      stage: 'None',
      source: 's3://bucket/m',
      storageLocation: 's3://x',
      runId: 'r',
      runLink: undefined,
      modelId: 'm-1',
      status: 'READY',
      statusMessage: 'as imported',
      tags: [],
      aliases: ['best'],
    });
    assert.deepEqual(store.registry.get('m'), {
      name: 'm',
      description: 'd',
      creationTime: 10,
      lastUpdateTime: 21,
      tags: [
        { key: 'b', value: '2' },
        { key: 'z', value: '3' },
      ],
      aliases: [{ alias: 'best', version: 1 }],
      latestVersions: [found],
    });
    assert.deepEqual(store.registry.aliased('m', 'best'), found);
    assert.equal(store.registry.get('other'), undefined);
  });

  it('lists the newest version of each stage, in the order of the lowest number in it', async () => {
    const store = await open(tempFolder());
    await store.commit(model('m'), ...[1, 2, 3, 4].map((number) => version('m', number)));
    await store.commit(stage('m', 1, 'Production'), stage('m', 3, 'Staging'));
    const listed = () => store.registry.latest('m').map((found) => [found.version, found.stage]);
    assert.deepEqual(listed(), [
      [1, 'Production'],
      [4, 'None'],
      [3, 'Staging'],
    ]);
    assert.deepEqual(store.registry.inStage('m', 'None'), [2, 4]);
    await store.commit(stage('m', 4, 'Production', [1]));
    assert.deepEqual(listed(), [
      [1, 'Archived'],
      [2, 'None'],
      [3, 'Staging'],
      [4, 'Production'],
    ]);
    assert.equal(store.registry.version('m', 1)?.lastUpdateTime, 90);
    assert.equal(store.registry.version('m', 2)?.lastUpdateTime, 22);
    assert.equal(store.registry.get('m')?.lastUpdateTime, 90);
  });

  it('never uses the number of a deleted version again, and drops its aliases and words', async () => {
    const store = await open(tempFolder());
    const tags = [{ key: 'secret', value: 'word' }];
    await store.commit(model('m'), version('m', 1), version('m', 2, { source: 'secret', tags }));
    await store.commit(alias('m', 'a', 2), alias('m', 'b', 1), remove('m', 2));
    assert.equal(store.registry.version('m', 2), undefined);
    assert.equal(store.registry.aliased('m', 'a'), undefined);
    assert.deepEqual(store.registry.get('m')?.aliases, [{ alias: 'b', version: 1 }]);
    assert.deepEqual(
      store.registry.latest('m').map((found) => found.version),
      [1],
    );
    assert.equal(store.registry.nextVersion('m'), 3);
    await assert.rejects(store.commit(version('m', 2)), /has a version 2 already/);
    await assert.rejects(store.commit(remove('m', 2)), /no version 2/);
  });

  it('starts with version 1 again after the whole model was deleted', async () => {
    const store = await open(tempFolder());
    await store.commit(model('m'), version('m', 1), version('m', 2), alias('m', 'a', 1));
    await store.commit({ type: 'registry.tag', name: 'm', key: 'k', value: 'v', time: 1 });
    await store.commit({ type: 'registry.delete', name: 'm', time: 60 });
    assert.equal(store.registry.get('m'), undefined);
    assert.equal(store.registry.nextVersion('m'), 1);
    await store.commit(model('m', 70));
    assert.equal(store.registry.nextVersion('m'), 1);
    assert.deepEqual(store.registry.latest('m'), []);
    assert.deepEqual(store.registry.get('m')?.aliases, []);
    assert.deepEqual(store.registry.get('m')?.tags, []);
  });

  it('renames a model with its versions, tags and aliases', async () => {
    const store = await open(tempFolder());
    await store.commit(model('m'), version('m', 1), alias('m', 'a', 1), model('taken'));
    await store.commit({
      type: 'version.tag',
      name: 'm',
      version: 1,
      key: 'k',
      value: 'v',
      time: 1,
    });
    await store.commit({ type: 'registry.rename', name: 'm', newName: 'n', time: 70 });
    assert.equal(store.registry.get('m'), undefined);
    const found = store.registry.aliased('n', 'a');
    assert.deepEqual(found?.tags, [{ key: 'k', value: 'v' }]);
    assert.equal(found?.lastUpdateTime, 70);
    const rename: Mutation = { type: 'registry.rename', name: 'n', newName: 'taken', time: 71 };
    await assert.rejects(store.commit(rename), /taken exists already/);
  });

  it('sets, changes and deletes tags, descriptions and aliases', async () => {
    const store = await open(tempFolder());
    await store.commit(model('m'), version('m', 1), version('m', 2));
    await store.commit(
      { type: 'registry.tag', name: 'm', key: 'k', value: 'a', time: 1 },
      { type: 'registry.tag', name: 'm', key: 'k', value: 'b', time: 1 },
      { type: 'registry.update', name: 'm', description: 'what it is', time: 33 },
      { type: 'version.update', name: 'm', version: 1, description: 'first', time: 34 },
      alias('m', 'a', 1),
      alias('m', 'a', 2),
    );
    const { tags, description, aliases } = store.registry.get('m') ?? {};
    assert.deepEqual(
      { tags, description, aliases },
      {
        tags: [{ key: 'k', value: 'b' }],
        description: 'what it is',
        aliases: [{ alias: 'a', version: 2 }],
      },
    );
    assert.equal(store.registry.version('m', 1)?.description, 'first');
    await store.commit(
      { type: 'registry.tag', name: 'm', key: 'k', value: null, time: 1 },
      { type: 'version.update', name: 'm', version: 1, description: null, time: 35 },
      alias('m', 'a', null),
    );
    assert.deepEqual(store.registry.get('m')?.tags, []);
    assert.deepEqual(store.registry.get('m')?.aliases, []);
    assert.equal(store.registry.version('m', 1)?.description, undefined);
    await assert.rejects(store.commit(alias('m', 'a', 3)), /no version 3/);
    await assert.rejects(store.commit(alias('x', 'a', 1)), /no registered model x/);
  });

  it('is the same after a replay of the journal and after a checkpoint', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const folder = tempFolder();
        const store = await open(folder);
        for (const mutation of steps) await store.commit(mutation).catch(() => 0);
        const told = tell(store);
        assert.equal(tell(await open(copyOf(folder))), told, 'after a replay');
        await store.close();
        assert.equal(tell(await open(folder)), told, 'after a checkpoint');
        await cleanUp();
      }),
      { numRuns: 15 },
    );
  });

  it('keeps numbers unique and growing, and aliases on living versions, whatever happens', async () => {
    const store = await open(tempFolder());
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(step, async (mutation) => {
        await store.commit(mutation).catch(() => 0);
        for (const name of NAMES) {
          const found = store.registry.get(name);
          if (!found) seen.delete(name);
          else {
            const next = store.registry.nextVersion(name);
            assert.ok(next >= (seen.get(name) ?? 1));
            seen.set(name, next);
            for (const { version: to } of found.aliases) {
              assert.ok(store.registry.version(name, to), `${name} ${to}`);
            }
            const stages = found.latestVersions.map((newest) => newest.stage);
            assert.equal(new Set(stages).size, stages.length);
          }
        }
      }),
      { numRuns: 400 },
    );
  });
});

const NAMES = ['m', 'n', 'Ä b'];
const name = fc.constantFrom(...NAMES);
const number = fc.integer({ min: 1, max: 6 });
const step: fc.Arbitrary<Mutation> = fc.oneof(
  name.map((text) => model(text)),
  fc.tuple(name, number).map(([text, n]) => version(text, n)),
  fc.tuple(name, number).map(([text, n]) => version(text, n)),
  fc.tuple(name, fc.constantFrom('a', 'b'), fc.option(number)).map((args) => alias(...args)),
  fc.tuple(name, number).map((args) => remove(...args)),
  fc
    .tuple(name, number, fc.constantFrom(...MODEL_STAGES))
    .map(([text, n, to]) => stage(text, n, to)),
  fc.tuple(name, number, fc.option(fc.constantFrom('x', 'y'))).map(
    ([text, n, value]): Mutation => ({
      type: 'version.tag',
      name: text,
      version: n,
      key: 'k',
      value,
      time: 3,
    }),
  ),
  fc.tuple(name, name).map(([from, to]): Mutation => {
    return { type: 'registry.rename', name: from, newName: to, time: 80 };
  }),
  name.map((text): Mutation => ({ type: 'registry.delete', name: text, time: 81 })),
);

const tell = (store: Store): string =>
  JSON.stringify(
    NAMES.map((text) => [
      store.registry.get(text),
      store.registry.nextVersion(text),
      [1, 2, 3, 4, 5, 6].map((n) => store.registry.version(text, n)),
    ]),
  );
