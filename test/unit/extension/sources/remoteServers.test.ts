import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { parseServers } from '../../../../src/extension/sources/remoteServers';
import { keyOf, RemoteSecrets } from '../../../../src/extension/sources/secrets';

const parsed = (value: unknown) => parseServers(value, true);

describe('runlens.remote.servers', () => {
  it('asks no server before the workspace is trusted', () => {
    const value = [{ url: 'https://h', auth: 'token' }];
    assert.deepEqual(parseServers(value, false), { servers: [], problems: [] });
    assert.equal(parseServers(value, true).servers.length, 1);
  });

  it('takes name, auth and filter, with defaults', () => {
    const [full, bare] = parsed([
      { name: ' Team ', url: 'https://h/ml/', auth: 'basic', experiments: "name LIKE 'a%'" },
      { url: 'http://localhost:5000' },
    ]).servers;
    assert.deepEqual(
      [full!.name, full!.address.url, full!.auth, full!.experiments],
      ['Team', 'https://h/ml', 'basic', "name LIKE 'a%'"],
    );
    assert.deepEqual(
      [bare!.name, bare!.auth, bare!.experiments],
      ['localhost:5000', 'none', undefined],
    );
  });

  it('leaves out what is no server and says so, and takes the same address once', () => {
    const { servers, problems } = parsed([
      5,
      { name: 'x' },
      { url: 'nonsense' },
      { url: 'http://h', auth: 'kerberos' },
      { name: 'first', url: 'http://h' },
      { name: 'second', url: 'http://h/#/experiments/1' },
    ]);
    assert.deepEqual(
      servers.map(({ name }) => name),
      ['first'],
    );
    assert.equal(problems.length, 4);
    assert.match(problems[3]!, /none, token, basic/);
    assert.deepEqual(parsed({ url: 'http://h' }).servers, []);
  });

  it('reads the example of the documentation', () => {
    const page = fs.readFileSync(path.join(__dirname, '../../../../docs/remote.md'), 'utf8');
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    const { servers, problems } = parsed(JSON.parse(example)['runlens.remote.servers']);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      servers.map(({ name, auth }) => [name, auth]),
      [
        ['team', 'basic'],
        ['vision', 'token'],
        ['localhost:5000', 'none'],
      ],
    );
  });

  it('gives each address an id of its own that stays', () => {
    const [a, b] = parsed([{ url: 'http://h:1' }, { url: 'http://h:2' }]).servers;
    assert.notEqual(a!.id, b!.id);
    assert.equal(a!.id, parsed([{ name: 'other', url: 'http://h:1/' }]).servers[0]!.id);
    assert.doesNotMatch(a!.id, /:/, 'the mark between source and run');
  });
});

describe('sign-ins', () => {
  function make() {
    const kept = new Map<string, string>();
    const secrets = new RemoteSecrets({
      get: async (key) => kept.get(key),
      store: async (key, value) => void kept.set(key, value),
      delete: async (key) => void kept.delete(key),
    });
    return { kept, secrets };
  }
  const server = (url: string, auth: string) => parsed([{ url, auth }]).servers[0]!;
  const token = { kind: 'token', token: 't' } as const;

  it('are for one origin: another one asks', async () => {
    const { kept, secrets } = make();
    await secrets.store('https://h:8443', token);
    assert.deepEqual([...kept.keys()], [keyOf('https://h:8443')]);
    assert.deepEqual(await secrets.credentialsFor(server('https://h:8443/ml', 'token')), token);
    for (const url of [
      'https://h',
      'http://h:8443',
      'https://x.h:8443',
      'https://h.evil.com:8443',
    ]) {
      await assert.rejects(secrets.credentialsFor(server(url, 'token')), {
        code: 'remote.unauthorised',
      });
    }
  });

  it('are not sent to a server that needs none, nor in another form than asked for', async () => {
    const { secrets } = make();
    await secrets.store('https://h', token);
    assert.equal(await secrets.credentialsFor(server('https://h', 'none')), undefined);
    await assert.rejects(secrets.credentialsFor(server('https://h', 'basic')), /Sign in/);
  });

  it('are gone when they are forgotten', async () => {
    const { secrets } = make();
    await secrets.store('https://h', token);
    await secrets.forget('https://h');
    assert.equal(await secrets.of('https://h'), undefined);
  });
});
