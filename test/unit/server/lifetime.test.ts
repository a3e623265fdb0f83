// Start, death, restart and the end of real server processes.
import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { findServer } from '../../../src/client/discovery';
import { discoveryFile } from '../../../src/client/state';
import { SERVER_EXIT } from '../../../src/protocol/discovery';
import { ask, delay, eventually, exitOf, Harness, output } from './harness';

const harness = new Harness();
afterEach(() => harness.clean());
const lastChild = () => harness.children.at(-1)!;

describe('the server process', () => {
  it('says its version', async () => {
    const child = harness.spawn(harness.place(), ['--version']);
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
    });
    assert.equal(await exitOf(child), 0);
    const { version } = JSON.parse(fs.readFileSync('package.json', 'utf8'));
    assert.equal(text.trim(), version);
  });

  it('explains wrong arguments', async () => {
    for (const args of [
      ['--colour'],
      ['--port', 'x'],
      ['--port', '70000'],
      ['--idle-minutes', '-'],
    ]) {
      const child = harness.spawn(harness.place(), args);
      const said = output(child);
      assert.equal(await exitOf(child), SERVER_EXIT.usage);
      assert.match(await said, /--root/);
    }
  });

  it('writes a discovery file that only this user can read', async () => {
    const place = harness.place();
    const server = await harness.start(place);
    const status = fs.statSync(discoveryFile(place.root, place.env));
    if (process.platform !== 'win32') assert.equal(status.mode & 0o777, 0o600);
    assert.equal(server.root, place.root);
    assert.equal(server.data, place.data);
    assert.notEqual(server.tokens.control, server.tokens.tracking);
  });

  it('after kill -9 the next one has the same port and tokens, and every acknowledged run', async () => {
    const place = harness.place();
    const first = await harness.start(place);
    const runId = await harness.createRun(first);
    lastChild().kill('SIGKILL');
    await exitOf(lastChild());
    assert.equal(await findServer(place.root, place.env), undefined);
    const started = Date.now();
    const second = await harness.start(place);
    assert.ok(Date.now() - started < 10_000, 'the lock of a dead process is taken at once');
    assert.equal(second.port, first.port);
    assert.deepEqual(second.tokens, first.tokens);
    assert.equal(second.challengeKey, first.challengeKey);
    const detail = await harness.client(second).call('GET /api/runs/:runId', { runId });
    assert.equal(detail.name, 'a run');
  });

  it('killed at random moments under load, it keeps every acknowledged point', async () => {
    const place = harness.place();
    let server = await harness.start(place);
    const runId = await harness.createRun(server);
    let acknowledged = 0;
    for (let round = 0; round < 4; round++) {
      const child = lastChild();
      const killed = delay(20 + Math.random() * 200).then(() => child.kill('SIGKILL'));
      const client = harness.client(server);
      for (let isUp = true; isUp; ) {
        const timestamp = acknowledged + 1;
        const reply = await client
          .send({
            method: 'POST',
            path: '/api/2.0/mlflow/runs/log-metric',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ run_id: runId, key: 'x', value: 1, timestamp, step: timestamp }),
          })
          .catch(() => undefined);
        isUp = reply?.status === 200;
        if (isUp) acknowledged++;
      }
      await killed;
      await exitOf(child);
      server = await harness.start(place);
      const { series } = await harness
        .client(server)
        .call('POST /api/series', { series: [{ runId, key: 'x' }], buckets: 20_000 });
      // The one in flight may have been kept or not; it is sent again with the same step.
      const steps = series[0]!.steps.filter((step) => step <= acknowledged);
      assert.equal(steps.length, acknowledged);
      assert.ok(series[0]!.count >= acknowledged);
    }
    assert.ok(acknowledged > 20, `only ${acknowledged} points were sent`);
  }).timeout(60_000);

  it('when the port is taken it has another one and other tokens', async () => {
    const place = harness.place();
    const first = await harness.start(place);
    lastChild().kill('SIGKILL');
    await exitOf(lastChild());
    const squatter = net.createServer();
    await new Promise<void>((resolve) => squatter.listen(first.port, '127.0.0.1', resolve));
    const second = await harness.start(place);
    squatter.close();
    assert.notEqual(second.port, first.port);
    for (const token of ['tracking', 'control'] as const) {
      assert.notEqual(second.tokens[token], first.tokens[token]);
    }
    assert.notEqual(second.challengeKey, first.challengeKey);
  });

  it('a port that was asked for and is taken is an error', async () => {
    const squatter = net.createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as net.AddressInfo;
    const child = harness.spawn(harness.place(), ['--port', String(port)]);
    const said = output(child);
    assert.equal(await exitOf(child), SERVER_EXIT.failed);
    assert.match(await said, new RegExp(`Port ${port} is in use`));
    squatter.close();
  });

  it('ends well on SIGTERM: answers what is in flight, writes a snapshot, frees the lock', async () => {
    const place = harness.place();
    const server = await harness.start(place);
    await harness.createRun(server);
    const child = lastChild();
    const answers = Array.from({ length: 20 }, () =>
      ask(server.port, {
        path: '/api/2.0/mlflow/experiments/search?max_results=1',
        headers: { authorization: `Bearer ${server.tokens.tracking}` },
      }),
    );
    const settled = Promise.allSettled(answers);
    await answers[0];
    child.kill('SIGTERM');
    assert.equal(await exitOf(child), SERVER_EXIT.ok);
    for (const answer of await settled) {
      // One that came too late is refused as a whole, never answered in part.
      if (answer.status === 'fulfilled') assert.equal(answer.value.status, 200);
    }
    const names = fs.readdirSync(path.join(place.data, 'store'));
    assert.ok(
      names.some((name) => name.startsWith('snapshot')),
      names.join(),
    );
    assert.ok(fs.existsSync(path.join(place.data, 'lock.1.released')));
    await harness.start(place);
    assert.deepEqual(
      fs.readdirSync(place.data).filter((name) => name.startsWith('lock')),
      ['lock.2'],
    );
  });

  it('a request to end is answered, then it ends', async () => {
    const place = harness.place();
    const server = await harness.start(place);
    await harness.client(server).call('POST /api/shutdown', {});
    assert.equal(await exitOf(lastChild()), SERVER_EXIT.ok);
  });

  it('ends by itself when idle, not while somebody listens', async () => {
    const place = harness.place();
    const server = await harness.start(place, ['--idle-minutes', '0.01']);
    const child = lastChild();
    const stream = harness.client(server).send({ method: 'GET', path: '/events' });
    stream.catch(() => undefined);
    await delay(1500);
    assert.equal(child.exitCode, null);
    harness.disconnect();
    assert.equal(await exitOf(child), SERVER_EXIT.ok);
    assert.match(fs.readFileSync(path.join(place.data, 'logs/server.log'), 'utf8'), /ends: idle/);
  });

  it('does not end while a script has a run open', async () => {
    const place = harness.place();
    const server = await harness.start(place, ['--idle-minutes', '0.01']);
    const child = lastChild();
    const runId = await harness.createRun(server);
    await delay(1500);
    assert.equal(child.exitCode, null);
    await harness.track(server, 'runs/update', { run_id: runId, status: 'FINISHED', end_time: 2 });
    assert.equal(await exitOf(child), SERVER_EXIT.ok);
  });

  it('says what to do when the data folder cannot be made', async () => {
    const place = harness.place();
    fs.writeFileSync(place.data, 'a file');
    const child = harness.spawn(place);
    const said = output(child);
    assert.equal(await exitOf(child), SERVER_EXIT.unwritable);
    const text = (await said).trim();
    assert.match(text, /RUNLENS_DIR/);
    assert.equal(text.split('\n').length, 1, text);
  });

  it('reads a store without writing when asked to', async () => {
    const place = harness.place();
    const writer = await harness.start(place);
    const runId = await harness.createRun(writer);
    lastChild().kill('SIGTERM');
    await exitOf(lastChild());
    const before = listing(place.data);
    const reader = await harness.start(place, ['--read-only']);
    const client = harness.client(reader);
    assert.equal((await client.call('GET /api/info', {})).mode, 'readonly');
    assert.equal((await client.call('GET /api/runs/:runId', { runId })).runId, runId);
    await assert.rejects(client.call('POST /api/runs/:runId/rename', { runId, name: 'x' }), {
      code: 'store.readonly',
    });
    lastChild().kill('SIGTERM');
    assert.equal(await exitOf(lastChild()), SERVER_EXIT.ok);
    assert.deepEqual(listing(place.data), before);
  });

  it('serves an empty store read-only without making a folder', async () => {
    const place = harness.place();
    const reader = await harness.start(place, ['--read-only']);
    const page = await harness.client(reader).call('GET /api/experiments', {});
    assert.ok(page.total <= 1);
    assert.equal(fs.existsSync(place.data), false);
  });

  it('an uncaught error is logged and ends it with code 1', async () => {
    const place = harness.place();
    const broken = path.join(place.state, 'broken.cjs');
    fs.mkdirSync(place.state);
    fs.writeFileSync(broken, 'process.on("SIGUSR2", () => { throw new Error("a bug") });');
    const child = harness.spawn(place, [], ['env', `NODE_OPTIONS=--require=${broken}`]);
    await eventually(async () => (await findServer(place.root, place.env)) !== undefined, 15_000);
    process.kill((await findServer(place.root, place.env))!.pid, 'SIGUSR2');
    assert.equal(await exitOf(child), SERVER_EXIT.failed);
    const log = fs.readFileSync(path.join(place.data, 'logs/server.log'), 'utf8');
    assert.match(log, /uncaught error.*a bug/);
  });
});

function listing(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => {
      const { mtimeMs, size } = fs.statSync(path.join(folder, name));
      return `${name} ${size} ${mtimeMs}`;
    })
    .sort();
}
