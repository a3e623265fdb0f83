// Clients that send or take too slowly, too much or too often, against a real listener.
import { strict as assert } from 'node:assert';
import * as net from 'node:net';
import type { HttpRequest, Route } from '../../../src/protocol/http';
import { localGuard } from '../../../src/server/access';
import type { AccessEntry } from '../../../src/server/accessLog';
import { type HttpServer, serveHttp } from '../../../src/server/http';
import type { HttpLimits } from '../../../src/server/httpLimits';
import { ask, delay } from './harness';

const TOKENS = { tracking: 't'.repeat(64), control: 'c'.repeat(64) };
const AUTH = { authorization: `Bearer ${TOKENS.tracking}` };
const LIMITS: HttpLimits = {
  bodyBytes: 100_000,
  connections: 8,
  headerBytes: 4096,
  headerMs: 300,
  leastRate: 2000,
  slowMs: 300,
};

const route = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
  method,
  path,
  access: 'tracking',
  handle,
});
const text = (body: string) => ({ status: 200, body });

async function countBytes(request: HttpRequest): Promise<string> {
  let size = 0;
  for await (const chunk of request.stream()) size += chunk.length;
  return String(size);
}

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield Buffer.alloc(65_536);
}

describe('limits of a listener', () => {
  let server: HttpServer;
  const entries: AccessEntry[] = [];
  const cuts: string[] = [];
  before(async () => {
    server = await serveHttp(0, {
      guard: localGuard(TOKENS),
      limits: LIMITS,
      routes: [
        route('POST', '/whole', async (request) => text(String((await request.body()).length))),
        route('POST', '/stream', async (request) => text(await countBytes(request))),
        route('GET', '/later', async () => {
          await delay(1000);
          return text('done');
        }),
        route('GET', '/endless', () => ({ status: 200, body: endless() })),
      ],
      onFault: (error) => assert.fail(String(error)),
      onAnswered: (entry) => entries.push(entry),
      onCut: (what) => cuts.push(what),
    });
  });
  after(() => server.close(100));
  beforeEach(() => {
    entries.length = 0;
    cuts.length = 0;
  });

  const open = () => net.connect(server.port, '127.0.0.1').on('error', () => undefined);
  const head = (line: string, ...more: string[]) =>
    [`${line} HTTP/1.1`, `Host: 127.0.0.1:${server.port}`, ...more].join('\r\n');
  const closed = (socket: net.Socket): Promise<number> => {
    const started = Date.now();
    return new Promise((resolve) => socket.once('close', () => resolve(Date.now() - started)));
  };

  for (const path of ['/whole', '/stream']) {
    it(`${path} takes a body up to the limit and refuses a larger one`, async () => {
      const post = (size: number) =>
        ask(server.port, { method: 'POST', path, headers: AUTH, body: 'x'.repeat(size) });
      assert.equal((await post(100_000)).text, '100000');
      const refused = await post(100_001);
      assert.equal(refused.status, 413);
      assert.match(refused.text, /100000 bytes/);
    });
  }

  it('measures a body without an announced length as it comes', async () => {
    const socket = open();
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    socket.write(
      `${head('POST /stream', 'Transfer-Encoding: chunked', `Authorization: ${AUTH.authorization}`)}\r\n\r\n`,
    );
    for (let i = 0; i < 20; i++) socket.write(`2710\r\n${'x'.repeat(10_000)}\r\n`);
    socket.write('0\r\n\r\n');
    while (!answer.includes('}')) await delay(10);
    socket.destroy();
    assert.match(answer, /^HTTP\/1.1 413 /);
  });

  it('refuses headers that are too long', async () => {
    const socket = open();
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part;
    });
    socket.write(`${head('GET /later', `X-Long: ${'x'.repeat(5000)}`)}\r\n\r\n`);
    await closed(socket);
    assert.match(answer, /^HTTP\/1.1 431 /);
  });

  it('cuts off headers that never end', async () => {
    const socket = open();
    // Read, or the end is never seen.
    socket.resume().write('GET /later HTTP/1.1\r\nHost: 127');
    assert.ok((await closed(socket)) < 3000);
  });

  it('cuts off a body that trickles', async () => {
    const socket = open();
    socket.write(
      `${head('POST /whole', 'Content-Length: 5000', `Authorization: ${AUTH.authorization}`)}\r\n\r\n`,
    );
    const drip = setInterval(() => socket.write('x'), 20);
    assert.ok((await closed(socket)) < 3000);
    clearInterval(drip);
    assert.deepEqual(cuts, ['POST /whole']);
  });

  it('cuts off a client that does not take its answer', async () => {
    const socket = open();
    socket.pause();
    socket.write(`${head('GET /endless', `Authorization: ${AUTH.authorization}`)}\r\n\r\n`);
    while (cuts.length === 0) await delay(20);
    assert.deepEqual(cuts, ['GET /endless']);
    socket.destroy();
  });

  it('waits for its own work', async () => {
    const reply = await ask(server.port, { path: '/later', headers: AUTH });
    assert.equal(reply.text, 'done');
    assert.deepEqual(cuts, []);
  });

  it('holds no more connections than allowed', async () => {
    const sockets = Array.from({ length: 12 }, open);
    const ends = sockets.map((socket) => closed(socket).then(() => true));
    await delay(100);
    const refused = await Promise.all(ends.map((end) => Promise.race([end, delay(1)])));
    assert.equal(refused.filter((was) => was === true).length, 4);
    for (const socket of sockets) socket.destroy();
  });

  it('tells of each request, with who asked', async () => {
    await ask(server.port, { method: 'POST', path: '/whole', headers: AUTH, body: 'abc' });
    await ask(server.port, { path: '/later?x=1' });
    while (entries.length < 2) await delay(5);
    assert.deepEqual(
      entries.map(({ caller, method, target, status }) => [caller, method, target, status]),
      [
        ['local', 'POST', '/whole', 200],
        [undefined, 'GET', '/later?x=1', 401],
      ],
    );
    assert.ok(entries[0]!.bytes > 0);
  });
});
