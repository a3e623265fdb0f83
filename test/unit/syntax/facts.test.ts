/** Steps and pipelines are found by names really bound from the SDK, with their calls. */
import assert from 'node:assert/strict';
import { type CallFact, type ModuleFacts, moduleFacts } from '../../../src/syntax/facts';
import { pythonParser } from './support/python';

async function factsOf(text: string): Promise<ModuleFacts> {
  const tree = (await pythonParser()).parse(text);
  const facts = moduleFacts(tree);
  tree.dispose();
  return facts;
}
const stepNames = async (text: string) =>
  (await factsOf(text)).steps.map(({ qualname }) => qualname);

const F = 'def f(): pass';
const BOUND: readonly (readonly [string, string, string[]])[] = [
  ['from', `from runlens import step\n@step\n${F}`, ['f']],
  ['from with call', `from runlens import step\n@step()\n${F}`, ['f']],
  ['module', `import runlens\n@runlens.step\n${F}`, ['f']],
  ['alias', `from runlens import step as s\n@s(name="x")\n${F}`, ['f']],
  ['alias of the module', `import runlens as rl\n@rl.step()\n${F}`, ['f']],
  ['zenml', `from zenml import step, pipeline\n@step\n${F}`, ['f']],
  ['submodule import', `import runlens.client\n@runlens.step\n${F}`, ['f']],
  ['star of the SDK', `from runlens import *\n@step\n${F}`, ['f']],
  [
    'rebound afterwards',
    `from runlens import step\n@step\n${F}\nstep = 1\n@step\ndef g(): pass`,
    ['f'],
  ],
  ['bound again', `step = 1\nfrom runlens import step\n@step\n${F}`, ['f']],
  [
    'either SDK',
    `try:\n  from runlens import step\nexcept ImportError:\n  from zenml import step\n@step\n${F}`,
    ['f'],
  ],
  [
    'both branches',
    `if a:\n  from runlens import step\nelse:\n  from zenml import step\n@step\n${F}`,
    ['f'],
  ],
  [
    'import in a function',
    `def make():\n  from runlens import step\n  @step\n  ${F}`,
    ['make.<locals>.f'],
  ],
  [
    'nested',
    `from runlens import step\ndef make():\n  @step\n  ${F}\n  return f`,
    ['make.<locals>.f'],
  ],
  ['in a class', `from runlens import step\nclass A:\n  @step\n  ${F}`, ['A.f']],
  ['in a branch', `from runlens import step\nif a:\n  @step\n  ${F}`, ['f']],
  ['async', `from runlens import step\n@step\nasync ${F}`, ['f']],
  ['below another decorator', `from runlens import step\n@log\n@step\n${F}`, ['f']],
  ['a star before', `from math import *\nfrom runlens import step\n@step\n${F}`, ['f']],
];

const UNBOUND: readonly (readonly [string, string])[] = [
  ['nothing imported', `@step\n${F}`],
  ['from elsewhere', `from other import step\n@step\n${F}`],
  ['relative', `from .runlens import step\n@step\n${F}`],
  ['a submodule', `from runlens.other import step\n@step\n${F}`],
  ['another name', `from runlens import step as s\n@step\n${F}`],
  ['a local function', `from runlens import step\ndef step(f): return f\n@step\n${F}`],
  ['a class of that name', `from runlens import step\nclass step: pass\n@step\n${F}`],
  ['assigned', `from runlens import step\nstep = print\n@step\n${F}`],
  ['assigned in a tuple', `from runlens import step\na, (step, *b) = c\n@step\n${F}`],
  ['assigned by a walrus', `from runlens import step\nif (step := 1): pass\n@step\n${F}`],
  ['deleted', `from runlens import step\ndel step\n@step\n${F}`],
  ['imported over', `from runlens import step\nfrom other import step\n@step\n${F}`],
  [
    'perhaps imported over',
    `from runlens import step\nif a:\n  from other import step\n@step\n${F}`,
  ],
  ['a star after', `from runlens import step\nfrom other import *\n@step\n${F}`],
  [
    'a fallback',
    `try:\n  from runlens import step\nexcept ImportError:\n  step = print\n@step\n${F}`,
  ],
  [
    'only for types',
    `from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  from runlens import step\n@step\n${F}`,
  ],
  ['a loop variable', `from runlens import step\nfor step in x: pass\n@step\n${F}`],
  ['a with target', `from runlens import step\nwith a as step: pass\n@step\n${F}`],
  ['an exception', `from runlens import step\ntry: pass\nexcept E as step: pass\n@step\n${F}`],
  ['a later round', `from runlens import step\nfor a in b:\n  @step\n  ${F}\n  step = 1`],
  ['a match capture', `from runlens import step\nmatch a:\n  case [step]: pass\n@step\n${F}`],
  ['a parameter', `from runlens import step\ndef make(step):\n  @step\n  ${F}`],
  ['a local', `from runlens import step\ndef make():\n  @step\n  ${F}\n  step = 1`],
  [
    'bound later, seen by a function',
    `from runlens import step\ndef make():\n  @step\n  ${F}\nstep = 1`,
  ],
  [
    'global in a function',
    `from runlens import step\ndef change():\n  global step\n  step = 1\n@step\n${F}`,
  ],
  ['an attribute of something else', `import other\n@other.step\n${F}`],
  ['an attribute of the decorator', `from runlens import step\n@step.other\n${F}`],
  ['the module rebound', `import runlens\nrunlens = other\n@runlens.step\n${F}`],
  ['another attribute', `import runlens\n@runlens.other\n${F}`],
  ['a class scope name', `from runlens import step\nclass A:\n  step = 1\n  @step\n  ${F}`],
  ['a comment', `from runlens import step\n# @step\n${F}`],
  ['a string', `from runlens import step\n"""\n@step\n${F}\n"""`],
];

describe('steps of a file', () => {
  for (const [what, text, expected] of BOUND) {
    it(`are found: ${what}`, async () => assert.deepEqual(await stepNames(text), expected));
  }
  for (const [what, text] of UNBOUND) {
    it(`are not made up: ${what}`, async () => assert.deepEqual(await stepNames(text), []));
  }

  it('have a signature, options and places', async () => {
    const text = [
      'from typing import Annotated',
      'from runlens import step',
      'LR = 0.1',
      '@log',
      '@step(name="train", enable_cache=False, environment={"A": "1"}, retry=RETRY)',
      'def train_model(',
      '    data: dict, /, gamma: float = -0.001, *rest, lr=LR, mode: str = pick(), **more',
      ') -> Annotated[Model, "classifier"]:',
      '    """Trains.',
      '    Long."""',
      '',
    ].join('\n');
    const [step] = (await factsOf(text)).steps;
    assert.ok(step);
    assert.deepEqual(
      [step.name, step.functionName, step.qualname, step.line, step.decoratorLine],
      ['train', 'train_model', 'train_model', 6, 4],
    );
    assert.deepEqual(step.range, {
      start: { line: 3, character: 0 },
      end: { line: 9, character: 12 },
    });
    assert.deepEqual(step.nameRange.start, { line: 5, character: 4 });
    assert.deepEqual(step.options, { name: 'train', enable_cache: false, environment: { A: '1' } });
    assert.deepEqual(step.otherOptions, ['retry']);
    assert.equal(step.returns, 'Annotated[Model, "classifier"]');
    assert.equal(step.doc, 'Trains.');
    assert.deepEqual(
      step.parameters.map(({ name, annotation, kind, default: value }) => [
        name,
        annotation,
        kind,
        value,
      ]),
      [
        ['data', 'dict', 'positional-only', undefined],
        ['gamma', 'float', 'positional', { kind: 'literal', value: -0.001 }],
        ['rest', undefined, 'var-positional', undefined],
        ['lr', undefined, 'keyword-only', { kind: 'literal', value: 0.1 }],
        ['mode', 'str', 'keyword-only', { kind: 'text', text: 'pick()' }],
        ['more', undefined, 'var-keyword', undefined],
      ],
    );
  });

  it('survive a syntax error elsewhere, and say so', async () => {
    const facts = await factsOf(`from runlens import step\n@step\n${F}\n\nx = (\n`);
    assert.equal(facts.hasErrors, true);
    assert.deepEqual(
      facts.steps.map(({ name }) => name),
      ['f'],
    );
  });
});

const HEAD = [
  'from runlens import step, pipeline',
  'from steps import load as fetch',
  'import pkg.more as more',
  'RATE = 0.5',
  '@step',
  'def load_data() -> dict: ...',
  '@step(name="train")',
  'def train_model(data, gamma=0.1): ...',
  'def helper(x): ...',
  '',
].join('\n');

async function callsOf(body: string, parameters = 'gamma=0.001') {
  const indented = body.replace(/^/gm, '    ');
  const facts = await factsOf(`${HEAD}@pipeline\ndef training(${parameters}):\n${indented}\n`);
  const [pipeline] = facts.pipelines;
  assert.ok(pipeline);
  return { calls: pipeline.calls, isStatic: pipeline.static };
}
const ids = (calls: readonly CallFact[]) => calls.map(({ invocationId }) => invocationId);

describe('calls in a pipeline', () => {
  it('come inner ones first, with arguments and ids', async () => {
    const { calls, isStatic } = await callsOf(
      'train_model(load_data(), gamma)\nm = train_model(load_data(), gamma=0.5)',
    );
    assert.equal(isStatic, true);
    assert.deepEqual(ids(calls), ['load_data', 'train', 'load_data_2', 'train_2']);
    assert.deepEqual(calls[1]?.positional, [
      { kind: 'output', call: 0, index: undefined },
      { kind: 'parameter', name: 'gamma' },
    ]);
    assert.deepEqual(calls[3]?.keywords, { gamma: { kind: 'literal', value: 0.5 } });
    assert.deepEqual(calls[3]?.assignedTo, ['m']);
    assert.equal(calls[1]?.step, 'train');
    assert.deepEqual([calls[0]?.line, calls[2]?.line], [12, 13]);
  });

  it('know unpacked outputs, constants, given ids and lists', async () => {
    const { calls } = await callsOf(
      'a, b = load_data(id="first")\ntrain_model(b, gamma=RATE)\ntrain_model([a, b], after="first")',
    );
    assert.deepEqual(ids(calls), ['first', 'train', 'train_2']);
    assert.deepEqual(calls[1]?.positional, [{ kind: 'output', call: 0, index: 1 }]);
    assert.deepEqual(calls[1]?.keywords, { gamma: { kind: 'literal', value: 0.5 } });
    assert.deepEqual(calls[2]?.positional[0], {
      kind: 'list',
      items: [0, 1].map((index) => ({ kind: 'output', call: 0, index })),
    });
    assert.deepEqual(calls[2]?.keywords, { after: { kind: 'literal', value: 'first' } });
  });

  it('name the module of imported steps', async () => {
    const { calls, isStatic } = await callsOf('more.sub.eval(fetch())');
    assert.equal(isStatic, true);
    assert.deepEqual(
      calls.map(({ callee, step }) => [callee, step]),
      [
        ['fetch', { module: 'steps', name: 'load' }],
        ['more.sub.eval', { module: 'pkg.more.sub', name: 'eval' }],
      ],
    );
  });

  it('see through with_options', async () => {
    const { calls } = await callsOf('train_model.with_options(enable_cache=False)(load_data(), 2)');
    assert.deepEqual(
      calls.map(({ callee, hasOptions }) => [callee, hasOptions]),
      [
        ['load_data', false],
        ['train_model', true],
      ],
    );
  });

  it('do not take a changed name for the parameter', async () => {
    const { calls } = await callsOf('gamma = gamma * 2\ntrain_model(load_data(), gamma)');
    assert.deepEqual(calls[1]?.positional[1], { kind: 'unknown', text: 'gamma * 2' });
    const augmented = await callsOf('gamma *= 2\ntrain_model(load_data(), gamma)');
    assert.equal(augmented.calls[1]?.positional[1]?.kind, 'unknown');
  });

  for (const body of [
    'for x in [1, 2]:\n    train_model(load_data(), x)',
    'if gamma:\n    load_data()',
    'helper(load_data())',
    '[train_model(load_data(), g) for g in (1, 2)]',
    'load_data() if gamma else None',
    'gamma()',
    'train_model(*[1, 2])',
    'while gamma: load_data()',
    'def inner(): load_data()',
  ]) {
    it(`are not the graph: ${body.split('\n')[0]}`, async () => {
      assert.equal((await callsOf(body)).isStatic, false);
    });
  }

  it('are the graph when a plain function is called beside them', async () => {
    const { calls, isStatic } = await callsOf(
      '"""Doc."""\nprint("x", len([1]))\nreturn train_model(load_data())',
    );
    assert.equal(isStatic, true);
    assert.deepEqual(ids(calls), ['load_data', 'train']);
  });
});

describe('top-level calls of a pipeline', () => {
  const call = async (text: string) => {
    const facts = await factsOf(
      `${HEAD}@pipeline\ndef training(gamma=0.001): load_data()\n${text}`,
    );
    return facts.pipelines[0]?.topLevelCalls.map(({ positional, keywords }) => [
      positional,
      keywords,
    ]);
  };
  const literal = (value: number) => ({ kind: 'literal', value });

  it('are found at the top and below the main guard', async () => {
    assert.deepEqual(
      await call('training(0.1)\nif __name__ == "__main__":\n    run = training(gamma=RATE)\n'),
      [
        [[literal(0.1)], {}],
        [[], { gamma: literal(0.5) }],
      ],
    );
  });

  it('with options, and with what is not a literal', async () => {
    assert.deepEqual(await call('training.with_options(run_name="x")(gamma=args.gamma)\n'), [
      [[], { gamma: { kind: 'unknown', text: 'args.gamma' } }],
    ]);
  });

  it('are not those inside functions', async () => {
    assert.deepEqual(await call('def main():\n    training(gamma=1)\n'), []);
  });
});
