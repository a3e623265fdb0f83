/** The key of an invocation: what is part of it, and the lines that explain a difference. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Fingerprint, StepInput, StepInvocation } from '../../../../src/domain/pipeline';
import type { CodeFingerprint } from '../../../../src/pipeline/fingerprint/codeFingerprint';
import {
  explainDifference,
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
const DATA: StepInput = { kind: 'step', stepId: 'load', output: 'output' };
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
];

describe('stepFingerprint', () => {
  for (const [after, text] of CHANGES) {
    it(`says: ${text}`, () => {
      assert.deepEqual(reasons(make(), after), [text]);
      assert.notEqual(after.key, make().key);
    });
  }

  it('does not count what does not change the result', () => {
    const other = make({
      id: 'work_2',
      after: ['load'],
      options: { ...INVOCATION.options, retries: 3, enableCache: false },
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
    assert.ok(!JSON.stringify(make().components).includes('fast'));
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
