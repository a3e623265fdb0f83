// A remote MLflow server as trees, Charts page and run actions see it, held against the real one from PyPI.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { parseAddress } from '../../../../src/client/mlflow/address';
import type { Credentials } from '../../../../src/client/mlflow/credentials';
import { MlflowClient } from '../../../../src/client/mlflow/mlflowClient';
import { Transport } from '../../../../src/client/mlflow/transport';
import { RemotePort } from '../../../../src/extension/sources/remotePort';
import { ownId } from '../../../../src/extension/sources/runIds';
import { SourceSession } from '../../../../src/extension/sources/sourceSession';
import type { ServerEvent } from '../../../../src/protocol/events';
import {
  basic,
  type Door,
  guarded,
  type MlflowServer,
  openDoor,
  startMlflow,
} from '../../../support/mlflowServer.mjs';

const PYTHON = process.env['RUNLENS_TEST_PYTHON'] ?? 'python3';
const DAY = 86_400_000;

describe('a remote MLflow server', function () {
  this.timeout(120_000);
  let mlflow: MlflowServer;
  const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-remote-'));
  let vision: string;
  const closing: (() => unknown)[] = [];

  before(async () => {
    mlflow = await startMlflow(PYTHON);
    vision = await mlflow.experiment('vision', { 'mlflow.experiment.primaryMetric.name': 'loss' });
  });
  after(async () => {
    await mlflow?.dispose();
    fs.rmSync(cache, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  interface Options {
    readonly url?: string;
    readonly credentials?: Credentials;
    readonly experiments?: string;
    readonly idleMs?: number;
  }
  function open({ url = mlflow.url, credentials, experiments, idleMs = 15_000 }: Options = {}) {
    const transport = new Transport({
      address: parseAddress(url),
      credentials: async () => credentials,
      version: '0',
      limits: { idleMs },
    });
    const client = new MlflowClient(transport);
    const info = { id: 'server-x', name: 'team', kind: 'server', place: url } as const;
    const port = new RemotePort({ info, client, experiments, cache });
    const failures: unknown[] = [];
    const session = new SourceSession(port, (error) => failures.push(error));
    const events: ServerEvent[] = [];
    port.onEvent((event) => events.push(event));
    closing.push(() => session.dispose());
    return { port, session, events, failures };
  }
  async function door(admit?: Parameters<typeof openDoor>[1]): Promise<Door> {
    const opened = await openDoor(mlflow.url, admit);
    closing.push(() => opened.close());
    return opened;
  }
  const runsOf = (port: RemotePort, experimentId: string, over: object = {}) =>
    port.call('GET /api/experiments/:experimentId/runs', { experimentId, ...over });

  it('gives the table of its runs, with groups whose filters it knows, and changes many', async () => {
    const sweep = await mlflow.experiment('sweep');
    for (const [seed, loss] of [
      ['1', 3],
      ['2', 1],
      ["it's", 2],
    ] as const) {
      await mlflow.run(sweep, `seed ${seed}`, { params: { seed }, metrics: { loss: [9, loss] } });
    }
    const { port } = open();
    const scope = { experimentIds: [sweep] };
    const columns = [
      { on: 'metric', key: 'loss', of: 'last' },
      { on: 'param', key: 'seed' },
    ] as const;
    const orderBy = ['metrics.loss DESC'];
    const page = await port.call('POST /api/run-table', { ...scope, columns, orderBy, limit: 2 });
    assert.deepEqual(
      [page.cells, page.total],
      [
        [
          [3, 2],
          ['1', "it's"],
        ],
        3,
      ],
    );
    assert.ok(page.rows.every(({ runId }) => runId.startsWith('server-x:')));
    const by = [columns[1]];
    const { groups } = await port.call('POST /api/run-groups', { ...scope, by, metrics: [] });
    for (const { filter, values } of groups) {
      const found = await port.call('POST /api/run-table', { ...scope, columns, filter });
      assert.deepEqual(found.cells[1], values, filter);
    }
    const runIds = page.rows.map(({ runId }) => runId);
    const tag = { do: 'tag', key: 'best', value: 'yes' } as const;
    const reply = await port.call('POST /api/run-changes', { runs: runIds, change: tag });
    assert.deepEqual([...reply.runIds].sort(), [...runIds].sort());
    const tagged = await port.call('POST /api/run-columns', scope);
    assert.equal(tagged.tags.find(({ key }) => key === 'best')?.runs, 2);
    const before = reply.before ?? [];
    const undo = { do: 'retag', key: 'best', before } as const;
    await port.call('POST /api/run-changes', { runs: reply.runIds, change: undo });
    const after = await port.call('POST /api/run-values', { ...scope, on: 'tag', key: 'best' });
    assert.deepEqual(after.values, []);
  });

  it('lists its experiments, all or those of the filter', async () => {
    const { session, failures } = open();
    assert.equal((await session.ready()).kind, 'up');
    await session.loadExperiments();
    const names = session.experiments.experiments.map(({ name }) => name);
    assert.ok(names.includes('vision') && names.includes('Default'), names.join());
    const some = open({ experiments: "name = 'vision'" });
    await some.session.ready();
    const { items } = await some.port.call('GET /api/experiments', {});
    assert.deepEqual(
      items.map(({ name, runs }) => ({ name, runs })),
      [{ name: 'vision', runs: undefined }],
    );
    assert.deepEqual(failures, []);
  });

  it('answers a run with its values, its main metric first', async () => {
    const id = await mlflow.run(vision, 'values', {
      metrics: { accuracy: [0.1, 0.9], loss: [3, 'NaN', 1, 'Infinity'] },
      params: { lr: '0.1' },
      tags: { note: 'x' },
    });
    const { port, session } = open();
    await session.ready();
    const { items } = await runsOf(port, vision);
    const row = items.find(({ runId }) => ownId(runId) === id)!;
    assert.equal(row.runId, `server-x:${id}`);
    assert.equal(row.primaryMetric?.key, 'loss');
    assert.deepEqual([row.name, row.status, row.children], ['values', 'FINISHED', 0]);
    const detail = await port.call('GET /api/runs/:runId', { runId: row.runId });
    assert.deepEqual(detail.params, [{ key: 'lr', value: '0.1' }]);
    assert.equal(detail.tags.find(({ key }) => key === 'note')?.value, 'x');
    assert.deepEqual(
      detail.metrics.map(({ key, count, last }) => [key, count, last.step]),
      [
        ['accuracy', undefined, 1],
        ['loss', undefined, 3],
      ],
    );
  });

  describe('with many runs', () => {
    let many: string;
    const names = Array.from({ length: 23 }, (_, index) => `run ${index}`);
    before(async () => {
      many = await mlflow.experiment('many');
      const now = Date.now();
      for (const [index, name] of names.entries()) {
        const outer = await mlflow.run(many, name, { startTime: now - index * 1000 });
        if (index % 5 === 0) {
          const tags = { 'mlflow.parentRunId': outer };
          await mlflow.run(many, `${name} inner`, { startTime: now - index * 1000 + 500, tags });
        }
      }
      await mlflow.run(many, 'old and running', { startTime: now - DAY, end: '' });
    });

    async function readAll(port: RemotePort, limit: number) {
      const seen: string[] = [];
      for (let more = true; more; ) {
        assert.ok(seen.length < 100, 'the pages have no end');
        const before = seen.length;
        const { items, total } = await runsOf(port, many, { limit, offset: seen.length });
        seen.push(...items.map(({ name }) => name));
        more = total > seen.length;
        assert.ok(seen.length > before || !more, 'an empty page promises more');
      }
      return seen;
    }

    it('gives each once, page by page, and what is running with the first', async () => {
      const { port, session } = open();
      await session.ready();
      const first = await runsOf(port, many, { limit: 10 });
      assert.ok(first.items.some(({ name }) => name === 'old and running'));
      assert.equal(first.total, first.items.length + 1);
      const seen = new Set(await readAll(port, 10));
      assert.deepEqual([...seen].sort(), [...names, 'old and running'].sort());
    });

    it('does the same for a server that knows no IS NULL', async () => {
      const old = await door((request, response) => {
        if (request.method !== 'POST' || !request.url?.endsWith('runs/search')) return false;
        return refuseNull(request, response, mlflow.url);
      });
      const { port, session } = open({ url: old.url });
      await session.ready();
      const seen = new Set(await readAll(port, 4));
      assert.deepEqual([...seen].sort(), [...names, 'old and running'].sort());
    });

    it('finds the children of a run', async () => {
      const { port, session } = open();
      await session.ready();
      const { items } = await runsOf(port, many, { limit: 50 });
      const outer = items.find(({ name }) => name === 'run 5')!;
      assert.equal((await port.call('GET /api/runs/:runId', { runId: outer.runId })).children, 1);
      const inner = await runsOf(port, many, { parent: outer.runId });
      assert.deepEqual(
        inner.items.map(({ name, parentRunId }) => [name, parentRunId]),
        [['run 5 inner', outer.runId]],
      );
      const plain = items.find(({ name }) => name === 'run 6')!;
      assert.equal((await port.call('GET /api/runs/:runId', { runId: plain.runId })).children, 0);
    });

    it('shows them through the session that the tree uses', async () => {
      const { session, failures } = open();
      await session.ready();
      await session.loadExperiments();
      await session.loadRuns({ experimentId: many }, 10);
      await session.loadMoreRuns({ experimentId: many });
      const list = session.experiments.list({ experimentId: many })!;
      assert.deepEqual([list.rows.length, list.more], [24, false]);
      assert.equal(list.rows[0]!.name, 'old and running');
      assert.deepEqual(failures, []);
    });
  });

  it('draws a long series without losing a spike, and reads it once', async () => {
    const values = Array.from({ length: 6000 }, (_, step) => (step === 3333 ? 99 : Math.sin(step)));
    const id = await mlflow.run(vision, 'long', { metrics: { wave: values } });
    const counted = await door();
    const { port, session } = open({ url: counted.url });
    await session.ready();
    const series = [{ runId: `server-x:${id}`, key: 'wave' }];
    const [columns] = (await port.call('POST /api/series', { series, buckets: 100 })).series;
    assert.equal(columns!.count, 6000);
    assert.ok(columns!.steps.length <= 400, String(columns!.steps.length));
    assert.ok(columns!.values.includes(99), 'the spike is there');
    const asked = counted.requests.length;
    const zoom = { series, buckets: 100, fromStep: 3330, toStep: 3340 };
    const [part] = (await port.call('POST /api/series', zoom)).series;
    assert.deepEqual(
      part!.steps,
      [3330, 3331, 3332, 3333, 3334, 3335, 3336, 3337, 3338, 3339, 3340],
    );
    assert.equal(counted.requests.length, asked, 'from what was read');
  });

  it('notices new runs, points, renames and deletions while someone looks', async () => {
    const experiment = await mlflow.experiment('live');
    const id = await mlflow.run(experiment, 'growing', { metrics: { loss: [3] }, end: '' });
    const doomed = await mlflow.run(experiment, 'doomed');
    const { port, session, events } = open();
    await session.ready();
    await session.loadExperiments();
    await session.loadRuns({ experimentId: experiment });
    const runId = `server-x:${id}`;
    await session.ensureDetail(runId);
    const before = port.revisionOf(runId, 'loss');
    const point = { run_id: id, key: 'loss', value: 2, step: 1, timestamp: Date.now() };
    await mlflow.api('runs/log-metric', point);
    await mlflow.run(experiment, 'fresh');
    await mlflow.api('runs/delete', { run_id: doomed });
    events.length = 0;
    await port.retry();
    const { rows } = session.experiments.list({ experimentId: experiment })!;
    assert.deepEqual(rows.map(({ name }) => name).sort(), ['fresh', 'growing']);
    assert.equal(session.experiments.detail(runId)!.metrics[0]!.last.value, 2);
    assert.ok(port.revisionOf(runId, 'loss') > before);
    events.length = 0;
    await port.retry();
    assert.deepEqual(events, [], 'no news, no events');
  });

  it('renames, tags, deletes and restores where the server allows', async () => {
    const id = await mlflow.run(vision, 'first name');
    const { port, session } = open();
    await session.ready();
    const runId = `server-x:${id}`;
    await session.locate(runId);
    await session.call('POST /api/runs/:runId/rename', { runId, name: 'second name' });
    assert.equal(session.experiments.run(runId)!.name, 'second name');
    const edit = { runId, what: 'tag', key: 'owner' } as const;
    await session.call('POST /api/runs/:runId/edit', { ...edit, value: 'ada' });
    assert.equal((await mlflowTags(id))['owner'], 'ada');
    await session.call('POST /api/runs/:runId/edit', { ...edit, value: null });
    assert.equal((await mlflowTags(id))['owner'], undefined);
    await session.call('POST /api/runs/:runId/delete', { runId });
    const listed = () => session.experiments.list({ experimentId: vision })!.rows;
    assert.ok(!listed().some((row) => row.runId === runId));
    await session.call('POST /api/runs/:runId/restore', { runId });
    assert.ok(listed().some((row) => row.runId === runId));
    const param = { runId, what: 'param', key: 'lr', value: '1' } as const;
    await assert.rejects(port.call('POST /api/runs/:runId/edit', param), /cannot be changed/);
    await assert.rejects(port.call('POST /api/runs/:runId/stop', { runId }), /cannot do this/);
    assert.equal(port.status.kind, 'up', 'a refusal is no failure of the server');
  });
  const mlflowTags = async (id: string): Promise<Record<string, string>> => {
    const { run } = await mlflow.api(`runs/get?run_id=${id}`);
    const tags: { key: string; value: string }[] = run.data.tags;
    return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
  };

  it('brings an artifact here, whole, and refuses one that is too large or unsafe', async () => {
    const id = await mlflow.run(vision, 'files');
    await mlflow.artifact(id, 'plots/a b.txt', 'hello');
    const { port, session } = open();
    await session.ready();
    const runId = `server-x:${id}`;
    const top = await port.call('GET /api/runs/:runId/files', { runId });
    assert.deepEqual(
      top.items.map(({ path: name, isDirectory }) => [name, isDirectory]),
      [['plots', true]],
    );
    const below = await port.call('GET /api/runs/:runId/files', { runId, path: 'plots' });
    const seen: number[] = [];
    const signal = new AbortController().signal;
    const file = await port.fetchFile(runId, below.items[0]!, {
      signal,
      onProgress: (bytes) => seen.push(bytes),
    });
    assert.equal(fs.readFileSync(file, 'utf8'), 'hello');
    assert.equal(file, below.items[0]!.file);
    assert.deepEqual(seen, [5]);
    const cancelled = AbortSignal.abort();
    await assert.rejects(
      port.fetchFile(runId, below.items[0]!, { signal: cancelled, onProgress: () => undefined }),
      { code: 'remote.cancelled' },
    );
    const evil = { ...below.items[0]!, path: '../../evil' };
    await assert.rejects(port.fetchFile(runId, evil, { signal, onProgress: () => undefined }), {
      code: 'remote.refused',
    });
    assert.deepEqual(fs.readdirSync(path.dirname(file)), ['a b.txt'], 'no half of a file is left');
  });

  describe('behind a sign-in', () => {
    const right = { kind: 'basic', user: 'ada', password: 'secret' } as const;

    it('says that it wants one, and lets the right one in', async () => {
      const closed = await door(guarded(basic('ada', 'secret')));
      const none = open({ url: closed.url });
      await none.session.ready();
      assert.equal(none.port.status.kind, 'unauthorised');
      const wrong = open({ url: closed.url, credentials: { ...right, password: 'no' } });
      await wrong.session.ready();
      assert.equal(wrong.port.status.kind, 'unauthorised');
      const good = open({ url: closed.url, credentials: right });
      await good.session.ready();
      assert.equal(good.port.status.kind, 'up');
    });

    it('takes a token', async () => {
      const closed = await door(guarded('Bearer t1'));
      const { port, session } = open({
        url: closed.url,
        credentials: { kind: 'token', token: 't1' },
      });
      await session.ready();
      assert.equal(port.status.kind, 'up');
    });

    it('notices when the sign-in is no longer taken', async () => {
      let isOpen = true;
      const closed = await door((request, response, own) =>
        isOpen ? false : guarded('never')(request, response, own),
      );
      const { port, session } = open({ url: closed.url, credentials: right });
      await session.ready();
      isOpen = false;
      await assert.rejects(runsOf(port, vision));
      assert.equal(port.status.kind, 'unauthorised');
    });

    it('does not follow a redirect with it', async () => {
      const other = await openDoor(mlflow.url);
      closing.push(() => other.close());
      const moved = await door((request, response) => {
        request.resume();
        response.writeHead(307, { location: `${other.url}${request.url}` }).end();
        return true;
      });
      const { port, session } = open({ url: moved.url, credentials: right });
      await session.ready();
      assert.equal(port.status.kind, 'wrong');
      assert.match('message' in port.status ? port.status.message : '', /redirects to http/);
      assert.deepEqual(other.requests, [], 'nothing reached the other origin');
    });
  });

  it('says so when it is no MLflow server, or too old a one', async () => {
    const web = await door((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Hello</html>');
      return true;
    });
    const page = open({ url: web.url });
    await page.session.ready();
    assert.match('message' in page.port.status ? page.port.status.message : '', /no MLflow server/);
    const old = await door((request, response) => {
      request.resume();
      const isVersion = request.url === '/version';
      response.writeHead(isVersion ? 200 : 404).end(isVersion ? '1.20.2' : 'Not found');
      return true;
    });
    const ancient = open({ url: old.url });
    await ancient.session.ready();
    assert.equal(ancient.port.status.kind, 'wrong');
    assert.match(
      'message' in ancient.port.status ? ancient.port.status.message : '',
      /1\.20\.2.*1\.28/,
    );
  });

  it('gives up on a slow server in time, and not on what another part has read', async () => {
    const slow = await door();
    const { port, session } = open({ url: slow.url, idleMs: 1500 });
    await session.ready();
    await session.loadExperiments();
    slow.delayMs = 20_000;
    const started = Date.now();
    await assert.rejects(runsOf(port, vision), { code: 'remote.unreachable' });
    assert.ok(Date.now() - started < 4000);
    assert.equal(port.status.kind, 'unreachable');
    assert.ok(session.experiments.experiments.length > 0, 'what was read stays');
  });

  it('shows a stopped server as such and comes back with it', async () => {
    const { port, session } = open();
    session.watch('test', true);
    await session.ready();
    await session.loadExperiments();
    await mlflow.stop();
    await assert.rejects(runsOf(port, vision), { code: 'remote.unreachable' });
    const { status } = port;
    assert.ok(status.kind === 'unreachable' && status.retryAt > Date.now() - 2000);
    assert.equal(session.state.kind, 'down');
    await mlflow.start();
    await eventually(() => port.status.kind === 'up');
    assert.ok((await runsOf(port, vision)).items.length > 0);
  });
});

/** As servers before 3.9 answer to a filter with IS NULL; all else goes on to the server. */
function refuseNull(
  request: Parameters<NonNullable<Parameters<typeof openDoor>[1]>>[0],
  response: Parameters<NonNullable<Parameters<typeof openDoor>[1]>>[1],
  url: string,
): boolean {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    const body = Buffer.concat(chunks).toString('utf8');
    if (/IS NULL/.test(body)) {
      const error = { error_code: 'INVALID_PARAMETER_VALUE', message: 'Invalid clause' };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(error));
      return;
    }
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${request.url}`, { method: 'POST', headers, body });
    response.writeHead(answer.status, headers).end(await answer.text());
  });
  return true;
}

async function eventually(isTrue: () => boolean, within = 60_000): Promise<void> {
  const end = Date.now() + within;
  while (!isTrue()) {
    assert.ok(Date.now() < end, 'it did not come true');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
