// Many clients at once, slow ones, dying ones, and a clock that goes back: the others notice nothing.
import * as assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as net from 'node:net';
import * as path from 'node:path';
import type { Discovery } from '../../../src/protocol/discovery';
import { randomOf } from '../store/crashDisk';
import { ask, delay, eventually, Harness, type Place } from './harness';

const CLIENTS = 64;
/** A minute with `RUNLENS_SOAK_SECONDS=60`. */
const SECONDS = Number(process.env['RUNLENS_SOAK_SECONDS'] ?? 5);
/** Nobody waits longer for `/health`, whatever the others do. */
const PATIENCE_MS = 2000;

describe('clients of all kinds', function () {
  this.timeout((SECONDS + 60) * 1000);
  const harness = new Harness();
  let place: Place;
  let discovery: Discovery;

  beforeEach(async () => {
    place = harness.place();
    discovery = await harness.start(place);
  });
  afterEach(() => harness.clean());

  const authorization = () => `Bearer ${discovery.tokens.tracking}`;
  const head = (line: string, more: string) =>
    `${line} HTTP/1.1\r\nhost: 127.0.0.1:${discovery.port}\r\nauthorization: ${authorization()}\r\n${more}\r\n\r\n`;

  /** Opens a connection, sends a first part, and leaves the rest to the caller. */
  function connect(first: string): net.Socket {
    const socket = net.connect(discovery.port, '127.0.0.1');
    // The server may close on us, or we on it: both are what is tested.
    socket.on('error', () => undefined);
    socket.write(first);
    return socket;
  }

  async function expectHealth(): Promise<void> {
    const started = Date.now();
    assert.equal((await ask(discovery.port, { path: '/health' })).status, 200);
    assert.ok(Date.now() - started < PATIENCE_MS, `health took ${Date.now() - started} ms`);
  }

  async function lastStep(runId: string): Promise<number> {
    const reply = await ask(discovery.port, {
      path: `/api/2.0/mlflow/runs/get?run_id=${runId}`,
      headers: { authorization: authorization() },
    });
    const run = JSON.parse(reply.text) as { run: { data: { metrics?: { step: number }[] } } };
    return run.run.data.metrics?.[0]?.step ?? -1;
  }

  it(`${CLIENTS} that log for ${SECONDS} s: every acknowledged point is there`, async () => {
    const end = Date.now() + SECONDS * 1000;
    const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
    const logged = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, client) => {
        const runId = await harness.createRun(discovery, `client ${client}`);
        let step = 0;
        while (Date.now() < end) {
          const body = { run_id: runId, key: 'loss', value: step, timestamp: step, step };
          await post(agent, discovery, 'runs/log-metric', body);
          step++;
        }
        return { runId, step };
      }),
    );
    agent.destroy();
    for (const { runId, step } of logged) {
      assert.ok(step > 1, 'each client had its turn');
      assert.equal(await lastStep(runId), step - 1);
      const page = await ask(discovery.port, {
        path: `/api/2.0/mlflow/metrics/get-history?run_id=${runId}&metric_key=loss&max_results=50000`,
        headers: { authorization: authorization() },
      });
      const { metrics } = JSON.parse(page.text) as { metrics: { step: number }[] };
      assert.deepEqual(
        metrics.map((point) => point.step),
        [...Array(step).keys()],
      );
    }
  });

  it('slow ones, who send a byte now and then or never read, hold up nobody', async () => {
    const runId = await harness.createRun(discovery);
    const upload = head(
      `PUT /api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/slow.bin`,
      'content-length: 1000000',
    );
    const sockets = [
      ...Array.from({ length: 40 }, () => connect(upload)),
      ...Array.from({ length: 40 }, () =>
        connect('POST /api/2.0/mlflow/runs/log-metric HTTP/1.1\r\nhost: '),
      ),
      ...Array.from({ length: 40 }, () =>
        connect(
          head(
            'POST /api/2.0/mlflow/runs/log-batch',
            'content-type: application/json\r\ncontent-length: 5000',
          ),
        ),
      ),
    ];
    const big = Buffer.alloc(30_000_000, 1);
    const put = { method: 'PUT', headers: { authorization: authorization() }, body: big };
    const target = `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/big.bin`;
    assert.equal((await ask(discovery.port, { ...put, path: target })).status, 200);
    // Nobody reads what these asked for.
    for (let i = 0; i < 10; i++)
      sockets.push(connect(head(`GET ${target}`, 'connection: keep-alive')).pause());
    for (let round = 0; round < 10; round++) {
      for (const socket of sockets.slice(0, 120)) socket.write('x');
      await expectHealth();
      await harness.track(discovery, 'runs/log-metric', {
        run_id: runId,
        key: 'a',
        value: 1,
        timestamp: round,
        step: round,
      });
      await delay(50);
    }
    assert.equal(await lastStep(runId), 9);
    for (const socket of sockets) socket.destroy();
    await expectHealth();
  });

  it('dying ones leave nothing half: neither a file nor a run', async () => {
    const runId = await harness.createRun(discovery);
    const random = randomOf(7);
    for (let round = 0; round < 60; round++) {
      const part = 'x'.repeat(Math.floor(random() * 200_000));
      const kind = round % 3;
      const socket = connect(
        kind === 0
          ? head(
              `PUT /api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/f${round}.bin`,
              'content-length: 200001',
            ) + part
          : kind === 1
            ? head(
                'POST /api/2.0/mlflow/runs/create',
                'content-type: application/json\r\ncontent-length: 300000',
              ) + part
            : head(`GET /api/2.0/mlflow/runs/get?run_id=${runId}`, 'connection: keep-alive'),
      );
      await delay(random() * 15);
      socket.resetAndDestroy();
    }
    await expectHealth();
    const list = await ask(discovery.port, {
      path: `/api/2.0/mlflow/artifacts/list?run_id=${runId}`,
      headers: { authorization: authorization() },
    });
    assert.deepEqual((JSON.parse(list.text) as { files?: unknown }).files, undefined);
    const staging = path.join(place.data, 'artifacts/.staging');
    await eventually(() => !fs.existsSync(staging) || fs.readdirSync(staging).length === 0);
    const runs = await harness.track(discovery, 'runs/search', { experiment_ids: ['0'] });
    assert.equal((runs['runs'] as unknown[]).length, 1);
  });
});

describe('a clock that goes back by an hour', function () {
  this.timeout(60_000);
  const harness = new Harness();
  afterEach(() => harness.clean());

  it('takes neither the store from its owner nor points from a run', async () => {
    const place = harness.place();
    const loader = path.join(path.dirname(place.root), 'clock.mjs');
    fs.writeFileSync(
      loader,
      `const now = Date.now.bind(Date); const start = now();
       Date.now = () => now() - (now() - start > 1500 ? 3_600_000 : 0);`,
    );
    place.env['NODE_OPTIONS'] = `--import file://${loader}`;
    const discovery = await harness.start(place);
    const runId = await harness.createRun(discovery);
    for (let step = 0; step < 40; step++) {
      await harness.track(discovery, 'runs/log-metric', {
        run_id: runId,
        key: 'a',
        value: step,
        timestamp: 1,
        step,
      });
      await delay(100);
    }
    const other = harness.spawn(place);
    await new Promise((resolve) => other.once('exit', resolve));
    assert.equal((await ask(discovery.port, { path: '/health' })).status, 200);
    const run = await harness.createRun(discovery, 'later');
    assert.notEqual(run, runId);
    const reply = await harness.track(discovery, 'runs/search', { experiment_ids: ['0'] });
    assert.equal((reply['runs'] as unknown[]).length, 2);
  });
});

function post(
  agent: http.Agent,
  { port, tokens }: Discovery,
  call: string,
  body: object,
): Promise<void> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method: 'POST',
        path: `/api/2.0/mlflow/${call}`,
        headers: {
          authorization: `Bearer ${tokens.tracking}`,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        },
      },
      (response) => {
        response.resume();
        response.once('end', () =>
          response.statusCode === 200
            ? resolve()
            : reject(new Error(`${call}: ${response.statusCode}`)),
        );
      },
    );
    request.once('error', reject);
    request.end(text);
  });
}
