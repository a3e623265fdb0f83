// A connection over real servers: start, death, resume, giving up, another version.
import { strict as assert } from 'node:assert';
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  ensureServer,
} from '../../../src/client/connection';
import { findServer } from '../../../src/client/discovery';
import { ServerClient } from '../../../src/client/http';
import { hostIdentity } from '../../../src/client/identity';
import { readLauncher, startServer } from '../../../src/client/launch';
import { discoveryFile, writePrivateFile } from '../../../src/client/state';
import type { Discovery } from '../../../src/protocol/discovery';
import type { ServerEvent } from '../../../src/protocol/events';
import { delay, eventually, Harness, type Place, SOURCE_LAUNCHER } from '../server/harness';

const harness = new Harness();
const connections: Connection[] = [];
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.dispose();
  await harness.clean();
});

const optionsOf = (place: Place): ConnectionOptions => ({
  root: place.root,
  env: place.env,
  launcher: SOURCE_LAUNCHER,
  // One that outlives its test ends by itself.
  idleMinutes: 0.5,
});

async function connect(place: Place, more: Partial<ConnectionOptions> = {}): Promise<Connection> {
  const connection = await ensureServer({ ...optionsOf(place), ...more });
  connections.push(connection);
  return connection;
}

function discoveryOf(connection: Connection): Discovery {
  if (connection.state.kind !== 'up') throw new Error(connection.state.kind);
  return connection.state.discovery;
}

const isUp = (connection: Connection) => connection.state.kind === 'up';

describe('Connection', function () {
  this.timeout(40_000);

  it('starts a server and calls it; another one finds the same', async () => {
    const place = harness.place();
    const first = await connect(place);
    const info = await first.call('GET /api/info', {});
    assert.equal(info.root, place.root);
    const second = await connect(place);
    assert.equal(discoveryOf(second).pid, info.pid);
  });

  it('several starters at once share one server', async () => {
    const place = harness.place();
    const all = await Promise.all([1, 2, 3].map(() => connect(place)));
    assert.equal(new Set(all.map((one) => discoveryOf(one).pid)).size, 1);
  });

  it('a server that is killed comes back on its port, and no acknowledged point is missed', async () => {
    const place = harness.place();
    const connection = await connect(place, { watch: true });
    const states: ConnectionState['kind'][] = [];
    const events: ServerEvent[] = [];
    connection.onDidChangeState((state) => states.push(state.kind));
    connection.onEvent((event) => events.push(event));
    const before = discoveryOf(connection);
    const runId = await harness.createRun(before);
    await eventually(() => events.some((event) => event.type === 'run'));
    process.kill(before.pid, 'SIGKILL');
    await eventually(() => !isUp(connection));
    const died = performance.now();
    await eventually(() => isUp(connection), 20_000);
    const took = performance.now() - died;
    // From source the start itself takes longer than the bundle's; what must not be is a long pause.
    assert.ok(took < 8000, `${took} ms`);
    const after = discoveryOf(connection);
    assert.equal(after.port, before.port);
    assert.notEqual(after.pid, before.pid);
    assert.deepEqual(states, ['starting', 'up']);
    assert.equal((await connection.call('GET /api/runs/:runId', { runId })).runId, runId);
    // Whatever was announced was durable, so that the stream goes on or says reset; then it is live.
    events.length = 0;
    await harness.track(after, 'runs/log-metric', {
      run_id: runId,
      key: 'x',
      value: 1,
      timestamp: 1,
    });
    await eventually(() => events.some((event) => event.type === 'points'));
  });

  it('events that came before the death are not sent again, those after it are not lost', async () => {
    const place = harness.place();
    const connection = await connect(place, { watch: true });
    const seen: string[] = [];
    const resets: string[] = [];
    connection.onEvent((event) => {
      if (event.type === 'run') seen.push(event.run.name);
      if (event.type === 'reset') resets.push(event.reason);
    });
    await harness.createRun(discoveryOf(connection), 'one');
    await eventually(() => seen.includes('one'));
    // Also its position has come, so that nothing but the future is missing.
    await delay(300);
    process.kill(discoveryOf(connection).pid, 'SIGKILL');
    await eventually(() => !isUp(connection));
    await eventually(() => isUp(connection), 20_000);
    await harness.createRun(discoveryOf(connection), 'two');
    await eventually(() => seen.includes('two'));
    assert.deepEqual(resets, []);
    assert.deepEqual(
      seen.filter((name) => name === 'one'),
      ['one'],
    );
  });

  it('a call that finds the server dead brings it back and is repeated', async () => {
    const place = harness.place();
    const connection = await connect(place);
    process.kill(discoveryOf(connection).pid, 'SIGKILL');
    await eventually(async () => !(await findServer(place.root, place.env)));
    assert.equal((await connection.call('GET /api/info', {})).root, place.root);
  });

  it('three deaths within a minute stop the restarts with a message; start begins anew', async () => {
    const place = harness.place();
    const connection = await connect(place, { watch: true });
    for (let death = 1; death <= 3; death++) {
      await eventually(() => isUp(connection), 20_000);
      process.kill(discoveryOf(connection).pid, 'SIGKILL');
      await eventually(() => !isUp(connection));
    }
    await eventually(() => connection.state.kind === 'down');
    const { state } = connection;
    assert.ok(state.kind === 'down' && state.code === 'server.crashes');
    assert.match(state.message, /3 times.*server\.log/);
    await assert.rejects(connection.call('GET /api/info', {}), { code: 'server.crashes' });
    await connection.start();
    assert.equal((await connection.call('GET /api/info', {})).root, place.root);
  });

  it('restart ends the running server and starts another on the same port', async () => {
    const place = harness.place();
    const connection = await connect(place, { watch: true });
    const before = discoveryOf(connection);
    await connection.restart();
    const after = discoveryOf(connection);
    assert.notEqual(after.pid, before.pid);
    assert.equal(after.port, before.port);
    assert.equal((await connection.call('GET /api/info', {})).epoch, 2);
  });

  it('subscribers get the events of their topics from the moment it resolves', async () => {
    const connection = await connect(harness.place());
    const events: ServerEvent[] = [];
    const subscription = await connection.subscribe(['points'], (event) => events.push(event));
    const server = discoveryOf(connection);
    const runId = await harness.createRun(server);
    await harness.track(server, 'runs/log-metric', {
      run_id: runId,
      key: 'x',
      value: 1,
      timestamp: 1,
    });
    await eventually(() => events.length > 0);
    assert.ok(events.every((event) => event.type === 'points'));
    subscription.dispose();
    events.length = 0;
    await harness.track(server, 'runs/log-metric', {
      run_id: runId,
      key: 'x',
      value: 2,
      timestamp: 2,
    });
    await delay(300);
    assert.deepEqual(events, []);
  });

  it('a server of another major version is an error that names both', async () => {
    const place = harness.place();
    const server = await harness.start(place);
    const other = { ...server, version: '7.0.0', protocol: { major: 7, minor: 0 } };
    writePrivateFile(discoveryFile(place.root, place.env), JSON.stringify(other));
    await assert.rejects(connect(place), { code: 'server.version', message: /7\.0\.0.*0\.1\.0/ });
  });

  it('errors of the server keep their code and words', async () => {
    const connection = await connect(harness.place());
    await assert.rejects(connection.call('GET /api/runs/:runId', { runId: 'nope' }), {
      code: 'run.notFound',
      message: 'There is no run "nope".',
    });
  });
});

describe('startServer', function () {
  this.timeout(30_000);

  it('says why when the program is missing', async () => {
    const launcher = { ...SOURCE_LAUNCHER, runtime: '/no/such/node' };
    await assert.rejects(startServer({ ...optionsOf(harness.place()), launcher }), {
      code: 'server.start',
      message: /ENOENT/,
    });
  });

  it('gives the last words of a server that fails', async () => {
    const place = harness.place();
    const server = path.join(place.root, 'broken.cjs');
    fs.writeFileSync(server, 'console.error("out of luck"); process.exit(1);');
    await assert.rejects(
      startServer({ ...optionsOf(place), launcher: { ...SOURCE_LAUNCHER, server } }),
      { code: 'server.start', message: /code 1[\s\S]*out of luck/ },
    );
  });

  it('passes on that the folder cannot be written, and what to do', async () => {
    const place = harness.place();
    fs.writeFileSync(place.data, 'a file');
    await assert.rejects(startServer(optionsOf(place)), {
      code: 'server.unwritable',
      message: /^Runs cannot be stored: .*a file is in its place.*RUNLENS_DIR/,
    });
  });

  it('comes up when the owner of the store that does not answer has died', async () => {
    const place = harness.place();
    // As a server that was killed and whose process is not gone yet.
    const owner = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    harness.children.push(owner);
    fs.mkdirSync(place.data);
    const lock = JSON.stringify({ pid: owner.pid, host: hostIdentity() });
    fs.writeFileSync(path.join(place.data, 'lock.1'), lock);
    const starting = startServer(optionsOf(place));
    const said = `${discoveryFile(place.root, place.env)}.stderr`;
    await eventually(() =>
      fs.readFileSync(said, 'utf8').includes('The store is in use by process'),
    );
    owner.kill('SIGKILL');
    assert.equal((await starting).root, place.root);
  });

  it('gives up after a while', async () => {
    const place = harness.place();
    const server = path.join(place.root, 'silent.cjs');
    fs.writeFileSync(server, 'setTimeout(() => {}, 2000);');
    await assert.rejects(
      startServer({ ...optionsOf(place), launcher: { ...SOURCE_LAUNCHER, server }, timeout: 500 }),
      { code: 'server.start', message: /in time/ },
    );
  });
});

describe('readLauncher', () => {
  it('trusts only a file that nobody else can write', () => {
    const place = harness.place();
    fs.mkdirSync(place.state);
    const file = path.join(place.state, 'launcher.json');
    assert.equal(readLauncher(place.env), undefined);
    fs.writeFileSync(file, JSON.stringify(SOURCE_LAUNCHER));
    fs.chmodSync(file, 0o644);
    assert.deepEqual(readLauncher(place.env), SOURCE_LAUNCHER);
    fs.chmodSync(file, 0o664);
    assert.throws(() => readLauncher(place.env), { code: 'discovery.foreign' });
    fs.chmodSync(file, 0o600);
    fs.writeFileSync(file, '{"runtime": 1}');
    assert.equal(readLauncher(place.env), undefined);
  });
});

describe('ServerClient', () => {
  it('says that the server is down', async () => {
    const client = new ServerClient({ port: 1, tokens: { tracking: 't', control: 'c' } });
    await assert.rejects(client.call('GET /api/info', {}), { code: 'server.down' });
    client.dispose();
  });
});
