// Checks of a pipeline's graph: what is refused, with which words, and the order of the rest.
import { deepStrictEqual, ok, strictEqual, throws } from 'node:assert';
import fc from 'fast-check';
import { RunlensError } from '../../../src/base/errors';
import { dependenciesOf } from '../../../src/domain/dependencies';
import type { PipelineGraph } from '../../../src/domain/pipeline';
import { validateGraph } from '../../../src/pipeline/graph';
import { plannedSteps } from '../../../src/pipeline/plan';
import { from, graph, step, target } from '../../support/pipelines';
import { randomGraph } from '../../support/randomGraph';

const REFUSED: readonly { name: string; graph: PipelineGraph; code: string; says: RegExp }[] = [
  { name: 'no steps', graph: graph([]), code: 'graph.empty', says: /`training` has no steps/ },
  {
    name: 'an id twice',
    graph: graph([step('a'), step('a')]),
    code: 'graph.duplicateStep',
    says: /id `a`/,
  },
  {
    name: 'a name that escapes its folder',
    graph: graph([step('../../etc')]),
    code: 'graph.invalidName',
    says: /file names cannot have/,
  },
  {
    name: 'an output name with a slash',
    graph: graph([step('a', { outputs: [{ name: 'x/y', annotation: 'int' }] })]),
    code: 'graph.invalidName',
    says: /output name "x\/y"/,
  },
  {
    name: 'an unknown producer',
    graph: graph([step('a', { inputs: { data: from('load') } })]),
    code: 'graph.unknownStep',
    says: /Step `a` names the step `load` for its input `data`/,
  },
  {
    name: 'an unknown step in after',
    graph: graph([step('a', { after: ['load'] })]),
    code: 'graph.unknownStep',
    says: /in after=/,
  },
  {
    name: 'an unknown producer in a list',
    graph: graph([
      step('a', { inputs: { all: { kind: 'steps', items: [{ stepId: 'b', output: 'output' }] } } }),
    ]),
    code: 'graph.unknownStep',
    says: /`b`/,
  },
  {
    name: 'an output that is not there',
    graph: graph([step('load'), step('a', { inputs: { data: from('load', 'model') } })]),
    code: 'graph.unknownOutput',
    says: /output `model` of `load`.*only `output`/,
  },
  {
    name: 'an output without a type',
    graph: graph([
      step('load', { outputs: [{ name: 'output', annotation: '' }] }),
      step('a', { inputs: { data: from('load') } }),
    ]),
    code: 'graph.untypedOutput',
    says: /`load` \(train.py:3\) does not say what it returns. Add a return annotation: def load/,
  },
  {
    name: 'an output of a step without any',
    graph: graph([step('load', { outputs: [] }), step('a', { inputs: { data: from('load') } })]),
    code: 'graph.untypedOutput',
    says: /return annotation/,
  },
  {
    name: 'two outputs of one name',
    graph: graph([
      step('a', {
        outputs: [
          { name: 'x', annotation: 'int' },
          { name: 'x', annotation: 'int' },
        ],
      }),
    ]),
    code: 'graph.duplicateOutput',
    says: /two outputs named `x`/,
  },
  {
    name: 'a cycle',
    graph: graph([
      step('a', { inputs: { x: from('c') } }),
      step('b', { inputs: { x: from('a') } }),
      step('c', { after: ['b'] }),
    ]),
    code: 'graph.cycle',
    says: /a → b → c → a/,
  },
  {
    name: 'a step that needs itself',
    graph: graph([step('a', { inputs: { x: from('a') } })]),
    code: 'graph.cycle',
    says: /a → a/,
  },
  {
    name: 'an unknown artifact',
    graph: graph([step('a', { inputs: { x: { kind: 'artifact', artifactVersionId: 'f00d' } } })]),
    code: 'graph.unknownArtifact',
    says: /f00d/,
  },
];

const nothing = () => false;

describe('graph', () => {
  for (const refused of REFUSED) {
    it(`refuses ${refused.name}`, () => {
      throws(
        () => validateGraph(refused.graph, nothing),
        (error: unknown) => {
          ok(error instanceof RunlensError, String(error));
          strictEqual(error.code, refused.code);
          ok(refused.says.test(error.message), error.message);
          return true;
        },
      );
    });
  }

  it('keeps the order of the calls where it is possible', () => {
    const steps = [step('b', { after: ['c'] }), step('a'), step('c')];
    deepStrictEqual(validateGraph(graph(steps), nothing), ['c', 'b', 'a']);
  });

  it('accepts an artifact that is there, and an untyped output that nobody uses', () => {
    const steps = [
      step('a', {
        inputs: { x: { kind: 'artifact', artifactVersionId: 'f00d' } },
        outputs: [{ name: 'output', annotation: '' }],
      }),
    ];
    deepStrictEqual(
      validateGraph(graph(steps), (id) => id === 'f00d'),
      ['a'],
    );
  });

  it('orders a chain of ten thousand steps', () => {
    const steps = Array.from({ length: 10_000 }, (_, index) =>
      step(`s${index}`, { after: index === 9999 ? [] : [`s${index + 1}`] }),
    );
    strictEqual(validateGraph(graph(steps), nothing)[0], 's9999');
  });

  it('puts every step after those it depends on', () => {
    fc.assert(
      fc.property(randomGraph, (random) => {
        const order = validateGraph(random, nothing);
        strictEqual(new Set(order).size, random.steps.length);
        for (const one of random.steps) {
          for (const id of dependenciesOf(one)) ok(order.indexOf(id) < order.indexOf(one.id));
        }
      }),
    );
  });
});

describe('plan', () => {
  const steps = [
    step('load'),
    step('split', { inputs: { data: from('load') } }),
    step('other'),
    step('train', { inputs: { data: from('split') } }),
  ];
  const order = ['load', 'split', 'other', 'train'];

  it('runs all steps, or the target with what it needs', () => {
    deepStrictEqual(plannedSteps(graph(steps), { target: 'all' }, order), order);
    deepStrictEqual(plannedSteps(graph(steps), target('split'), order), ['load', 'split']);
  });

  it('names the steps there are when the target is not among them', () => {
    throws(() => plannedSteps(graph(steps), target('eval'), order), {
      code: 'graph.unknownTarget',
      message: /no step `eval`. Its steps are: load, split, other, train\./,
    });
  });
});
