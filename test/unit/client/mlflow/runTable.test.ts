// The table of runs of another server: the same answers as the store behind that server gives itself,
// as far as MLflow's REST tells them.
import assert from 'node:assert/strict';
import { tableRoutes } from '../../../../src/api/runTable';
import { parseAddress } from '../../../../src/client/mlflow/address';
import { MlflowClient } from '../../../../src/client/mlflow/mlflowClient';
import { changeRemoteRuns } from '../../../../src/client/mlflow/runChanges';
import { RemoteTable } from '../../../../src/client/mlflow/runTable';
import { Transport } from '../../../../src/client/mlflow/transport';
import { SearchError } from '../../../../src/domain/search/error';
import type {
  BulkChange,
  ColumnsReply,
  GroupsReply,
  TableReply,
  ValuesReply,
} from '../../../../src/protocol/runTable';
import { trackingRoutes } from '../../../../src/tracking/routes';
import { callRoute } from '../../../support/callRoute';
import { StoreFixture } from '../../api/fixture';

const fixture = new StoreFixture();
const RUNS = 230;

/** Requests go to the routes at once, without a network. */
class DirectTransport extends Transport {
  readonly asked: string[] = [];
  isDown = false;

  override async json({ method, path, body }: Parameters<Transport['json']>[0]) {
    this.asked.push(path);
    if (this.isDown) throw new Error('down');
    const routes = trackingRoutes({ store: fixture.store, clock: Date, newId: () => 'x' });
    const answer = await callRoute<Record<string, unknown>>(routes, `${method} ${path}`, body);
    if (answer.status === 200) return answer.body;
    throw Object.assign(new Error(String(answer.body['message'])), {
      errorCode: answer.body['error_code'],
    });
  }
}

describe('table of runs of an MLflow server', () => {
  let table: RemoteTable;
  let transport: DirectTransport;
  let ids: string[];
  const own = async <T>(route: string, body: object) => {
    const routes = tableRoutes({
      store: fixture.store,
      sources: { store: () => undefined },
      clock: Date,
      user: '',
      checkKey: () => {},
    });
    const { status, body: reply } = await callRoute<T>(routes, `POST /api/run-${route}`, body);
    assert.equal(status, 200);
    return reply;
  };

  before(async () => {
    await fixture.open();
    ids = [];
    for (let i = 0; i < RUNS; i++) {
      const parent: Record<string, string> =
        i % 10 === 1 ? { 'mlflow.parentRunId': ids[i - 1] ?? '' } : {};
      const runId = await fixture.createRun({ seed: String(i % 3), ...parent });
      ids.push(runId);
      const value = i % 7 === 0 ? Number.NaN : i % 11;
      const metrics = i % 5 === 0 ? [] : [{ key: 'loss', value, step: 0, timestamp: 1 }];
      const params = [
        { key: 'lr', value: i % 2 ? '0.1' : "it's" },
        { key: 'n', value: String(i % 4) },
      ];
      await fixture.store.commit({ type: 'run.log', runId, metrics, params, tags: [] });
    }
    await fixture.store.commit({
      type: 'run.lifecycle',
      runId: ids[5] ?? '',
      stage: 'deleted',
      time: 1,
    });
  });
  after(() => fixture.close());
  beforeEach(() => {
    transport = new DirectTransport({
      address: parseAddress('http://127.0.0.1:1'),
      credentials: async () => undefined,
      version: '0',
    });
    const experiments = { ids: async () => ['0'], name: () => 'Default' };
    table = new RemoteTable(new MlflowClient(transport), experiments);
  });
  afterEach(() => transport.dispose());

  const columns = [
    { on: 'metric', key: 'loss', of: 'last' },
    { on: 'param', key: 'lr' },
    { on: 'tag', key: 'seed' },
  ] as const;

  it('gives windows of rows with their cells, as the server orders and filters', async () => {
    for (const request of [
      { columns },
      { columns, filter: "params.lr = '0.1'", orderBy: ['params.n DESC'] },
      { columns, nesting: 'top' as const },
      { columns, nesting: 'in' as const, parent: ids[0] ?? '' },
      { columns, runIds: [ids[9] ?? '', 'none', ids[5] ?? '', ids[2] ?? ''] },
    ]) {
      const wanted = await own<TableReply>('table', { ...request, limit: 20 });
      const page = await table.page({ ...request, limit: 20 });
      assert.deepEqual(
        page.runs.map(({ runId }) => runId),
        wanted.rows.map(({ runId }) => runId),
      );
      assert.deepEqual(page.cells, wanted.cells);
      assert.ok(page.total >= page.runs.length && page.total <= wanted.total);
    }
  });

  it('goes on where the first window was read, and asks for nothing twice', async () => {
    const first = await table.page({ columns: [], limit: 100 });
    assert.equal(first.total, 101);
    const late = await fixture.createRun({ seed: 'late' });
    const { until } = first;
    const second = await table.page({ columns: [], limit: 100, offset: 100, until });
    const again = await table.page({ columns: [], limit: 50, offset: 50, until });
    assert.equal(transport.asked.length, 2);
    const seen = [...first.runs, ...second.runs].map(({ runId }) => runId);
    assert.equal(new Set(seen).size, 200);
    assert.deepEqual(
      again.runs.map(({ runId }) => runId),
      seen.slice(50, 100),
    );
    const fresh = await table.page({ columns: [], limit: 1 });
    assert.equal(fresh.runs[0]?.runId, late);
    await fixture.store.commit({ type: 'run.lifecycle', runId: late, stage: 'deleted', time: 1 });
  });

  it('computes columns, values and groups over the runs it read', async () => {
    const some = { runIds: ids.slice(0, 3) };
    for (const request of [{}, { filter: "params.lr = '0.1'" }, some]) {
      assert.deepEqual(await table.columns(request), await own<ColumnsReply>('columns', request));
    }
    for (const request of [
      { on: 'param', key: 'n' },
      { on: 'tag', key: 'seed', prefix: '1' },
      { on: 'attribute', key: 'status', prefix: 'r' },
    ] as const) {
      assert.deepEqual(await table.values(request), await own<ValuesReply>('values', request));
    }
    for (const more of [
      {},
      { orderBy: { metric: 0, descending: true } },
      { limit: 2, offset: 1 },
    ]) {
      const by = [
        { on: 'param', key: 'lr' },
        { on: 'attribute', key: 'experiment' },
      ] as const;
      const request = { by, metrics: [columns[0]], ...more };
      const wanted = await own<GroupsReply>('groups', request);
      assert.deepEqual(trimmed(await table.groups(request)), trimmed(wanted));
    }
  });

  it('tells no extremes, which MLflow does not', async () => {
    const least = [{ on: 'metric', key: 'loss', of: 'min' }] as const;
    const { cells } = await table.page({ columns: least, limit: 3 });
    assert.deepEqual(cells, [[null, null, null]]);
  });

  it('refuses what is no filter with its place, and goes on after a failure', async () => {
    await assert.rejects(table.page({ columns: [], filter: 'metrics.loss >' }), SearchError);
    const broken = { columns: [], filter: 'none > 1' };
    await assert.rejects(table.page(broken));
    const { until } = await table.page({ columns: [], limit: 100 });
    transport.isDown = true;
    const next = { columns: [], limit: 100, offset: 100, until };
    await assert.rejects(table.page(next), /down/);
    transport.isDown = false;
    assert.equal((await table.page(next)).runs.length, 100);
  });
});

describe('changes of many runs of an MLflow server', () => {
  let client: MlflowClient;
  let transport: DirectTransport;
  let ids: string[];
  beforeEach(async () => {
    await fixture.open();
    ids = [];
    for (const team of ['a', 'b', 'a']) ids.push(await fixture.createRun({ team }));
    transport = new DirectTransport({
      address: parseAddress('http://127.0.0.1:1'),
      credentials: async () => undefined,
      version: '0',
    });
    client = new MlflowClient(transport);
  });
  afterEach(async () => {
    client.dispose();
    await fixture.close();
  });

  const change = async (runs: readonly string[], what: BulkChange) => {
    const table = new RemoteTable(client, { ids: async () => ['0'], name: () => '' });
    const told: string[] = [];
    const onChanged = ({ runId }: { runId: string }) => told.push(runId);
    const chosen = await table.chosen(runs);
    const reply = await changeRemoteRuns(client, { runs: chosen, change: what, onChanged });
    assert.deepEqual(told.sort(), [...reply.runIds].sort());
    return reply;
  };
  const tags = () => ids.map((runId) => fixture.store.runs.tag(runId, 'team'));

  it('tag, untag and undo, only where something changes', async () => {
    const reply = await change(ids, { do: 'tag', key: 'team', value: 'a' });
    assert.deepEqual(reply, { runIds: [ids[1]], before: [{ runId: ids[1], value: 'b' }] });
    const removed = await change(ids, { do: 'untag', key: 'team' });
    assert.deepEqual(tags(), [undefined, undefined, undefined]);
    for (const { before = [] } of [removed, reply])
      await change(ids, { do: 'retag', key: 'team', before });
    assert.deepEqual(tags(), ['a', 'b', 'a']);
  });

  it('delete and restore', async () => {
    const [a = '', b = ''] = ids;
    assert.deepEqual((await change([a, b], { do: 'delete' })).runIds, [a, b]);
    assert.deepEqual((await change(ids, { do: 'restore' })).runIds, [a, b]);
    assert.equal(fixture.store.trash.runCount(), 0);
  });

  it('change nothing when one is unknown, and say how far they came when one fails', async () => {
    const tag = { do: 'tag', key: 'team', value: 'z' } as const;
    await assert.rejects(change([...ids, 'nobody'], tag));
    assert.deepEqual(tags(), ['a', 'b', 'a']);
    const refused = { do: 'tag', key: 'a"b', value: 'z' } as const;
    await assert.rejects(change(ids, refused), /0 of 3 runs were changed, then:/);
  });
});

/** Sums of another order differ in the last digit. */
const trimmed = (reply: GroupsReply): unknown =>
  JSON.parse(
    JSON.stringify({ ...reply, seq: 0 }, (_, value: unknown) =>
      typeof value === 'number' ? Number(value.toPrecision(12)) : value,
    ),
  );
