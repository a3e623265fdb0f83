/** What a lens says of each step while the source is edited, before anything is saved or run. */
import assert from 'node:assert/strict';
import { claims, inputDigest, type RecordedStep, record } from './support/recorded';
import { workspace } from './support/workspace';

const TRAIN = `from runlens import step, pipeline
from features import clean

RATE = 0.5

@step
def load_data() -> dict:
    return clean({})

@step
def train_model(data: dict, gamma: float = 0.1, rate: float = 0.2) -> dict:
    return {**data, "gamma": gamma}

@step
def evaluate(model: dict, data: dict) -> dict:
    return model

@pipeline
def training(gamma: float = 0.001):
    data = load_data()
    model = train_model(data, gamma, rate=RATE)
    evaluate(model, data)

if __name__ == "__main__":
    training()
`;
const FILES = { 'train.py': TRAIN, 'features.py': 'def clean(x):\n    return x\n' };
const out = (stepId: string, output = 'output') => ({ kind: 'step', stepId, output }) as const;
const STEPS: readonly RecordedStep[] = [
  { id: 'load_data', inputs: {} },
  {
    id: 'train_model',
    inputs: {
      data: out('load_data'),
      gamma: { kind: 'parameter', value: 0.001, pipelineParameter: 'gamma' },
      rate: { kind: 'parameter', value: 0.5 },
    },
  },
  { id: 'evaluate', inputs: { model: out('train_model'), data: out('load_data') } },
];
const DEFAULT = { gamma: { value: 0.001, explicit: false } };
const EXPLICIT = { gamma: { value: 0.001, explicit: true } };

type Edit = readonly [file: string, find: string, replace: string];
interface Case {
  readonly what: string;
  readonly edits: readonly Edit[];
  readonly parameters?: typeof DEFAULT;
  readonly expected: readonly [load: string, train: string, evaluate: string];
}

const CASES: readonly Case[] = [
  { what: 'nothing changed', edits: [], expected: ['cached', 'cached', 'cached'] },
  {
    what: 'comments and formatting',
    edits: [
      ['train.py', 'return model\n', 'return (model)  # the same\n'],
      ['train.py', 'gamma: float = 0.001', 'gamma: float = 1e-3'],
    ],
    expected: ['cached', 'cached', 'cached'],
  },
  {
    what: 'the default of a pipeline parameter',
    edits: [['train.py', 'gamma: float = 0.001', 'gamma: float = 0.002']],
    expected: ['cached', 'stale: gamma 0.001 → 0.002', 'waits for train_model'],
  },
  {
    what: 'that default when the recorded call gave a value',
    edits: [
      ['train.py', 'gamma: float = 0.001', 'gamma: float = 0.002'],
      ['train.py', '    training()', '    training(*map(float, sys.argv[1:]))'],
    ],
    parameters: EXPLICIT,
    expected: ['cached', 'cached', 'cached'],
  },
  {
    what: 'that default when the call gives no value any more',
    edits: [['train.py', 'gamma: float = 0.001', 'gamma: float = 0.002']],
    parameters: EXPLICIT,
    expected: ['cached', 'stale: gamma 0.001 → 0.002', 'waits for train_model'],
  },
  {
    what: 'the literal in the only call of the pipeline',
    edits: [['train.py', '    training()', '    training(gamma=0.003)']],
    parameters: EXPLICIT,
    expected: ['cached', 'stale: gamma 0.001 → 0.003', 'waits for train_model'],
  },
  {
    what: 'a call with what cannot be read',
    edits: [['train.py', '    training()', '    training(gamma=args.gamma)']],
    parameters: EXPLICIT,
    expected: ['cached', 'cached', 'cached'],
  },
  {
    what: 'a default that is no literal any more',
    edits: [['train.py', 'gamma: float = 0.001', 'gamma: float = pick()']],
    expected: [
      'cached',
      'unknown: the default of gamma is decided at run',
      'unknown: train_model is decided at run',
    ],
  },
  {
    what: 'a helper in another file',
    edits: [['features.py', 'return x', 'return [x]']],
    expected: ['stale: helper clean() changed', 'waits for load_data', 'waits for load_data'],
  },
  {
    what: 'code in the middle',
    edits: [['train.py', '"gamma": gamma', '"gamma": -gamma']],
    expected: ['cached', 'stale: code changed', 'waits for train_model'],
  },
  {
    what: 'code upstream and downstream',
    edits: [
      ['features.py', 'return x', 'return [x]'],
      ['train.py', 'return model', 'return model or 1'],
    ],
    expected: ['stale: helper clean() changed', 'waits for load_data', 'waits for load_data'],
  },
  {
    what: 'a literal argument',
    edits: [['train.py', 'rate=RATE', 'rate=0.6']],
    expected: ['cached', 'stale: rate 0.5 → 0.6', 'waits for train_model'],
  },
  {
    what: 'a constant that is an argument',
    edits: [['train.py', 'RATE = 0.5', 'RATE = 0.7']],
    expected: ['cached', 'stale: rate 0.5 → 0.7', 'waits for train_model'],
  },
  {
    what: 'an argument that is given no more',
    edits: [['train.py', ', rate=RATE)', ')']],
    expected: ['cached', 'stale: rate 0.5 → 0.2', 'waits for train_model'],
  },
  {
    what: 'an argument that is computed',
    edits: [['train.py', 'rate=RATE', 'rate=RATE * 2']],
    expected: [
      'cached',
      'unknown: RATE * 2 is decided at run',
      'unknown: train_model is decided at run',
    ],
  },
  {
    what: 'a new parameter of a step',
    edits: [['train.py', 'rate: float = 0.2)', 'rate: float = 0.2, depth: int = 3)']],
    expected: ['cached', 'stale: parameter depth added; code changed', 'waits for train_model'],
  },
  {
    what: 'another wire',
    edits: [['train.py', 'evaluate(model, data)', 'evaluate(data, data)']],
    expected: [
      'cached',
      'cached',
      'stale: input model changed (train_model.output v1 → load_data.output v1)',
    ],
  },
  {
    what: 'a call that is gone',
    edits: [['train.py', '    evaluate(model, data)\n', '']],
    expected: ['cached', 'cached', 'unknown: the call of evaluate in training is decided at run'],
  },
  {
    what: 'a branch around a call',
    edits: [
      ['train.py', '    evaluate(model, data)\n', '    if gamma:\n        evaluate(model, data)\n'],
    ],
    expected: ['cached', 'cached', 'cached'],
  },
  {
    what: 'two calls of which one will run',
    edits: [
      [
        'train.py',
        '    model = train_model(data, gamma, rate=RATE)\n',
        '    if gamma:\n        model = train_model(data, 1)\n    else:\n        model = train_model(data, gamma)\n',
      ],
    ],
    expected: [
      'cached',
      'unknown: the call of train_model in training is decided at run',
      'unknown: train_model is decided at run',
    ],
  },
  {
    what: 'the cache of a step turned off',
    edits: [['train.py', '@step\ndef train_model', '@step(enable_cache=False)\ndef train_model']],
    expected: ['cached', 'stale: caching is off', 'waits for train_model'],
  },
  {
    what: 'the cache of the pipeline turned off',
    edits: [['train.py', '@pipeline', '@pipeline(enable_cache=False)']],
    expected: ['stale: caching is off', 'stale: caching is off', 'stale: caching is off'],
  },
  {
    what: 'a variable of the environment',
    edits: [['train.py', '@step\ndef evaluate', '@step(environment={"A": "1"})\ndef evaluate']],
    expected: ['cached', 'cached', 'stale: environment variable A added'],
  },
  {
    what: 'a variable of the environment in a constant',
    edits: [
      ['train.py', 'RATE = 0.5', 'RATE = 0.5\nENV = {"A": 1}'],
      ['train.py', '@step\ndef evaluate', '@step(environment=ENV)\ndef evaluate'],
    ],
    expected: ['cached', 'cached', 'stale: environment variable A added'],
  },
  {
    what: 'an option whose value the text does not say',
    edits: [['train.py', '@step\ndef evaluate', '@step(environment=dict(A="1"))\ndef evaluate']],
    expected: ['cached', 'cached', 'unknown: its environment is decided at run'],
  },
  {
    what: 'options that cannot change a result',
    edits: [['train.py', '@step\ndef evaluate', '@step(retries=n(), tags=tags())\ndef evaluate']],
    expected: ['cached', 'cached', 'cached'],
  },
  {
    what: 'options changed where a step is called',
    edits: [
      ['train.py', 'evaluate(model, data)', 'evaluate.with_options(secrets=["KEY"])(model, data)'],
    ],
    expected: ['cached', 'cached', 'stale: secret KEY added'],
  },
  {
    what: 'options changed in place',
    edits: [['train.py', '@pipeline', 'evaluate.configure(enable_cache=False)\n\n@pipeline']],
    expected: ['cached', 'cached', 'unknown: its configuration is decided at run'],
  },
  {
    what: 'the cache of the run turned off, over what a step says',
    edits: [
      ['train.py', '    training()', '    training.with_options(enable_cache=False)()'],
      ['train.py', '@step\ndef evaluate', '@step(enable_cache=True)\ndef evaluate'],
    ],
    expected: ['stale: caching is off', 'stale: caching is off', 'stale: caching is off'],
  },
  {
    what: 'a materializer that is a class',
    edits: [['train.py', '@step\ndef evaluate', '@step(output_materializers=Own)\ndef evaluate']],
    expected: ['cached', 'cached', 'unknown: its output materializers is decided at run'],
  },
  {
    what: 'a step renamed',
    edits: [['train.py', 'def evaluate', 'def assess']],
    expected: ['cached', 'cached', 'unknown: evaluate is not in train.py any more'],
  },
  {
    what: 'a pipeline that is gone',
    edits: [['train.py', '@pipeline\n', '']],
    expected: [
      'unknown: training is not in its file any more',
      'unknown: training is not in its file any more',
      'unknown: training is not in its file any more',
    ],
  },
  {
    what: 'a helper file that does not parse',
    edits: [['features.py', 'return x', 'return (']],
    expected: [
      'unknown: a file does not parse',
      'unknown: load_data is decided at run',
      'unknown: load_data is decided at run',
    ],
  },
];

describe('claims', () => {
  for (const { what, edits, parameters, expected } of CASES) {
    it(`about ${what}`, async () => {
      const { ws, code } = await workspace(FILES);
      const run = record(code, parameters ?? DEFAULT, STEPS);
      for (const edit of edits) ws.edit(...edit);
      assert.deepEqual(Object.values(claims(code, run)), expected);
    });
  }

  const CHANGED_RUNS: readonly (readonly [string, Partial<RecordedStep>, string])[] = [
    ['failed', { run: { status: 'failed', reusable: false } }, 'stale: failed last time'],
    ['running', { run: { status: 'running' } }, 'unknown: running'],
    [
      'not reusable',
      { run: { reusable: false, notReusableReason: 'source changed while running: features.py' } },
      'stale: last time: source changed while running: features.py',
    ],
    ['cached itself', { run: { status: 'cached' } }, 'cached'],
    [
      'with a captured value',
      { change: { captured: { scale: null } } },
      'unknown: the captured value scale cannot be compared',
    ],
    [
      'with its cache off in a call',
      { change: { options: { enableCache: false, environment: {}, retries: 0 } } },
      'cached',
    ],
  ];
  for (const [what, change, expected] of CHANGED_RUNS) {
    it(`about a step that was ${what}`, async () => {
      const { code } = await workspace(FILES);
      const steps = STEPS.map((step) =>
        step.id === 'train_model' ? { ...step, ...change } : step,
      );
      assert.equal(claims(code, record(code, DEFAULT, steps))['train_model'], expected);
    });
  }

  it('are unknown when an artifact is gone', async () => {
    const { code } = await workspace(FILES);
    const run = record(code, DEFAULT, STEPS);
    const missing = (id: string) => (id.startsWith('load') ? undefined : inputDigest(id));
    const expected = 'unknown: an input is not there any more';
    assert.equal(claims(code, run, { inputDigest: missing })['train_model'], expected);
  });

  it('say when an input has other content than the recorded run saw', async () => {
    const { code } = await workspace(FILES);
    const run = record(code, DEFAULT, STEPS);
    const other = (id: string) => ({ digest: `other ${id}`, display: `${id} v2` });
    assert.equal(
      claims(code, run, { inputDigest: other })['train_model'],
      'stale: input data changed (load_data.output v1 → v2)',
    );
  });

  it('find an earlier result for a changed key, and go on from its outputs', async () => {
    const { ws, code } = await workspace(FILES);
    const earlier = record(code, DEFAULT, STEPS);
    const keys = new Map(earlier.steps.map((step) => [step.fingerprint?.key ?? '', step]));
    ws.edit('features.py', 'return x', 'return [x]');
    const run = record(code, DEFAULT, STEPS);
    ws.edit('features.py', 'return [x]', 'return x');
    assert.equal(claims(code, run)['load_data'], 'stale: helper clean() changed');
    assert.deepEqual(Object.values(claims(code, run, { cached: (key) => keys.get(key) })), [
      'cached',
      'cached',
      'cached',
    ]);
  });

  it('read the call of an imported step', async () => {
    const { ws, code } = await workspace({
      'train.py': [
        'from runlens import pipeline',
        'import steps',
        'from steps import fit as train',
        '@pipeline',
        'def training():',
        '    train(steps.load(2), 0.1)',
        '',
      ].join('\n'),
      'steps.py': [
        'from runlens import step',
        '@step',
        'def load(n: int) -> dict: return {"n": n}',
        '@step',
        'def fit(data: dict, gamma: float) -> dict: return data',
        '',
      ].join('\n'),
    });
    const run = record(code, {}, [
      { id: 'load', file: 'steps.py', inputs: { n: { kind: 'parameter', value: 2 } } },
      {
        id: 'fit',
        file: 'steps.py',
        inputs: { data: out('load'), gamma: { kind: 'parameter', value: 0.1 } },
      },
    ]);
    assert.deepEqual(Object.values(claims(code, run)), ['cached', 'cached']);
    ws.edit('train.py', '0.1', '0.2');
    assert.deepEqual(Object.values(claims(code, run)), ['cached', 'stale: gamma 0.1 → 0.2']);
  });

  it('look at a path only when they can', async () => {
    const text = [
      'from runlens import step, pipeline',
      'from pathlib import Path',
      '@step',
      'def read(file: Path) -> dict: return {}',
      '@pipeline',
      'def training(file: str = "a.csv"):',
      '    read(file)',
      '',
    ].join('\n');
    const { ws, code } = await workspace({ 'train.py': text });
    const run = record(code, { file: { value: 'a.csv', explicit: false } }, [
      { id: 'read', inputs: { file: { kind: 'path', path: 'a.csv', digest: 'd1' } } },
    ]);
    const say = (digest?: string) =>
      claims(code, run, digest ? { pathDigest: () => digest } : {})['read'];
    assert.equal(say(), 'unknown: it reads a.csv, which is looked at when it runs');
    assert.equal(say('d1'), 'cached');
    assert.equal(say('d2'), 'stale: file a.csv changed');
    ws.edit('train.py', '"a.csv"', '"b.csv"');
    assert.equal(say(), 'stale: file a.csv → b.csv');
  });

  it('take what the text does not say as recorded while no imported file has changed', async () => {
    const text = TRAIN.replace(
      '@step\ndef evaluate',
      '@step(environment=dict(A="1"))\ndef evaluate',
    );
    const { ws, code } = await workspace({ ...FILES, 'train.py': text });
    const modules = ['train.py', 'features.py'].map((file) => ({
      module: file,
      file,
      digest: code.digestOf(file)!,
    }));
    const run = { ...record(code, DEFAULT, STEPS), modules };
    assert.equal(claims(code, run)['evaluate'], 'cached');
    ws.edit('features.py', 'return x', 'return  x');
    assert.equal(claims(code, run)['evaluate'], 'unknown: its environment is decided at run');
  });

  it('follow unpacked outputs', async () => {
    const text = [
      'from runlens import step, pipeline',
      '@step',
      'def split() -> tuple[dict, dict]: return {}, {}',
      '@step',
      'def fit(data: dict) -> dict: return data',
      '@pipeline',
      'def training():',
      '    train, test = split()',
      '    fit(train)',
      '',
    ].join('\n');
    const { ws, code } = await workspace({ 'train.py': text });
    const run = record(code, {}, [
      { id: 'split', inputs: {}, outputs: ['output_0', 'output_1'] },
      { id: 'fit', inputs: { data: out('split', 'output_0') } },
    ]);
    assert.equal(claims(code, run)['fit'], 'cached');
    ws.edit('train.py', 'fit(train)', 'fit(test)');
    assert.equal(
      claims(code, run)['fit'],
      'stale: input data changed (split.output_0 v1 → split.output_1 v1)',
    );
  });

  it('hold for a list of outputs while all of them are as recorded', async () => {
    const text = [
      'from runlens import step, pipeline',
      '@step',
      'def part(n: int) -> dict: return {}',
      '@step',
      'def join(parts: list) -> dict: return {}',
      '@pipeline',
      'def training():',
      '    join([part(1), part(2)])',
      '',
    ].join('\n');
    const { ws, code } = await workspace({ 'train.py': text });
    const run = record(code, {}, [
      { id: 'part', inputs: { n: { kind: 'parameter', value: 1 } } },
      { id: 'part_2', function: 'part', inputs: { n: { kind: 'parameter', value: 2 } } },
      {
        id: 'join',
        inputs: { parts: { kind: 'steps', items: [out('part'), out('part_2')] } },
      },
    ]);
    assert.equal(claims(code, run)['join'], 'cached');
    assert.equal(claims(code, run, { inputDigest: () => undefined })['join'], 'cached');
    ws.edit('train.py', 'part(1), part(2)', 'part(1), part(3)');
    assert.deepEqual(Object.values(claims(code, run)), [
      'cached',
      'stale: n 2 → 3',
      'waits for part_2',
    ]);
    ws.edit('train.py', '[part(1), part(3)]', '[part(1)]');
    assert.match(claims(code, run)['join'] ?? '', /^stale: input parts changed/);
  });
});
