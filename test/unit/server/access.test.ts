// What a stranger, a script with the tracking token and a client with the control token may do.
import { strict as assert } from 'node:assert';
import * as fs from 'node:fs';
import * as net from 'node:net';
import * as path from 'node:path';
import { isListening, proofOf } from '../../../src/client/discovery';
import type { Discovery } from '../../../src/protocol/discovery';
import { type Answer, ask, Harness } from './harness';

const harness = new Harness();
let server: Discovery;
before(async () => {
  server = await harness.start(harness.place());
});
after(() => harness.clean());

const host = () => `127.0.0.1:${server.port}`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});
const SEARCH = '/api/2.0/mlflow/experiments/search?max_results=5';

describe('tokens', () => {
  const cases: [string, () => Record<string, string>, string, number][] = [
    ['none on a tracking route', () => ({}), SEARCH, 401],
    ['none on a control route', () => ({}), '/api/info', 401],
    ['a wrong one on a tracking route', () => bearer('0'.repeat(64)), SEARCH, 401],
    ['a wrong one on a control route', () => bearer('0'.repeat(64)), '/api/info', 401],
    ['an empty one', () => bearer(''), SEARCH, 401],
    ['a part of one', () => bearer(server.tokens.control.slice(0, 63)), '/api/info', 401],
    ['tracking on a tracking route', () => bearer(server.tokens.tracking), SEARCH, 200],
    ['tracking on a control route', () => bearer(server.tokens.tracking), '/api/info', 403],
    ['tracking on the events', () => bearer(server.tokens.tracking), '/events', 403],
    ['control on a tracking route', () => bearer(server.tokens.control), SEARCH, 200],
    ['control on a control route', () => bearer(server.tokens.control), '/api/info', 200],
    ['as the password', () => basic('runlens', server.tokens.tracking), SEARCH, 200],
    ['as the password of any user', () => basic('', server.tokens.control), '/api/info', 200],
    ['as the user name', () => basic(server.tokens.tracking, ''), SEARCH, 401],
    [
      'of another scheme',
      () => ({ authorization: `Digest ${server.tokens.control}` }),
      SEARCH,
      401,
    ],
  ];
  for (const [name, headers, path, status] of cases) {
    it(`${name}: ${status}`, async () => {
      assert.equal((await ask(server.port, { path, headers: headers() })).status, status);
    });
  }

  it('a refusal has the form of its API and says what to do', async () => {
    const tracking = JSON.parse((await ask(server.port, { path: SEARCH })).text);
    assert.equal(tracking.error_code, 'UNAUTHENTICATED');
    assert.match(tracking.message, /runlens env/);
    const control = JSON.parse((await ask(server.port, { path: '/api/info' })).text);
    assert.equal(control.code, 'access.token');
    const other = { path: '/api/info', headers: bearer(server.tokens.tracking) };
    const refused = JSON.parse((await ask(server.port, other)).text);
    assert.equal(refused.code, 'access.control');
    assert.match(refused.message, /tracking and artifact routes only\. Use /);
    const foreign = { path: SEARCH, headers: { host: 'evil.example' } };
    const { message } = JSON.parse((await ask(server.port, foreign)).text);
    assert.match(message, new RegExp(`127\\.0\\.0\\.1:${server.port} .*"evil\\.example"`));
  });

  it('a refused upload is answered although its body was not read', async () => {
    const answer = await ask(server.port, {
      method: 'PUT',
      path: '/api/2.0/mlflow-artifacts/artifacts/0/x/artifacts/big',
      body: Buffer.alloc(8 << 20),
    });
    assert.equal(answer.status, 401);
  });
});

describe('Host and Origin', () => {
  const answer = (headers: Record<string, string>) =>
    ask(server.port, {
      path: SEARCH,
      headers: { ...bearer(server.tokens.tracking), ...headers },
    });
  const cases: [string, () => Record<string, string>, number][] = [
    ['the address', () => ({ host: host() }), 200],
    ['localhost', () => ({ host: `localhost:${server.port}` }), 200],
    ['LocalHost, in any case', () => ({ host: `LocalHost:${server.port}` }), 200],
    ['IPv6 loopback', () => ({ host: `[::1]:${server.port}` }), 200],
    ['a foreign name', () => ({ host: `rebound.example:${server.port}` }), 403],
    ['a name that begins like ours', () => ({ host: `localhost.evil.com:${server.port}` }), 403],
    ['another port', () => ({ host: 'localhost:1' }), 403],
    ['no port', () => ({ host: 'localhost' }), 403],
    ['a foreign origin', () => ({ origin: 'https://evil.example' }), 403],
    ['the null origin', () => ({ origin: 'null' }), 403],
    ['an origin that begins like ours', () => ({ origin: 'http://localhost.evil.com' }), 403],
    ['a loopback origin', () => ({ origin: 'http://localhost:3000' }), 200],
    ['a webview', () => ({ origin: 'vscode-webview://0a1b2c' }), 200],
  ];
  for (const [name, headers, status] of cases) {
    it(`${name}: ${status}`, async () => {
      assert.equal((await answer(headers())).status, status);
    });
  }

  it('a foreign Host gets not even the page or the proof', async () => {
    for (const path of ['/', '/health', '/version']) {
      const { status, headers } = await ask(server.port, {
        path,
        headers: { host: 'evil.example', 'x-runlens-nonce': 'ab' },
      });
      assert.equal(status, 403);
      assert.equal(headers['x-runlens-proof'], undefined);
    }
  });
});

describe('the challenge', () => {
  it('is answered by who knows the key', async () => {
    assert.equal(await isListening(server), true);
  });

  it('shows a foreign server on the port', async () => {
    assert.equal(await isListening({ ...server, challengeKey: '00'.repeat(32) }), false);
  });

  it('a process that answers OK without proof is not ours', async () => {
    const foreign = net.createServer((socket) => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nOK');
    });
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const { port } = foreign.address() as net.AddressInfo;
    assert.equal(await isListening({ ...server, port }), false);
    foreign.close();
  });

  it('health is OK with and without a nonce; an odd nonce is not signed', async () => {
    const plain = await ask(server.port, { path: '/health' });
    assert.equal(plain.text, 'OK');
    assert.equal(plain.headers['x-runlens-proof'], undefined);
    const asked = async (nonce: string): Promise<Answer> =>
      ask(server.port, { path: '/health', headers: { 'x-runlens-nonce': nonce } });
    const proof = (await asked('c0ffee')).headers['x-runlens-proof'];
    assert.equal(proof, proofOf(server.challengeKey, 'c0ffee'));
    assert.equal((await asked('not hex')).headers['x-runlens-proof'], undefined);
    assert.equal((await asked('a'.repeat(200))).headers['x-runlens-proof'], undefined);
  });
});

describe('bad requests', () => {
  const control = (options: Parameters<typeof ask>[1]) =>
    ask(server.port, { ...options, headers: bearer(server.tokens.control) });

  it('malformed JSON is 400 in the form of the API', async () => {
    const answer = await control({ method: 'POST', path: '/api/series', body: '{"series": [' });
    assert.equal(answer.status, 400);
    const { code, message } = JSON.parse(answer.text);
    assert.equal(code, 'request.invalid');
    assert.match(message, /^The body is not valid JSON: .*JSON/);
  });

  it('JSON that is no object is 400', async () => {
    assert.equal((await control({ method: 'POST', path: '/api/series', body: '[]' })).status, 400);
  });

  it('malformed JSON of a tracking call is 400 in MLflow’s form, and nothing is stored', async () => {
    const count = async () =>
      JSON.parse((await control({ path: '/api/experiments/0/runs' })).text).total;
    const before = await count();
    const answer = await ask(server.port, {
      method: 'POST',
      path: '/api/2.0/mlflow/runs/create',
      headers: { ...bearer(server.tokens.tracking), 'content-type': 'application/json' },
      body: '{"experiment_id": "0", "run_name": ',
    });
    assert.equal(answer.status, 400);
    const { error_code, message } = JSON.parse(answer.text);
    assert.equal(error_code, 'BAD_REQUEST');
    assert.match(message, /^Malformed JSON/);
    assert.equal(await count(), before);
  });

  for (const name of [
    '../../../../../escaped',
    '..%2F..%2F..%2F..%2F..%2Fescaped',
    '%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/escaped',
    '..%252F..%252F..%252F..%252F..%252Fescaped',
    '..%5C..%5C..%5C..%5C..%5Cescaped',
  ]) {
    it(`a file ${name} is not stored outside its run`, async () => {
      const runId = await harness.createRun(server);
      const top = path.dirname(server.root);
      const before = fs.readdirSync(top, { recursive: true }).sort();
      const answer = await ask(server.port, {
        method: 'PUT',
        path: `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/${name}`,
        headers: bearer(server.tokens.tracking),
        body: 'text',
      });
      assert.equal(answer.status, 400, answer.text);
      assert.deepEqual(JSON.parse(answer.text), {
        error_code: 'INVALID_PARAMETER_VALUE',
        message: 'Invalid path',
      });
      assert.deepEqual(fs.readdirSync(top, { recursive: true }).sort(), before);
      assert.equal(fs.existsSync('/escaped'), false);
    });
  }

  for (const path of [
    '../../../etc/passwd',
    '..%2F..%2F..%2Fetc%2Fpasswd',
    '..%252F..%252Fsecret',
    '%2Fetc%2Fpasswd',
    'a%5C..%5Cb',
    'C%3A%5Cx',
  ]) {
    it(`the path ${path} does not escape`, async () => {
      const runId = await harness.createRun(server);
      const answer = await control({ path: `/api/runs/${runId}/files?path=${path}` });
      assert.equal(answer.status, 400);
      const { code, message } = JSON.parse(answer.text);
      assert.equal(code, 'path.invalid');
      assert.match(message, /^The path ".*" is not allowed: /);
    });
  }

  it('a body beyond the limit is 413', async () => {
    const answer = await control({
      method: 'POST',
      path: '/api/series',
      body: Buffer.alloc((32 << 20) + 1, 0x20),
    });
    assert.equal(answer.status, 413);
  });

  it('unknown routes and runs are 404 with words', async () => {
    const route = await control({ path: '/api/nothing' });
    assert.equal(route.status, 404);
    assert.match(JSON.parse(route.text).message, /GET \/api\/nothing/);
    const run = await control({ path: '/api/runs/0123' });
    assert.equal(run.status, 404);
    assert.equal(JSON.parse(run.text).code, 'run.notFound');
  });

  it('page limits are checked', async () => {
    for (const query of ['limit=-1', 'limit=1001', 'limit=x', 'offset=1.5', 'limit=']) {
      assert.equal((await control({ path: `/api/experiments?${query}` })).status, 400, query);
    }
  });
});

describe('the page', () => {
  it('is static, protected and opens the run of the address', async () => {
    const { status, headers, text } = await ask(server.port, { path: '/' });
    assert.equal(status, 200);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-frame-options'], 'SAMEORIGIN');
    const policy = String(headers['content-security-policy']);
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'sha256-[^']+'/);
    assert.doesNotMatch(policy, /unsafe-inline/);
    assert.match(text, /vscode:\/\/runlens\.runlens\/run\//);
    assert.ok(!text.includes(server.tokens.tracking) && !text.includes(server.root));
  });

  it('every answer has the security headers, errors too', async () => {
    for (const path of ['/health', '/nothing', '/api/info']) {
      const { headers } = await ask(server.port, { path });
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.equal(headers['x-frame-options'], 'SAMEORIGIN', path);
    }
  });

  it('HEAD has the headers and no body', async () => {
    const { status, text, headers } = await ask(server.port, { method: 'HEAD', path: '/version' });
    assert.equal(status, 200);
    assert.equal(text, '');
    assert.equal(headers['content-length'], '5');
  });
});
