// A whole server over a store that is damaged, newer than it, or on a read-only disk.
import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as path from 'node:path';
import initSqlJs from 'sql.js';
import type { ServerClient } from '../../../src/client/http';
import { type Discovery, SERVER_EXIT } from '../../../src/protocol/discovery';
import { crc32 } from '../../../src/store/crc32';
import { graph, registration, step } from '../../support/pipelines';
import { onReadOnlyDisk } from '../../support/readOnlyDisk';
import { type Answer, ask, exitOf, Harness, output, type Place } from './harness';

const harness = new Harness();
afterEach(() => harness.clean());

/** Ends the newest server: `SIGTERM` writes a snapshot, `SIGKILL` does not. */
async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const child = harness.children.at(-1)!;
  child.kill(signal);
  await exitOf(child);
  harness.disconnect();
}

/** A place with a run and a file of it, from a server that has ended with a snapshot. */
async function withRun(): Promise<{ place: Place; runId: string }> {
  const place = harness.place();
  const server = await harness.start(place);
  const runId = await harness.createRun(server, 'kept');
  assert.equal((await putFile(server, runId, 'a.txt')).status, 200);
  await end('SIGTERM');
  return { place, runId };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function putFile(server: Discovery, runId: string, name: string): Promise<Answer> {
  const path_ = `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/${name}`;
  const headers = bearer(server.tokens.tracking);
  return ask(server.port, { method: 'PUT', path: path_, headers, body: 'text' });
}

function logMetric(server: Discovery, runId: string): Promise<Answer> {
  return ask(server.port, {
    method: 'POST',
    path: '/api/2.0/mlflow/runs/log-metric',
    headers: { ...bearer(server.tokens.tracking), 'content-type': 'application/json' },
    body: JSON.stringify({ run_id: runId, key: 'x', value: 1, timestamp: 1 }),
  });
}

const register = (server: Discovery, client: ServerClient) =>
  client.send({
    method: 'POST',
    path: '/api/worker/register',
    headers: { ...bearer(server.tokens.control), 'content-type': 'application/json' },
    body: JSON.stringify(registration(graph([step('load')]))),
  });

/** Newest first. */
const snapshotsOf = ({ data }: Place): string[] =>
  fs
    .readdirSync(path.join(data, 'store'))
    .filter((name) => name.endsWith('.sqlite'))
    .sort()
    .reverse()
    .map((name) => path.join(data, 'store', name));

/** Every file under the data folder with its bytes, but the lock and the server's own log. */
function contentOf({ data }: Place): Record<string, string> {
  const names = fs
    .readdirSync(data, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(lock\.|logs\/server\.log)/.test(name))
    .filter((name) => fs.statSync(path.join(data, name)).isFile());
  return Object.fromEntries(
    names.sort().map((name) => [name, fs.readFileSync(path.join(data, name), 'base64')]),
  );
}

/** Everything that writes is refused with these words, in the form of its API. */
async function refusesWrites(server: Discovery, runId: string, words: RegExp): Promise<void> {
  const client = harness.client(server);
  for (const answer of [await logMetric(server, runId), await putFile(server, runId, 'b.txt')]) {
    assert.equal(answer.status, 403);
    const { error_code, message } = JSON.parse(answer.text);
    assert.equal(error_code, 'PERMISSION_DENIED');
    assert.match(message, words);
  }
  const renamed = client.call('POST /api/runs/:runId/rename', { runId, name: 'x' });
  await assert.rejects(renamed, { message: words });
  const refused = await register(server, client);
  assert.equal(refused.status, 403);
  assert.match(JSON.parse(refused.body.toString()).message, /^Nothing can be run\. /);
  assert.match(JSON.parse(refused.body.toString()).message, words);
}

describe('a server over a corrupt snapshot', function () {
  this.timeout(60_000);

  it('has all data from the one before, says so, and writes', async () => {
    const { place, runId } = await withRun();
    const before = await harness.start(place);
    assert.equal((await logMetric(before, runId)).status, 200);
    await end('SIGTERM');
    const [newest] = snapshotsOf(place);
    const bytes = fs.readFileSync(newest!);
    bytes[bytes.length >> 1]! ^= 0xff;
    fs.writeFileSync(newest!, bytes);

    const server = await harness.start(place);
    const client = harness.client(server);
    const { mode, reports } = await client.call('GET /api/info', {});
    assert.equal(mode, 'writable');
    assert.deepEqual(reports, [
      `The snapshot ${newest} is corrupt (its checksum is wrong); the one before it and ` +
        `the journals were used. What is left of it is kept as ${newest}.corrupt.`,
    ]);
    const run = await client.call('GET /api/runs/:runId', { runId });
    assert.deepEqual([run.name, run.metrics.map(({ key }) => key)], ['kept', ['x']]);
    assert.ok(fs.existsSync(`${newest}.corrupt`));
    await harness.createRun(server, 'after');
    assert.match(fs.readFileSync(path.join(place.data, 'logs/server.log'), 'utf8'), /is corrupt/);
  });

  it('does not start when nothing can be read, and says what to do', async () => {
    const { place } = await withRun();
    // Until no journal goes back to the start.
    for (let round = 0; round < 2; round++) {
      await harness.createRun(await harness.start(place));
      await end('SIGTERM');
    }
    for (const file of snapshotsOf(place)) fs.truncateSync(file, 9);
    const before = contentOf(place);
    const child = harness.spawn(place);
    const said = output(child);
    assert.equal(await exitOf(child), SERVER_EXIT.failed);
    const text = (await said).trim();
    assert.match(text, /^runlens: No snapshot in .* can be read.*Restore the folder from a backup/);
    assert.equal(text.split('\n').length, 1, text);
    assert.deepEqual(contentOf(place), before);
  });
});

describe('a server over a store from a newer version', function () {
  this.timeout(60_000);

  it('reads, says why it does not write, and leaves every file as it is', async () => {
    const { place, runId } = await withRun();
    const before = await harness.start(place);
    // A pipeline that was running when its server ended is not taken up either.
    assert.equal((await register(before, harness.client(before))).status, 200);
    await end('SIGTERM');
    const isRunning = await makeNewer(place);
    assert.ok(isRunning);
    const content = contentOf(place);

    const server = await harness.start(place);
    const client = harness.client(server);
    const info = await client.call('GET /api/info', {});
    assert.equal(info.mode, 'readonly');
    assert.match(info.reason ?? '', /newer version of Runlens.*Update Runlens/);
    assert.equal((await client.call('GET /api/runs/:runId', { runId })).name, 'kept');
    await refusesWrites(server, runId, /newer version of Runlens.*Update Runlens/);
    await end('SIGTERM');
    assert.deepEqual(contentOf(place), content);
  });
});

/** @returns whether the newest snapshot holds a pipeline run that is not over. */
async function makeNewer(place: Place): Promise<boolean> {
  const [newest] = snapshotsOf(place);
  const sqlite = await initSqlJs();
  const db = new sqlite.Database(fs.readFileSync(newest!));
  const active = db.exec("SELECT count(*) FROM pipeline_runs WHERE status = 'running'");
  db.exec('PRAGMA user_version = 99');
  const bytes = db.export();
  db.close();
  fs.writeFileSync(newest!, bytes);
  const manifest = newest!.replace(/\.sqlite$/, '.json');
  const told = JSON.parse(fs.readFileSync(manifest, 'utf8')) as object;
  fs.writeFileSync(manifest, JSON.stringify({ ...told, size: bytes.length, crc32: crc32(bytes) }));
  return active[0]?.values[0]?.[0] === 1;
}

describe('a server on a read-only disk', function () {
  this.timeout(60_000);
  before(function () {
    // Namespaces are Linux's.
    if (process.platform !== 'linux') this.skip();
  });

  it('without a store says in one line what cannot be written, why, and what to do', async () => {
    const place = harness.place();
    const child = harness.spawn(place, [], onReadOnlyDisk(place.root));
    const said = output(child);
    assert.equal(await exitOf(child), SERVER_EXIT.unwritable);
    assert.equal(
      await said,
      `runlens: Runs cannot be stored: ${place.data} cannot be written (the disk is read-only). ` +
        'Set the environment variable RUNLENS_DIR to a folder that can be.\n',
    );
    assert.deepEqual(fs.readdirSync(place.root), []);
  });

  it('shows an existing store, and refuses writes with the reason', async () => {
    const { place, runId } = await withRun();
    const server = await harness.start(place, [], onReadOnlyDisk(place.root));
    const client = harness.client(server);
    const { mode, reason } = await client.call('GET /api/info', {});
    assert.equal(mode, 'readonly');
    const words = /\.runlens cannot be written \(the disk is read-only\).*RUNLENS_DIR/;
    assert.match(reason ?? '', words);
    assert.equal((await client.call('GET /api/runs/:runId', { runId })).name, 'kept');
    await refusesWrites(server, runId, words);
  });

  it('after a crash shows what the journal holds', async () => {
    const place = harness.place();
    const runId = await harness.createRun(await harness.start(place), 'kept');
    await end('SIGKILL');
    const server = await harness.start(place, [], onReadOnlyDisk(place.root));
    const run = await harness.client(server).call('GET /api/runs/:runId', { runId });
    assert.equal(run.name, 'kept');
  });

  it('makes room for one that writes when the disk can be written again', async () => {
    const { place } = await withRun();
    const writableOnce = path.join(path.dirname(place.root), 'writable');
    await harness.start(place, [], onReadOnlyDisk(place.root, { writableOnce }));
    fs.writeFileSync(writableOnce, '');
    assert.equal(await exitOf(harness.children.at(-1)!), SERVER_EXIT.ok);
  });
});
