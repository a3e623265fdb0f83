// `server --serve` as a process: who gets in over the network, what it prints, logs, and how it ends.
import { strict as assert } from 'node:assert';
import type { ChildProcess } from 'node:child_process';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as path from 'node:path';
import { readDiscovery } from '../../../src/client/discovery';
import type { Discovery } from '../../../src/protocol/discovery';
import { parseServerArgs } from '../../../src/server/args';
import { ask, delay, eventually, exitOf, Harness, output, type Place } from './harness';

const harness = new Harness();
after(() => harness.clean());

const [READ, WRITE] = ['read-token-'.padEnd(32, 'r'), 'write-token-'.padEnd(32, 'w')];
const SEARCH = '/api/2.0/mlflow/experiments/search?max_results=5';
const JSON_TYPE = { 'content-type': 'application/json' };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

interface Served {
  readonly place: Place;
  readonly discovery: Discovery;
  readonly child: ChildProcess;
  readonly tokens: string;
  readonly log: string;
  readonly printed: () => string;
}

async function serve(...args: readonly string[]): Promise<Served> {
  const place = harness.place();
  const tokens = path.join(place.root, 'tokens');
  const log = path.join(place.root, 'access.log');
  fs.writeFileSync(tokens, `ci read ${READ}\nanna write ${WRITE}\n`, { mode: 0o600 });
  let printed = '';
  const started = harness.start(place, [
    '--serve',
    '--port',
    '0',
    '--tokens',
    tokens,
    '--access-log',
    log,
    ...args,
  ]);
  const child = harness.children.at(-1)!;
  child.stdout?.on('data', (part) => {
    printed += part;
  });
  return { place, discovery: await started, child, tokens, log, printed: () => printed };
}

describe('arguments of a server for others', () => {
  const refused: [string, string[], RegExp][] = [
    ['beyond loopback without tokens', ['--host', '0.0.0.0'], /needs --tokens/],
    ['another address without tokens', ['--host', '10.0.0.1'], /needs --tokens/],
    ['a name without tokens', ['--host', 'example.org'], /needs --tokens/],
    ['a host that is no name', ['--allowed-hosts', 'a b'], /allowed-hosts/],
    ['an origin with a path', ['--allowed-origins', 'https://a.example/x'], /allowed-origins/],
    ['every origin', ['--allowed-origins', '*'], /allowed-origins/],
    ['no connection', ['--max-connections', '0'], /max-connections/],
    ['a size that is no number', ['--max-request-mb', '1e3'], /max-request-mb/],
  ];
  for (const [name, args, message] of refused) {
    it(`are refused: ${name}`, () => {
      assert.throws(() => parseServerArgs(['--root', '/', '--serve', ...args]), {
        code: 'server.usage',
        message,
      });
    });
  }
  it('are refused without --serve', () => {
    assert.throws(() => parseServerArgs(['--root', '/', '--host', '0.0.0.0']), /needs --serve/);
  });
  it('have defaults: port 5000, this machine, no idle end', () => {
    const { port, idleMs, serve: options } = parseServerArgs(['--root', '/', '--serve']);
    assert.deepEqual([port, idleMs], [5000, Number.POSITIVE_INFINITY]);
    assert.equal(options?.host, '127.0.0.1');
    assert.equal(options?.maxRequestBytes, 10_240 * 1024 * 1024);
  });
});

describe('a server for a team', () => {
  let served: Served;
  let port: number;
  before(async () => {
    served = await serve(
      '--host',
      '0.0.0.0',
      '--allowed-hosts',
      'runs.example.org',
      '--allowed-origins',
      'https://app.example.org',
      '--max-request-mb',
      '1',
    );
    port = served.discovery.port;
  });
  const from = (token: string, more: Record<string, string> = {}) => ({
    host: 'runs.example.org',
    ...bearer(token),
    ...more,
  });
  const create = (token: string, name: string) =>
    ask(port, {
      method: 'POST',
      path: '/api/2.0/mlflow/experiments/create',
      headers: from(token, JSON_TYPE),
      body: JSON.stringify({ name }),
    });

  it('prints its address and what to type, and no token', () => {
    assert.match(
      served.printed(),
      new RegExp(`^export MLFLOW_TRACKING_URI=http://.+:${port}$`, 'm'),
    );
    assert.match(served.printed(), /^export MLFLOW_TRACKING_USERNAME=runlens$/m);
    for (const secret of [READ, WRITE, served.discovery.tokens.tracking]) {
      assert.ok(!served.printed().includes(secret));
    }
  });

  it('lets a read token read and a write token write', async () => {
    assert.equal((await ask(port, { path: SEARCH, headers: from(READ) })).status, 200);
    const refused = await create(READ, 'by ci');
    assert.equal(refused.status, 403);
    assert.deepEqual(JSON.parse(refused.text).error_code, 'PERMISSION_DENIED');
    assert.match(refused.text, /token of ci may read only/);
    assert.equal((await create(WRITE, 'by anna')).status, 200);
  });

  it('keeps what runs code for programs of its machine', async () => {
    const asked = { path: '/api/info', headers: from(WRITE) };
    assert.equal((await ask(port, asked)).status, 403);
    const { control } = served.discovery.tokens;
    assert.equal((await ask(port, { ...asked, headers: from(control) })).status, 401);
    const near = { host: `127.0.0.1:${port}`, ...bearer(control) };
    assert.equal((await ask(port, { ...asked, headers: near })).status, 200);
  });

  it('refuses foreign names and pages, and answers allowed pages', async () => {
    const evil = await ask(port, { path: SEARCH, headers: from(READ, { host: 'evil.example' }) });
    assert.equal(evil.status, 403);
    const foreign = from(READ, { origin: 'https://evil.example' });
    assert.equal((await ask(port, { path: SEARCH, headers: foreign })).status, 403);
    const allowed = from(READ, { origin: 'https://app.example.org' });
    const answer = await ask(port, { path: SEARCH, headers: allowed });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['access-control-allow-origin'], 'https://app.example.org');
    const preflight = {
      method: 'OPTIONS',
      path: SEARCH,
      headers: { host: 'runs.example.org', origin: 'https://app.example.org' },
    };
    assert.equal((await ask(port, preflight)).status, 204);
  });

  it('tells a load balancer its health under any name, and proves nothing to it', async () => {
    const headers = { host: '10.1.2.3:80', 'x-runlens-nonce': 'ab' };
    const { status, text, headers: got } = await ask(port, { path: '/health', headers });
    assert.deepEqual([status, text, got['x-runlens-proof']], [200, 'OK', undefined]);
  });

  it('refuses an upload above the limit', async () => {
    const put = (size: number) =>
      ask(port, {
        method: 'PUT',
        path: '/api/2.0/mlflow-artifacts/artifacts/0/ab/artifacts/x',
        headers: from(WRITE),
        body: Buffer.alloc(size),
      });
    assert.equal((await put(1024 * 1024 + 1)).status, 413);
    assert.equal((await put(1024 * 1024)).status, 200);
  });

  it('takes up a changed tokens file within seconds', async () => {
    const next = 'next-token-'.padEnd(32, 'n');
    fs.writeFileSync(served.tokens, `ci read ${READ}\nben write ${next}\nanna write ${WRITE}\n`);
    await eventually(async () => {
      await delay(200);
      return (await create(next, `at ${Date.now()}`)).status === 200;
    });
  });

  it('logs who asked for what, and no token', async () => {
    await ask(port, { path: `${SEARCH}&token=hunter2`, headers: from(READ) });
    await eventually(() => fs.readFileSync(served.log, 'utf8').includes('token=…'));
    const text = fs.readFileSync(served.log, 'utf8');
    const has = (part: string) => assert.ok(text.includes(part), part);
    has(' ci "GET /api/2.0/mlflow/experiments/search?max_results=5&token=…" 200 ');
    has(' anna "POST /api/2.0/mlflow/experiments/create" 200 ');
    has(' ci "POST /api/2.0/mlflow/experiments/create" 403 ');
    for (const secret of [READ, WRITE, 'hunter2', served.discovery.tokens.control]) {
      assert.ok(!text.includes(secret), secret);
    }
  });
});

describe('the end of a server for a team', () => {
  it('answers what is in flight, keeps it, and exits with 0', async () => {
    const { place, discovery, child } = await serve();
    const { port } = discovery;
    const body = JSON.stringify({ name: 'in flight' });
    const answered = new Promise<number>((resolve, reject) => {
      const request = http.request(
        {
          host: '127.0.0.1',
          port,
          method: 'POST',
          path: '/api/2.0/mlflow/experiments/create',
          headers: { ...bearer(WRITE), ...JSON_TYPE, 'content-length': body.length },
        },
        (response) => resolve(response.resume().statusCode ?? 0),
      );
      request.once('error', reject);
      request.write(body.slice(0, 5));
      setTimeout(() => child.kill('SIGTERM'), 100);
      // A supervisor that signals the whole group brings it a second time.
      setTimeout(() => child.kill('SIGTERM'), 200);
      setTimeout(() => request.end(body.slice(5)), 500);
    });
    assert.equal(await answered, 200);
    assert.equal(await exitOf(child), 0);
    await assert.rejects(ask(port, { path: '/health' }));
    const again = await harness.start(place);
    const found = await harness.track(again, 'experiments/create', { name: 'in flight' }).then(
      () => 'it was lost',
      (error: Error) => error.message,
    );
    assert.match(found, /RESOURCE_ALREADY_EXISTS/);
  });

  it('does not come by itself', async () => {
    const { child } = await serve('--idle-minutes', '0.001');
    await delay(1000);
    assert.equal(child.exitCode, null);
  });
});

describe('a start that cannot be', () => {
  it('names the tokens file that is open to others, before a store is made', async () => {
    const place = harness.place();
    const tokens = path.join(place.root, 'tokens');
    fs.writeFileSync(tokens, `ci read ${READ}\n`);
    fs.chmodSync(tokens, 0o644);
    const child = harness.spawn(place, ['--serve', '--port', '0', '--tokens', tokens]);
    const said = await output(child);
    assert.match(said, /open to other users \(mode 644\)\. Close it: chmod 600/);
    assert.ok(!fs.existsSync(place.data));
  });

  it('names an address that this machine does not have', async () => {
    const place = harness.place();
    const tokens = path.join(place.root, 'tokens');
    fs.writeFileSync(tokens, `ci read ${READ}\n`, { mode: 0o600 });
    const args = ['--serve', '--port', '0', '--tokens', tokens, '--host', '203.0.113.77'];
    assert.match(await output(harness.spawn(place, args)), /no address 203\.0\.113\.77/);
    assert.equal(readDiscovery(place.root, place.env), undefined);
  });
});
