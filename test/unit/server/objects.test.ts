// The objects that describe runs: kept once, only what their digest says, and only where they belong.
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Discovery } from '../../../src/protocol/discovery';
import { ask, Harness, type Place } from './harness';

const harness = new Harness();
let server: Discovery;
let place: Place;
before(async () => {
  place = harness.place();
  server = await harness.start(place);
});
after(() => harness.clean());

const digestOf = (body: Buffer) => createHash('sha256').update(body).digest('hex');
const auth = () => ({ authorization: `Bearer ${server.tokens.tracking}` });
const put = (digest: string, body: Buffer) =>
  ask(server.port, { method: 'PUT', path: `/api/objects/${digest}`, headers: auth(), body });
const get = (digest: string) =>
  ask(server.port, { path: `/api/objects/${digest}`, headers: auth() });
const missing = async (digests: unknown) =>
  ask(server.port, {
    method: 'POST',
    path: '/api/objects/missing',
    headers: { ...auth(), 'content-type': 'application/json' },
    body: JSON.stringify({ digests }),
  });

describe('objects', () => {
  it('come back as they were, whatever bytes they are', async () => {
    const body = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const digest = digestOf(body);
    assert.equal((await get(digest)).status, 404);
    assert.deepEqual(JSON.parse((await missing([digest])).text), { missing: [digest] });
    assert.equal((await put(digest, body)).status, 200);
    assert.deepEqual(JSON.parse((await missing([digest])).text), { missing: [] });
    const { base64 } = JSON.parse((await get(digest)).text) as { base64: string };
    assert.deepEqual(Buffer.from(base64, 'base64'), body);
  });

  it('are written once', async () => {
    const body = Buffer.from('once');
    const file = path.join(
      place.data,
      'artifacts/_objects',
      digestOf(body).slice(0, 2),
      digestOf(body),
    );
    await put(digestOf(body), body);
    const first = fs.statSync(file);
    await put(digestOf(body), body);
    assert.equal(fs.statSync(file).ino, first.ino);
    assert.equal(fs.statSync(file).mtimeMs, first.mtimeMs);
  });

  it('are refused under another digest', async () => {
    const digest = digestOf(Buffer.from('right'));
    assert.equal((await put(digest, Buffer.from('wrong'))).status, 400);
    assert.equal((await get(digest)).status, 404);
  });

  it('are bounded', async () => {
    const body = Buffer.alloc(2 * 1024 * 1024 + 1);
    assert.equal((await put(digestOf(body), body)).status, 413);
    const most = body.subarray(1);
    assert.equal((await put(digestOf(most), most)).status, 200);
  });

  for (const name of ['..%2f..%2fx', 'ABC', '0'.repeat(63), 'G'.repeat(64), 'A'.repeat(64)]) {
    it(`${name.slice(0, 12)} is no digest`, async () => {
      assert.equal((await put(name, Buffer.from('x'))).status, 400);
      assert.equal((await get(name)).status, 400);
      assert.equal((await missing([name])).status, 400);
    });
  }

  it('that were changed on disk are told, not given', async () => {
    const body = Buffer.from('to be damaged');
    const digest = digestOf(body);
    await put(digest, body);
    fs.writeFileSync(path.join(place.data, 'artifacts/_objects', digest.slice(0, 2), digest), 'x');
    const answer = await get(digest);
    assert.equal(answer.status, 500);
    assert.match(answer.text, /was changed on disk/);
  });

  it('need a token, and a list of digests', async () => {
    assert.equal((await ask(server.port, { path: `/api/objects/${'a'.repeat(64)}` })).status, 401);
    for (const wrong of [undefined, 'x', [1], [null]]) {
      assert.equal((await missing(wrong)).status, 400);
    }
  });
});

describe('the doctor', () => {
  it('knows objects, and finds one that was changed', async () => {
    const own = harness.place();
    const running = await harness.start(own);
    const body = Buffer.from('known to the doctor');
    const digest = digestOf(body);
    const headers = { authorization: `Bearer ${running.tokens.tracking}` };
    const path_ = `/api/objects/${digest}`;
    await ask(running.port, { method: 'PUT', path: path_, headers, body });
    const examine = async () => {
      const { findings } = await harness.client(running).call('POST /api/doctor', {});
      return findings.map(({ kind, where }) => [kind, path.basename(where)]);
    };
    assert.deepEqual(await examine(), []);
    fs.writeFileSync(path.join(own.data, 'artifacts/_objects', digest.slice(0, 2), digest), 'x');
    assert.deepEqual(await examine(), [['artifact.changed', digest]]);
  });
});
