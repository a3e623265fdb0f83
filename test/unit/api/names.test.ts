// The control routes an editor completes, checks and explains names with, called as the server does.
import { strict as assert } from 'node:assert';
import { nameRoutes } from '../../../src/api/names';
import type { ResolvedUri } from '../../../src/protocol/names';
import { point, StoreFixture } from './fixture';

let fixture: StoreFixture;

async function get<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const route = nameRoutes(fixture.store).find((one) => one.path === path);
  const reply = await route!.handle({
    method: 'GET',
    path,
    params: {},
    query: new Map(Object.entries(query).map(([key, value]) => [key, [value]])),
    headers: {},
    body: async () => Buffer.alloc(0),
    stream: () => (async function* () {})(),
    gone: new AbortController().signal,
  });
  return JSON.parse(String(reply.body)) as T;
}
const resolve = (uri: string) => get<ResolvedUri>('/api/resolve', { uri });

const messageIn = (found: ResolvedUri) => (found.kind === 'none' ? found.message : found.kind);

describe('routes of names', () => {
  let runId: string;
  beforeEach(async () => {
    fixture = new StoreFixture();
    await fixture.open();
    runId = await fixture.createRun();
  });
  afterEach(() => fixture.close());

  it('list keys of metrics, also those not written to the tables yet, each once', async () => {
    assert.deepEqual(await get('/api/names/metrics'), { items: [] });
    await fixture.log(runId, [point('loss', 0, 1), point('acc', 0, 1)]);
    await fixture.log(await fixture.createRun(), [point('loss', 0, 1), point('f1', 0, Number.NaN)]);
    const { items } = await get<{ items: string[] }>('/api/names/metrics');
    assert.deepEqual([...items].sort(), ['acc', 'f1', 'loss']);
  });

  it('list artifacts with their versions, newest first', async () => {
    for (const [version, id] of [
      ['1', 'a'],
      ['2', 'b'],
    ] as const) {
      await fixture.store.commit({
        type: 'artifact.create',
        artifact: {
          id: id.repeat(32),
          name: 'data',
          version,
          type: 'dict',
          materializer: 'json',
          path: `artifacts/${id}`,
          files: [],
          contentDigest: id.repeat(64),
          metadata: {},
          createdAt: 5,
          producer: undefined,
        },
      });
    }
    assert.deepEqual(await get('/api/names/artifacts'), {
      items: [{ name: 'data', versions: 2, latest: '2' }],
    });
    assert.deepEqual(await get('/api/names/artifact-versions', { name: 'data' }), {
      items: [
        { version: '2', type: 'dict', createdAt: 5 },
        { version: '1', type: 'dict', createdAt: 5 },
      ],
    });
    assert.deepEqual(await get('/api/names/artifact-versions', { name: 'x' }), { items: [] });
  });

  it('resolve a run with its last metrics, and nothing for one that is deleted', async () => {
    await fixture.log(runId, [point('loss', 0, 3), point('loss', 1, Number.POSITIVE_INFINITY)]);
    assert.deepEqual(await resolve(`runs:/${runId}/model`), {
      kind: 'run',
      run: {
        runId,
        name: 'run 1',
        experiment: 'Default',
        status: 'RUNNING',
        startTime: 1,
        metrics: [{ key: 'loss', value: 'Infinity' }],
      },
    });
    await fixture.store.commit({ type: 'run.lifecycle', runId, stage: 'deleted', time: 9 });
    assert.equal((await resolve(`runs:/${runId}/model`)).kind, 'none');
  });

  describe('of registered models', () => {
    beforeEach(async () => {
      const name = 'iris';
      const given = { description: undefined, tags: [], time: 1 };
      await fixture.store.commit({ type: 'registry.create', name, ...given });
      for (const version of [1, 2]) {
        await fixture.store.commit({
          type: 'version.create',
          name,
          version,
          source: `runs:/${runId}/model`,
          storageLocation: undefined,
          runId,
          runLink: undefined,
          modelId: undefined,
          userId: undefined,
          status: 'READY',
          ...given,
          time: version,
        });
      }
      const time = 3;
      await fixture.store.commit(
        { type: 'registry.alias', name, alias: 'prod', version: 1, time },
        { type: 'version.update', name, version: 1, stage: 'Staging', time },
      );
    });

    it('list versions, newest first, and aliases', async () => {
      assert.deepEqual(await get('/api/names/models'), {
        items: [{ name: 'iris', versions: [2, 1], aliases: [{ alias: 'prod', version: 1 }] }],
      });
    });

    const addresses: readonly (readonly [string, number | string])[] = [
      ['models:/iris/1', 1],
      ['models:/iris/latest', 2],
      ['models:/iris/staging', 1],
      ['models:/iris@prod', 1],
      ['models:/iris/3', 'iris has no version 3.'],
      ['models:/iris/production', 'iris has no version production.'],
      ['models:/iris@nope', 'iris has no alias nope.'],
    ];
    for (const [uri, expected] of addresses) {
      it(`resolve ${uri}`, async () => {
        const found = await resolve(uri);
        assert.equal(found.kind === 'version' ? found.version : messageIn(found), expected);
      });
    }

    it('tell of a version its stage, aliases and run', async () => {
      const found = await resolve('models:/iris@prod');
      assert.ok(found.kind === 'version');
      assert.deepEqual(
        [found.stage, found.aliases, found.run?.runId],
        ['Staging', ['prod'], runId],
      );
    });
  });

  it('say which part of an address is not there', async () => {
    const message = async (uri: string) => messageIn(await resolve(uri));
    assert.match(await message('models:/iris/1'), /no registered model iris/);
    assert.match(await message('models:/iris@prod'), /no registered model iris/);
    assert.match(await message(`models:/m-${'0'.repeat(32)}`), /no logged model/);
    assert.match(await message('models:/'), /is no address/);
    assert.match(await message(''), /is no address/);
  });
});
