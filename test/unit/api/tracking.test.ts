// The control routes over experiments and runs, called as the server calls them.
import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { runRoutes } from '../../../src/api/tracking';
import { toRaw } from '../../../src/client/http';
import type { ControlRoute, ReplyOf, RequestOf } from '../../../src/protocol/control';
import { HttpError, type HttpRequest } from '../../../src/protocol/http';
import { blobPathUnder } from '../../../src/tracking/artifactPath';
import { point, StoreFixture } from './fixture';

const fixture = new StoreFixture();
/** The store of a folder that is opened in place. */
const opened = new StoreFixture();
const stopped: string[] = [];
let canStop = true;

/** A call by the contract, through the client's encoding, without a socket between. */
async function call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
  const raw = toRaw(route, request as Record<string, unknown>);
  const url = new URL(raw.path, 'http://host');
  const routes = runRoutes({
    store: fixture.store,
    clock: { now: () => 1000 },
    runFolder: blobPathUnder,
    sources: {
      store: (id) => (id === 'opened' ? opened.store : undefined),
      files: async (run, path) => [
        { path: `${path}/of ${run.info.runName}`, isDirectory: false, size: 1, file: '/a' },
      ],
    },
    stopPipeline: async (id) => {
      if (canStop) stopped.push(id);
      return canStop;
    },
  });
  const template = route.split(' ')[1]!;
  const found = routes.find((one) => one.method === raw.method && one.path === template)!;
  const values = new RegExp(`^${template.replace(/:(\w+)/g, '(?<$1>[^/]+)')}$`).exec(url.pathname);
  const query = new Map(
    [...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)]),
  );
  const reply = await found.handle({
    method: found.method,
    path: url.pathname,
    params: Object.fromEntries(
      Object.entries(values?.groups ?? {}).map(([key, text]) => [key, decodeURIComponent(text)]),
    ),
    query,
    headers: {},
    body: async () => Buffer.from(raw.body ?? ''),
    stream: () => fs.createReadStream('/dev/null'),
    gone: new AbortController().signal,
  } satisfies HttpRequest);
  return JSON.parse(String(reply.body)) as ReplyOf<R>;
}

const refused = (status: number, code: string) => (error: unknown) =>
  error instanceof HttpError && error.status === status && error.code === code;

describe('routes over experiments and runs', () => {
  beforeEach(async () => {
    stopped.length = 0;
    canStop = true;
    await fixture.open();
  });
  afterEach(() => fixture.close());

  it('lists experiments in pages with their counts', async () => {
    for (const name of ['a', 'b', 'c']) await fixture.createExperiment(name);
    const all = await call('GET /api/experiments', {});
    assert.equal(all.total, all.items.length);
    const page = await call('GET /api/experiments', { limit: 2, offset: 1 });
    assert.equal(page.total, all.total);
    assert.deepEqual(page.items, all.items.slice(1, 3));
  });

  it('lists runs without a parent, and the children of one', async () => {
    const parent = await fixture.createRun();
    const child = await fixture.createRun({ 'mlflow.parentRunId': parent });
    const other = await fixture.createRun();
    const route = 'GET /api/experiments/:experimentId/runs';
    const top = await call(route, { experimentId: '0' });
    assert.deepEqual(top.items.map((run) => run.runId).sort(), [parent, other].sort());
    assert.equal(top.items.find((run) => run.runId === parent)?.children, 1);
    const below = await call(route, { experimentId: '0', parent });
    assert.deepEqual(
      below.items.map((run) => run.runId),
      [child],
    );
    await assert.rejects(call(route, { experimentId: '77' }), refused(404, 'experiment.notFound'));
  });

  it('gives a run with its parameters, tags and metrics', async () => {
    const runId = await fixture.createRun({ team: 'vision' });
    await fixture.log(runId, [
      point('loss', 0, 3),
      point('loss', 1, -Infinity),
      point('loss', 2, 1),
    ]);
    await fixture.store.commit({
      type: 'run.log',
      runId,
      metrics: [],
      params: [{ key: 'gamma', value: '0.1' }],
      tags: [],
    });
    const run = await call('GET /api/runs/:runId', { runId });
    assert.deepEqual(run.params, [{ key: 'gamma', value: '0.1' }]);
    assert.ok(run.tags.some((tag) => tag.key === 'team' && tag.value === 'vision'));
    const [loss] = run.metrics;
    assert.deepEqual(
      [loss!.count, loss!.min!.value, loss!.max!.value, loss!.last.value],
      [3, 1, 3, 1],
    );
    assert.deepEqual(run.primaryMetric, { key: 'loss', value: 1 });
  });

  it('renames, deletes and restores', async () => {
    const runId = await fixture.createRun();
    await call('POST /api/runs/:runId/rename', { runId, name: 'baseline ✓' });
    assert.equal((await call('GET /api/runs/:runId', { runId })).name, 'baseline ✓');
    await assert.rejects(
      call('POST /api/runs/:runId/rename', { runId, name: ' ' }),
      refused(400, 'request.invalid'),
    );
    await call('POST /api/runs/:runId/delete', { runId });
    assert.equal(fixture.store.runs.info(runId)?.lifecycleStage, 'deleted');
    await call('POST /api/runs/:runId/restore', { runId });
    assert.equal(fixture.store.runs.info(runId)?.lifecycleStage, 'active');
  });

  it('stops a run: through its pipeline, else by marking it, never one that has ended', async () => {
    const plain = await fixture.createRun();
    await call('POST /api/runs/:runId/stop', { runId: plain });
    assert.deepEqual(
      [fixture.store.runs.info(plain)?.status, fixture.store.runs.info(plain)?.endTime],
      ['KILLED', 1000],
    );
    const stepRun = await fixture.createRun({ 'runlens.pipelineRunId': 'p1' });
    await call('POST /api/runs/:runId/stop', { runId: stepRun });
    assert.deepEqual(stopped, ['p1']);
    assert.equal(fixture.store.runs.info(stepRun)?.status, 'RUNNING');
    canStop = false;
    await call('POST /api/runs/:runId/stop', { runId: stepRun });
    assert.equal(fixture.store.runs.info(stepRun)?.status, 'KILLED');
    const done = await fixture.createRun();
    await fixture.store.commit({ type: 'run.update', runId: done, status: 'FINISHED', endTime: 5 });
    await call('POST /api/runs/:runId/stop', { runId: done });
    assert.equal(fixture.store.runs.info(done)?.status, 'FINISHED');
  });

  it('lists the files of a run with their places on disk', async () => {
    const runId = await fixture.createRun();
    const write = (name: string, text: string) =>
      fixture.store.blobs.write(
        blobPathUnder(`mlflow-artifacts:/0/${runId}/artifacts`, name)!,
        (async function* () {
          yield Buffer.from(text);
        })(),
      );
    await write('model/weights.bin', '12345');
    await write('notes.txt', 'hello');
    const top = await call('GET /api/runs/:runId/files', { runId });
    assert.deepEqual(
      top.items.map(({ path: name, isDirectory, size }) => [
        name,
        isDirectory,
        isDirectory || size,
      ]),
      [
        ['model', true, true],
        ['notes.txt', false, 5],
      ],
    );
    const below = await call('GET /api/runs/:runId/files', { runId, path: 'model' });
    assert.equal(below.items[0]!.path, 'model/weights.bin');
    assert.equal(fs.readFileSync(below.items[0]!.file, 'utf8'), '12345');
    assert.ok(path.isAbsolute(below.items[0]!.file));
  });

  it('a run that keeps its artifacts elsewhere has no files here', async () => {
    const runId = 'a'.repeat(32);
    await fixture.store.commit({
      type: 'run.create',
      runId,
      experimentId: '0',
      name: 's3',
      userId: 'me',
      startTime: 1,
      artifactUri: 's3://bucket/x',
      tags: [],
    });
    assert.deepEqual(await call('GET /api/runs/:runId/files', { runId }), { items: [], total: 0 });
  });

  it('asks an opened folder when the request names it, and only then', async () => {
    await opened.open();
    try {
      const experimentId = await opened.createExperiment('theirs');
      const runId = await opened.createRun({}, experimentId);
      await opened.log(runId, [point('loss', 1, 0.5)]);
      const source = 'opened';
      const { items } = await call('GET /api/experiments', { source });
      assert.ok(items.some(({ name }) => name === 'theirs'));
      const ours = await call('GET /api/experiments', {});
      assert.ok(ours.items.every(({ name }) => name !== 'theirs'));
      const runs = await call('GET /api/experiments/:experimentId/runs', { experimentId, source });
      assert.deepEqual(
        runs.items.map((run) => run.runId),
        [runId],
      );
      assert.equal((await call('GET /api/runs/:runId', { runId, source })).runId, runId);
      const files = await call('GET /api/runs/:runId/files', { runId, source, path: 'x' });
      assert.deepEqual(
        files.items.map((file) => file.path),
        ['x/of run 1'],
      );
      const { series } = await call('POST /api/series', {
        source,
        series: [{ runId, key: 'loss' }],
      });
      assert.deepEqual(series[0]?.values, [0.5]);
      await assert.rejects(call('GET /api/experiments', { source: 'closed' }), /no source/);
    } finally {
      await opened.close();
    }
  });

  it('gives series as columns, with what JSON cannot say as text', async () => {
    const runId = await fixture.createRun();
    await fixture.log(runId, [
      point('loss', 0, 1),
      point('loss', 1, Number.NaN),
      point('loss', 2, Infinity),
    ]);
    const { series } = await call('POST /api/series', {
      series: [
        { runId, key: 'loss' },
        { runId, key: 'nothing' },
        { runId: 'f'.repeat(32), key: 'loss' },
      ],
    });
    assert.deepEqual(series[0], {
      runId,
      key: 'loss',
      count: 3,
      steps: [0, 1, 2],
      timestamps: [0, 1, 2],
      values: [1, 'NaN', 'Infinity'],
    });
    for (const empty of series.slice(1)) assert.deepEqual([empty.count, empty.steps], [0, []]);
  });

  it('reduces a long series to its buckets and keeps a spike', async () => {
    const runId = await fixture.createRun();
    for (let start = 0; start < 5000; start += 1000) {
      await fixture.log(
        runId,
        Array.from({ length: 1000 }, (_, index) => {
          const step = start + index;
          return point('loss', step, step === 3333 ? 1e6 : Math.sin(step));
        }),
      );
    }
    const ask = (range: object) =>
      call('POST /api/series', { series: [{ runId, key: 'loss' }], buckets: 50, ...range });
    const whole = (await ask({})).series[0]!;
    assert.equal(whole.count, 5000);
    assert.ok(whole.steps.length <= 4 * 50);
    assert.ok(whole.values.includes(1e6));
    const part = (await ask({ fromStep: 100, toStep: 109 })).series[0]!;
    assert.deepEqual(part.steps, [100, 101, 102, 103, 104, 105, 106, 107, 108, 109]);
    const inTime = (await ask({ by: 'time' })).series[0]!;
    assert.ok(inTime.steps.length <= 4 * 50);
    assert.ok(inTime.values.includes(1e6));
    assert.deepEqual(
      inTime.timestamps,
      [...inTime.timestamps].sort((a, b) => a - b),
    );
  });

  it('refuses requests for series that make no sense', async () => {
    const bad: object[] = [
      {},
      { series: 'all' },
      { series: [{ runId: 1, key: 'x' }] },
      { series: [], buckets: 0 },
      { series: [], fromStep: 0.5 },
      { series: [], by: 'value' },
      { series: [], toTime: 'now' },
      { series: Array.from({ length: 1001 }, () => ({ runId: 'a', key: 'b' })) },
    ];
    for (const request of bad) {
      await assert.rejects(
        call('POST /api/series', request as RequestOf<'POST /api/series'>),
        refused(400, 'request.invalid'),
        JSON.stringify(request).slice(0, 80),
      );
    }
  });
});
