/** What a lens says of steps with a cache policy, and of those that are mapped over a list. */
import assert from 'node:assert/strict';
import type { CachePolicy } from '../../../../src/domain/pipeline';
import { claims, record } from './support/recorded';
import { workspace } from './support/workspace';

describe('claims about cache policies', () => {
  const POLICY = (settings: string, body = '{}') =>
    [
      'from runlens import CachePolicy, step, pipeline',
      `@step(cache_policy=CachePolicy(${settings}))`,
      `def read(n: int = 1) -> dict: return ${body}`,
      '@pipeline',
      'def training():',
      '    read()',
      '',
    ].join('\n');
  const policies: readonly (readonly [string, CachePolicy, string, string])[] = [
    ['include_step_code=False', { code: false }, 'a body that does not count', 'cached'],
    ['include_step_code=True', {}, 'a body that counts', 'stale: code changed'],
    ['ignored_inputs=["n"]', { ignored: ['n'] }, 'a body that counts', 'stale: code changed'],
    [
      'environment=["MODE"]',
      { environment: { MODE: null } },
      'a variable of the worker',
      'unknown: the environment variable MODE is looked at when it runs',
    ],
    [
      'cache_func=today',
      { custom: 'x' },
      'a function that is asked',
      'unknown: its cache policy is decided at run',
    ],
    [
      'packages=True',
      { packages: true, versions: {} },
      'packages',
      'unknown: the versions of packages are looked at when it runs',
    ],
    ['expires_after=0.5', { expiresAfterMs: 500 }, 'a result of long ago', 'stale: code changed'],
  ];
  for (const [settings, cachePolicy, what, expected] of policies) {
    it(`know the policy ${settings}: ${what}`, async () => {
      const { ws, code } = await workspace({ 'train.py': POLICY(settings) });
      const run = record(code, {}, [
        {
          id: 'read',
          inputs: { n: { kind: 'parameter', value: 1, isDefault: true } },
          change: { options: { enableCache: true, environment: {}, retries: 0, cachePolicy } },
        },
      ]);
      ws.write('train.py', POLICY(settings, '{"a": 1}'));
      assert.equal(claims(code, run)['read'], expected);
    });
  }

  it('know when a result is too old', async () => {
    const { code } = await workspace({ 'train.py': POLICY('expires_after=60') });
    const run = record(code, {}, [
      {
        id: 'read',
        inputs: { n: { kind: 'parameter', value: 1, isDefault: true } },
        change: {
          options: {
            enableCache: true,
            environment: {},
            retries: 0,
            cachePolicy: { expiresAfterMs: 60_000 },
          },
        },
      },
    ]);
    assert.equal(claims(code, run, { now: 60_000 })['read'], 'cached');
    const late = 'stale: the result is older than 1 m 00 s';
    assert.equal(claims(code, run, { now: 60_003 })['read'], late);
    const cached = () => ({ outputs: {}, endedAt: 60_000 });
    assert.equal(claims(code, run, { now: 60_003, cached })['read'], 'cached');
  });

  it('look at the files of a policy when they can', async () => {
    const { code } = await workspace({ 'train.py': POLICY('file_dependencies=["./d/*.csv"]') });
    const policy = (digest: string) => ({
      policyFiles: (pattern: string) =>
        pattern === 'd/*.csv' ? [{ path: 'd/a.csv', digest }] : undefined,
    });
    const run = record(code, {}, [
      {
        id: 'read',
        inputs: { n: { kind: 'parameter', value: 1, isDefault: true } },
        change: {
          options: {
            enableCache: true,
            environment: {},
            retries: 0,
            cachePolicy: { files: ['d/*.csv'] },
          },
        },
      },
    ]);
    assert.equal(claims(code, run)['read'], 'unknown: files d/*.csv are looked at when it runs');
    assert.equal(claims(code, run, policy('1'))['read'], 'stale: file d/a.csv added');
  });
});

describe('claims about mapped items', () => {
  it('hold for an item of a list while the list is the recorded one', async () => {
    const text = [
      'from runlens import step, pipeline',
      '@step',
      'def make() -> list: return [1, 2]',
      '@step',
      'def use(n: int) -> int: return n',
      '@pipeline(dynamic=True)',
      'def training():',
      '    items = make()',
      '    for n in items:',
      '        use(n)',
      '',
    ].join('\n');
    const { ws, code } = await workspace({ 'train.py': text });
    const item = {
      kind: 'item',
      stepId: 'make',
      output: 'output',
      index: 1,
      digest: 'i1',
    } as const;
    const run = record(code, {}, [
      { id: 'make', inputs: {} },
      { id: 'use', inputs: { n: item } },
    ]);
    assert.deepEqual(Object.values(claims(code, run)), ['cached', 'cached']);
    ws.edit('train.py', '[1, 2]', '[1, 3]');
    assert.deepEqual(Object.values(claims(code, run)), ['stale: code changed', 'waits for make']);
  });
});
