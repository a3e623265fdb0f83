// The control route that searches runs, called as the server calls it.
import { strict as assert } from 'node:assert';
import { searchRoutes } from '../../../src/api/search';
import type {
  RunSearchReply,
  RunSearchRequest,
  SearchRefusal,
} from '../../../src/protocol/control';
import { HttpError } from '../../../src/protocol/http';
import { point, StoreFixture } from './fixture';

const fixture = new StoreFixture();
const other = new StoreFixture();

async function call(body: object): Promise<{ status: number; json: unknown }> {
  const sources = { store: (id: string) => (id === 'opened' ? other.store : undefined) };
  const [route] = searchRoutes({ store: fixture.store, sources, clock: { now: () => 1000 } });
  const reply = await route!.handle({
    method: 'POST',
    path: '/api/search',
    params: {},
    query: new Map(),
    headers: {},
    body: async () => Buffer.from(JSON.stringify(body)),
    stream: () => (async function* () {})(),
    gone: new AbortController().signal,
  });
  return { status: reply.status, json: JSON.parse(String(reply.body)) };
}

async function search(request: RunSearchRequest): Promise<RunSearchReply> {
  const { status, json } = await call(request);
  assert.equal(status, 200, JSON.stringify(json));
  return json as RunSearchReply;
}

describe('route of the search over runs', () => {
  let first: string;
  let second: string;
  let elsewhere: string;
  beforeEach(async () => {
    await fixture.open();
    await other.open();
    first = await fixture.createRun();
    second = await fixture.createRun();
    elsewhere = await fixture.createRun({}, await fixture.createExperiment('other'));
    await fixture.log(first, [point('loss', 0, 9), point('loss', 1, 1)]);
    await fixture.log(second, [point('loss', 0, 2)]);
  });
  afterEach(async () => {
    await fixture.close();
    await other.close();
  });

  const ids = async (request: RunSearchRequest) =>
    (await search(request)).items.map((run) => run.runId);

  it('finds runs of all experiments, or of some', async () => {
    assert.deepEqual(await ids({}), [elsewhere, second, first]);
    assert.deepEqual(await ids({ experimentIds: ['0'] }), [second, first]);
    assert.deepEqual(await ids({ filter: 'max(loss) > 5 OR loss IS NULL' }), [elsewhere, first]);
    assert.deepEqual(await ids({ orderBy: ['loss'] }), [first, second, elsewhere]);
  });

  it('pages on when runs are added', async () => {
    const page = await search({ limit: 2 });
    assert.deepEqual([page.items.length, page.more], [2, true]);
    await fixture.createRun();
    const { until } = page;
    assert.deepEqual(await ids({ limit: 2, offset: 2, until }), [first]);
  });

  it('says where a filter is wrong, and what would be right', async () => {
    const { status, json } = await call({ filter: 'loss > 1 AND none > 2' });
    const { code, text, position, valid, message } = json as SearchRefusal;
    assert.deepEqual([status, code, position], [400, 'search.invalid', 13]);
    assert.match(message, /'none'/);
    assert.ok(valid.includes('run_name'));
    assert.equal(text, 'loss > 1 AND none > 2');
  });

  it('says which term of the order is wrong', async () => {
    for (const term of ['none', 'bad.x DESC', 'loss SIDEWAYS', 'loss,']) {
      const { json } = await call({ filter: 'loss > 1', orderBy: ['loss', 'loss', term] });
      assert.equal((json as SearchRefusal).text, term);
    }
  });

  it('asks an opened folder instead', async () => {
    assert.deepEqual(await ids({ source: 'opened' }), []);
    await assert.rejects(call({ source: 'unknown' }), HttpError);
  });

  it('refuses what is no search', async () => {
    for (const body of [{ filter: 5 }, { orderBy: 'loss' }, { limit: -1 }, { offset: 'x' }]) {
      await assert.rejects(
        call(body),
        (error) => error instanceof HttpError && error.code === 'request.invalid',
      );
    }
  });
});
