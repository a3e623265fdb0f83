/** The key of an invocation: what is part of it, and the lines that explain a difference. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type {
  CachePolicy,
  Fingerprint,
  StepInput,
  StepInvocation,
} from '../../../../src/domain/pipeline';
import type { CodeFingerprint } from '../../../../src/pipeline/fingerprint/codeFingerprint';
import { explainDifference } from '../../../../src/pipeline/fingerprint/difference';
import {
  type InputValue,
  keyOf,
  listInput,
  stepFingerprint,
} from '../../../../src/pipeline/fingerprint/fingerprint';
import { ref } from './support/workspace';

const CODE: CodeFingerprint = {
  components: [{ name: 'code', digest: 'c1', source: ref('work') }],
  notTracked: ['eval(x) in work, train.py:8'],
  files: [],
  broken: false,
};
const FROM = { stepId: 'load', output: 'output' };
const DATA: StepInput = { kind: 'step', ...FROM };
const INVOCATION: StepInvocation = {
  id: 'work',
  step: 'work',
  source: ref('work'),
  inputs: {
    data: DATA,
    gamma: { kind: 'parameter', value: 0.001 },
    file: { kind: 'path', path: 'a.csv', digest: 'p1' },
  },
  outputs: [{ name: 'model', annotation: 'Model' }],
  after: [],
  options: { enableCache: true, environment: { MODE: 'fast' }, retries: 0 },
  captured: { scale: 'd1' },
};
const INPUTS = { data: { digest: 'i1', display: 'digits v1' } };

const make = (
  change: Partial<StepInvocation> = {},
  inputs: Record<string, InputValue> = INPUTS,
  code = CODE,
) => stepFingerprint({ code, invocation: { ...INVOCATION, ...change }, inputs });
const reasons = (before: Fingerprint, after: Fingerprint) =>
  explainDifference(before, after).map(({ text }) => text);
const withInput = (name: string, input: StepInput) => ({
  inputs: { ...INVOCATION.inputs, [name]: input },
});

const withOptions = (change: Partial<StepInvocation['options']>) => ({
  options: { ...INVOCATION.options, ...change },
});
const withPolicy = (cachePolicy: CachePolicy) => withOptions({ cachePolicy });
const output = (change: Partial<StepInvocation['outputs'][number]>) => ({
  outputs: [{ name: 'model', annotation: 'Model', ...change }],
});

const CHANGES: readonly (readonly [Fingerprint, string])[] = [
  [make(withInput('gamma', { kind: 'parameter', value: 0.002 })), 'gamma 0.001 → 0.002'],
  [make(withInput('beta', { kind: 'parameter', value: 'x' })), 'parameter beta added'],
  [make({ inputs: { data: DATA, file: INVOCATION.inputs['file']! } }), 'parameter gamma removed'],
  [
    make({}, { data: { digest: 'i2', display: 'digits v2' } }),
    'input data changed (digits v1 → v2)',
  ],
  [
    make({}, { data: { digest: 'i2', display: 'faces v1' } }),
    'input data changed (digits v1 → faces v1)',
  ],
  [make(withInput('file', { kind: 'path', path: 'a.csv', digest: 'p2' })), 'file a.csv changed'],
  [make(withInput('file', { kind: 'path', path: 'b.csv', digest: 'p2' })), 'file a.csv → b.csv'],
  [
    make({ options: { ...INVOCATION.options, environment: { MODE: 'slow' } } }),
    'environment variable MODE changed',
  ],
  [make({ captured: { scale: 'd2' } }), 'captured value scale changed'],
  [make({ captured: { scale: null } }), 'captured value scale changed'],
  [
    make({ outputs: [{ name: 'model', annotation: 'Model', materializer: 'onnx' }] }),
    'output model: materializer by type → onnx',
  ],
  [make({}, INPUTS, { ...CODE, components: [{ name: 'code', digest: 'c2' }] }), 'code changed'],
  [make({ step: 'labour' }), 'step renamed: work → labour'],
  [make(withOptions({ secrets: ['KEY'] })), 'secret KEY added'],
  [
    make(withInput('data', { kind: 'item', ...FROM, index: 3, digest: 'x' })),
    'input data changed (digits v1 → item 3)',
  ],
  [make(withPolicy({ environment: { MODE: null } })), 'environment variable MODE added'],
  [make(withPolicy({ custom: 'today' })), 'value of the cache policy added'],
  [make(withPolicy({ packages: true, versions: { numpy: '2.1' } })), 'package numpy added'],
  [make(withPolicy({ parameters: false })), 'parameter gamma removed'],
  [make(withPolicy({ ignored: ['file'] })), 'file a.csv removed'],
];

/** Two policies of one step. */
const POLICIES: readonly (readonly [CachePolicy, CachePolicy, readonly string[]])[] = [
  [{ environment: { A: null } }, { environment: { A: '' } }, ['environment variable A changed']],
  [{ custom: 'a' }, { custom: 'b' }, ['value of the cache policy a → b']],
  [
    { packages: true, versions: { numpy: '1.0', python: '3.12.1' } },
    { packages: true, versions: { numpy: '2.0', python: '3.12.1' } },
    ['version of numpy 1.0 → 2.0'],
  ],
  [{ versions: { numpy: '1.0' } }, { versions: { numpy: '2.0' } }, []],
  [{ expiresAfterMs: 1 }, { expiresAfterMs: 2 }, []],
  [{ inputs: false }, { inputs: false, ignored: ['gamma'] }, ['parameter gamma removed']],
  [{ files: ['d/*.csv'] }, { files: ['d/*.csv', 'd/a.csv'] }, []],
  [{ files: ['d/a.csv'] }, { files: ['d/b.csv'] }, ['file d/a.csv removed', 'file d/b.csv added']],
];

describe('stepFingerprint', () => {
  for (const [after, text] of CHANGES) {
    it(`says: ${text}`, () => {
      assert.deepEqual(reasons(make(), after), [text]);
      assert.notEqual(after.key, make().key);
    });
  }

  const FILES = new Map([
    ['d/*.csv', [{ path: 'd/a.csv', digest: '1' }]],
    ['d/a.csv', [{ path: 'd/a.csv', digest: '1' }]],
    ['d/b.csv', [{ path: 'd/b.csv', digest: '1' }]],
  ]);
  for (const [before, after, expected] of POLICIES) {
    it(`tells apart ${JSON.stringify(before)} and ${JSON.stringify(after)}`, () => {
      const of = (policy: CachePolicy) =>
        stepFingerprint({
          code: CODE,
          invocation: { ...INVOCATION, ...withPolicy(policy) },
          inputs: INPUTS,
          files: FILES,
        });
      assert.deepEqual(reasons(of(before), of(after)), expected);
      assert.equal(of(before).key === of(after).key, expected.length === 0);
    });
  }

  it('says which files of a policy changed, or only that some did when there are many', () => {
    const of = (count: number, digest: string) =>
      stepFingerprint({
        code: CODE,
        invocation: { ...INVOCATION, ...withPolicy({ files: ['d/**'] }) },
        inputs: INPUTS,
        files: new Map([
          ['d/**', Array.from({ length: count }, (_, n) => ({ path: `d/${n}`, digest }))],
        ]),
      });
    assert.deepEqual(reasons(of(2, '1'), of(3, '1')), ['file d/2 added']);
    assert.deepEqual(reasons(of(1, '1'), of(1, '2')), ['file d/0 changed']);
    assert.deepEqual(reasons(of(900, '1'), of(900, '2')), ['files d/** changed']);
    assert.deepEqual(reasons(of(900, '1'), of(901, '1')), [
      'files d/** changed (900 files → 901 files)',
    ]);
    assert.ok(of(900, '1').components.length < 20);
  });

  it('says when a pattern matches nothing', () => {
    const { notTracked } = make(withPolicy({ files: ['missing/*.csv'] }));
    assert.ok(notTracked.includes('files missing/*.csv of the cache policy: nothing is there'));
  });

  it('keeps two functions apart whose code does not count', () => {
    const of = (qualname: string) =>
      make({ ...withPolicy({ code: false }), source: ref(qualname) }, INPUTS, {
        ...CODE,
        components: [],
      });
    assert.deepEqual(reasons(of('work'), of('Other.work')), [
      'step renamed: train.work → train.Other.work',
    ]);
  });

  it('counts the source of a chosen materializer', () => {
    const of = (materializerDigest: string) =>
      make(output({ materializer: 'Own', materializerDigest }));
    assert.deepEqual(reasons(of('1'), of('2')), ['materializer Own of output model changed']);
  });

  it('does not count what does not change the result', () => {
    const other = make({
      id: 'work_2',
      after: ['load'],
      options: {
        ...INVOCATION.options,
        retries: 3,
        retryDelayMs: 5,
        retryBackoff: 2,
        timeoutMs: 100,
        resources: { cpus: 4 },
        tags: ['a'],
        extra: { a: 1 },
        group: 'g',
        model: { name: 'm' },
        enableCache: false,
      },
      ...output({ artifactName: 'model_2026_11_21', artifactVersion: '7', tags: ['t'] }),
      source: { ...ref('work'), line: 99 },
      inputs: {
        file: { kind: 'path', path: './a.csv', digest: 'p1' },
        gamma: { kind: 'parameter', value: 0.001, isDefault: true, pipelineParameter: 'gamma' },
        data: { kind: 'artifact', artifactVersionId: 'x' },
      },
    });
    assert.equal(other.key, make().key);
    assert.deepEqual(reasons(make(), other), []);
  });

  it('keeps what is not tracked, and captured values that cannot be compared', () => {
    assert.deepEqual(make({ captured: { scale: null } }).notTracked, [
      'eval(x) in work, train.py:8',
      'captured value scale of work',
    ]);
  });

  it('orders objects in parameters by their keys, and lists by their order', () => {
    const key = (value: object) =>
      make(withInput('gamma', { kind: 'parameter', value: JSON.parse(JSON.stringify(value)) })).key;
    assert.equal(key({ a: 1, b: [1, 2] }), key({ b: [1, 2], a: 1 }));
    assert.notEqual(key({ a: 1, b: [1, 2] }), key({ a: 1, b: [2, 1] }));
  });

  it('has a component of its own name for each part', () => {
    const names = make().components.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.includes('parameter:gamma') && names.includes('environment:MODE'));
  });

  it('shows no values of environment variables, which may be secret', () => {
    const made = make(withPolicy({ environment: { TOKEN: 'hidden' } }));
    assert.ok(!/fast|hidden/.test(JSON.stringify(made.components)));
  });
});

describe('the key', () => {
  const component = fc.record({ name: fc.string(), digest: fc.string() });
  const components = fc.uniqueArray(component, { selector: ({ name }) => name, maxLength: 6 });

  it('is equal exactly when the components are, in any order', () => {
    const canonical = (list: readonly { name: string; digest: string }[]) =>
      JSON.stringify(list.map(({ name, digest }) => [name, digest]).sort());
    fc.assert(
      fc.property(components, components, (a, b) => {
        assert.equal(keyOf(a) === keyOf(b), canonical(a) === canonical(b));
        assert.equal(keyOf([...a].reverse()), keyOf(a));
      }),
    );
  });

  it('does not mix up where one part ends and the next begins', () => {
    const key = (...parts: [string, string][]) =>
      keyOf(parts.map(([name, digest]) => ({ name, digest })));
    assert.notEqual(key(['ab', 'c']), key(['a', 'bc']));
    assert.notEqual(key(['a', 'b'], ['c', 'd']), key(['a', 'bcd']));
    assert.notEqual(key(['a', ''], ['b', '']), key(['a', 'b']));
    assert.notEqual(key(['a', '1:b']), key(['a1', ':b']));
  });

  it('of a list of inputs depends on their order', () => {
    const items = ['a', 'b'].map((digest) => ({ digest, display: `${digest} v1` }));
    assert.notEqual(listInput(items).digest, listInput([...items].reverse()).digest);
    assert.equal(listInput(items).display, 'a v1, b v1');
  });
});

describe('explainDifference', () => {
  const print = (...components: Fingerprint['components'][number][]): Fingerprint => ({
    key: keyOf(components),
    components,
    notTracked: [],
  });

  it('puts the most telling first', () => {
    const before = print(
      { name: 'parser', digest: '1' },
      { name: 'input:data', digest: '1', display: 'd v1' },
      { name: 'helper:f.clean', digest: '1', display: 'clean()', source: ref('clean', 'f.py') },
      { name: 'code', digest: '1' },
      { name: 'parameter:gamma', digest: '1', display: '1' },
    );
    const after = print(
      ...before.components.map((part) => ({
        ...part,
        digest: '2',
        display: part.display?.replace('1', '2'),
      })),
    );
    assert.deepEqual(reasons(before, after), [
      'gamma 1 → 2',
      'code changed',
      'helper clean() changed',
      'input data changed (d v1 → v2)',
      'parser changed',
    ]);
  });

  it('is empty for equal fingerprints, and carries both values', () => {
    assert.deepEqual(explainDifference(make(), make()), []);
    const [reason] = explainDifference(make(), CHANGES[0]![0]);
    assert.deepEqual(reason, {
      kind: 'changed',
      component: 'parameter:gamma',
      before: '0.001',
      after: '0.002',
      text: 'gamma 0.001 → 0.002',
    });
  });

  it('says once that a step which calls itself has changed', () => {
    const source = ref('work');
    const version = (digest: string) =>
      print(
        { name: 'code', digest, source },
        { name: 'helper:train.work', digest, display: 'work()', source },
      );
    assert.deepEqual(reasons(version('1'), version('2')), ['code changed']);
  });

  it('tells apart helpers of one name in two modules', () => {
    const version = (digest: string) =>
      print(
        {
          name: 'helper:a.clean',
          digest,
          display: 'clean()',
          source: { ...ref('clean', 'a.py'), module: 'a' },
        },
        {
          name: 'helper:b.clean',
          digest,
          display: 'clean()',
          source: { ...ref('clean', 'b.py'), module: 'b' },
        },
      );
    assert.deepEqual(reasons(version('1'), version('2')), [
      'helper a.clean() changed',
      'helper b.clean() changed',
    ]);
  });
});
