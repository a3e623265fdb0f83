/** A workspace with a pipeline as a model: its text, the graph that the SDK makes of it, and edits. */
import { createHash } from 'node:crypto';
import type { Json } from '../../../../../src/base/json';
import type {
  CachePolicy,
  PipelineGraph,
  StepInput,
  StepInvocation,
  StepOptions,
} from '../../../../../src/domain/pipeline';

/** Options as Python writes them; undefined: not given. */
export interface Options {
  environment?: Record<string, string> | undefined;
  secrets?: string[] | undefined;
  enable_cache?: boolean | undefined;
  retries?: number | undefined;
  tags?: string[] | undefined;
  policy?: Record<string, Json> | undefined;
  /** Writes the environment as a call, which the text does not show the value of. */
  isHidden?: boolean | undefined;
}

/** What is given for a parameter in the pipeline: nothing, a literal, or a pipeline's parameter. */
type Given = { literal: Json } | { parameter: string } | { constant: string } | undefined;

interface StepModel {
  readonly name: string;
  body: number;
  /** Indices of helpers and of constants that its code uses. */
  helpers: number[];
  /** Indices of the steps whose outputs it takes. */
  inputs: number[];
  parameters: { name: string; default: Json; given: Given }[];
  options: Options;
  /** `with_options` where it is called. */
  call: Options | undefined;
  doc: string;
}

export interface Model {
  helpers: { value: number; uses: number[]; isClass: boolean; doc: string }[];
  constants: number[];
  steps: StepModel[];
  parameters: Record<string, Json>;
  options: Options;
  /** Arguments of the call below `if __name__ == "__main__"`, and its `with_options`. */
  main: { arguments: Record<string, Json>; options: Options | undefined };
  /** Content of data files. */
  data: Record<string, string>;
  environment: Record<string, string>;
  noise: string;
}

type Random = (below: number) => number;
const pick = <T>(random: Random, items: readonly T[]): T => items[random(items.length)]!;

export function firstModel(random: Random): Model {
  const helpers = [0, 1, 2, 3].map((index) => ({
    value: index,
    uses: index > 0 && random(2) ? [random(index)] : [],
    isClass: index === 3,
    doc: 'Helps.',
  }));
  const steps = Array.from({ length: 6 }, (_, index): StepModel => {
    const inputs =
      index === 0 ? [] : [...new Set([random(index), random(index)])].slice(0, 1 + random(2));
    return {
      name: `step${index}`,
      body: index,
      helpers: random(3) ? [random(4)] : [],
      inputs,
      parameters: [
        { name: 'alpha', default: 1, given: random(2) ? { parameter: 'alpha' } : undefined },
        { name: 'beta', default: 'b', given: random(3) ? undefined : { literal: 2.5 } },
      ],
      options: {},
      call: undefined,
      doc: 'Does.',
    };
  });
  return {
    helpers,
    constants: [10, 20],
    steps,
    parameters: { alpha: 1, gamma: 0.5 },
    options: {},
    main: { arguments: {}, options: undefined },
    data: { 'data/a.csv': '1', 'data/b.csv': '2', 'other.txt': '3' },
    environment: { MODE: 'x' },
    noise: '',
  };
}

const python = (value: unknown): string => {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${python(one)}`)
      .join(', ')}}`;
  return JSON.stringify(value);
};

function optionTexts({ policy, environment, isHidden, ...rest }: Options): string[] {
  const plain = Object.entries(rest).filter(([, value]) => value !== undefined);
  const variables = Object.entries(environment ?? {}).map(
    ([name, value]) => `${name}=${python(value)}`,
  );
  const settings = Object.entries(policy ?? {}).map(([name, value]) => `${name}=${python(value)}`);
  return [
    ...plain.map(([name, value]) => `${name}=${python(value)}`),
    ...(environment
      ? [`environment=${isHidden ? `dict(${variables.join(', ')})` : python(environment)}`]
      : []),
    ...(policy ? [`cache_policy=CachePolicy(${settings.join(', ')})`] : []),
  ];
}

const decorator = (name: string, options: Options): string => {
  const texts = optionTexts(options);
  return texts.length > 0 ? `@${name}(${texts.join(', ')})` : `@${name}`;
};
const chosen = (options: Options | undefined): string =>
  options ? `.with_options(${optionTexts(options).join(', ')})` : '';

export function textsOf(model: Model): Record<string, string> {
  const helpers = model.helpers.map(({ value, uses, isClass, doc }, index) => {
    const sum = [...uses.map((other) => call(model, other)), String(value)].join(' + ');
    return isClass
      ? `class helper${index}:\n    """${doc}"""\n    def run(self):\n        return ${sum}\n`
      : `def helper${index}():\n    """${doc}"""\n    return ${sum}\n`;
  });
  const constants = model.constants.map((value, index) => `CONST${index} = ${value}\n`);
  const steps = model.steps.map((step) => {
    const inputs = step.inputs.map((_, at) => `d${at}: dict`);
    const parameters = step.parameters.map((one) => `${one.name} = ${python(one.default)}`);
    const sum = [...step.helpers.map((index) => call(model, index)), String(step.body)].join(' + ');
    return `${decorator('step', step.options)}\ndef ${step.name}(${[...inputs, ...parameters].join(', ')}) -> dict:\n    """${step.doc}"""\n    return {"v": ${sum}}\n`;
  });
  const calls = model.steps.map((step, index) => {
    const inputs = step.inputs.map((other, at) => `d${at}=r${other}`);
    const given = step.parameters.flatMap(({ name, given: value }) => {
      if (!value) return [];
      if ('literal' in value) return [`${name}=${python(value.literal)}`];
      return [`${name}=${'parameter' in value ? value.parameter : value.constant}`];
    });
    return `    r${index} = ${step.name}${chosen(step.call)}(${[...inputs, ...given].join(', ')})\n`;
  });
  const parameters = Object.entries(model.parameters).map(
    ([name, value]) => `${name}=${python(value)}`,
  );
  const main = Object.entries(model.main.arguments).map(
    ([name, value]) => `${name}=${python(value)}`,
  );
  return {
    'features.py': `${model.noise}${helpers.join('\n')}`,
    'train.py': [
      'from runlens import CachePolicy, pipeline, step\n',
      'from features import helper0, helper1\nimport features\n',
      model.noise,
      constants.join(''),
      steps.join(`\n${model.noise}\n`),
      `${decorator('pipeline', model.options)}\ndef training(${parameters.join(', ')}):\n${calls.join('')}`,
      `if __name__ == "__main__":\n    training${chosen(model.main.options)}(${main.join(', ')})\n`,
    ].join('\n'),
  };
}

function call(model: Model, index: number): string {
  const name = index < 2 ? `helper${index}` : `features.helper${index}`;
  return model.helpers[index]?.isClass ? `${name}().run()` : `${name}()`;
}

/** The graph of `python train.py`, as the SDK composes it. */
export function graphOf(model: Model): PipelineGraph {
  const values = { ...model.parameters, ...model.main.arguments };
  const steps = model.steps.map((step) => invocationOf(model, step, values));
  return {
    pipeline: 'training',
    source: { file: 'train.py', module: 'train', qualname: 'training', line: 1 },
    parameters: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        { value, explicit: name in model.main.arguments },
      ]),
    ),
    enableCache: steps.some(({ options }) => options.enableCache),
    steps,
  };
}

function invocationOf(
  model: Model,
  step: StepModel,
  values: Readonly<Record<string, Json>>,
): StepInvocation {
  const inputs: Record<string, StepInput> = {};
  step.inputs.forEach((other, at) => {
    inputs[`d${at}`] = { kind: 'step', stepId: model.steps[other]!.name, output: 'output' };
  });
  for (const { name, default: fallback, given } of step.parameters) {
    inputs[name] = parameterOf(model, values, { fallback, given });
  }
  return {
    id: step.name,
    step: step.name,
    source: { file: 'train.py', module: 'train', qualname: step.name, line: 1 },
    inputs,
    outputs: [{ name: 'output', annotation: 'dict' }],
    after: [],
    options: optionsOf(model, step),
    captured: {},
  };
}

function parameterOf(
  model: Model,
  values: Readonly<Record<string, Json>>,
  { fallback, given }: { fallback: Json; given: Given },
): StepInput {
  if (!given) return { kind: 'parameter', value: fallback, isDefault: true };
  if ('literal' in given) return { kind: 'parameter', value: given.literal };
  if ('constant' in given) {
    return { kind: 'parameter', value: model.constants[Number(given.constant.slice(5))]! };
  }
  const { parameter } = given;
  return { kind: 'parameter', value: values[parameter]!, pipelineParameter: parameter };
}

/** The layers in the SDK's order: pipeline, its `with_options`, step, the call's `with_options`. */
function optionsOf(model: Model, step: StepModel): StepOptions {
  const layers = [model.options, model.main.options ?? {}, step.options, step.call ?? {}];
  const secrets = [...new Set(layers.flatMap((layer) => layer.secrets ?? []))];
  const policy = layers.map((layer) => layer.policy).findLast((one) => one !== undefined);
  const cachePolicy = policy && policyOf(model, policy);
  const choice = [
    model.main.options?.enable_cache,
    step.call?.enable_cache ?? step.options.enable_cache,
    model.options.enable_cache,
  ].find((one) => one !== undefined);
  return {
    enableCache: choice ?? true,
    environment: Object.assign({}, ...layers.map((layer) => layer.environment)),
    retries: layers.flatMap((layer) => layer.retries ?? []).at(-1) ?? 0,
    ...(secrets.length > 0 && { secrets }),
    ...(cachePolicy && Object.keys(cachePolicy).length > 0 && { cachePolicy }),
  };
}

function policyOf(model: Model, given: Readonly<Record<string, Json>>): CachePolicy {
  const list = (name: string) => given[name] as string[] | undefined;
  const seconds = given['expires_after'];
  return {
    ...(given['include_step_code'] === false && { code: false }),
    ...(given['include_step_parameters'] === false && { parameters: false }),
    ...(given['include_artifact_values'] === false && { inputs: false }),
    ...(list('ignored_inputs') && { ignored: list('ignored_inputs')! }),
    ...(list('file_dependencies') && { files: list('file_dependencies')! }),
    ...(list('source_dependencies') && { sources: list('source_dependencies')! }),
    ...(list('environment') && {
      environment: Object.fromEntries(
        list('environment')!.map((name) => [name, model.environment[name] ?? null]),
      ),
    }),
    ...(typeof seconds === 'number' && { expiresAfterMs: seconds * 1000 }),
  };
}

const POLICIES: readonly (Record<string, Json> | undefined)[] = [
  undefined,
  { include_step_code: false },
  { include_step_parameters: false },
  { include_artifact_values: false, include_artifact_ids: false },
  { ignored_inputs: ['alpha'] },
  { file_dependencies: ['data/*.csv'] },
  { file_dependencies: ['data/a.csv', 'missing/**'] },
  { source_dependencies: ['features.helper3'] },
  { include_step_code: false, source_dependencies: ['features.helper2'] },
  { environment: ['MODE'] },
  { expires_after: 100 },
];

function set<T, K extends keyof T>(target: T, key: K, value: T[K]): string {
  target[key] = value;
  return `${String(key)} = ${JSON.stringify(value)}`;
}

/** Changes something and says what. */
export function editModel(model: Model, random: Random): string {
  const step = pick(random, model.steps);
  const owner = pick<Options>(random, [step.options, step.options, model.options]);
  const edits: (() => string)[] = [
    () => `helper ${set(pick(random, model.helpers), 'value', random(50))}`,
    () => `constant ${set(model.constants, random(2), random(50))}`,
    () => `body of ${step.name} ${set(step, 'body', random(50))}`,
    () => `default in ${step.name} ${set(pick(random, step.parameters), 'default', random(5))}`,
    () => {
      const parameter = pick(random, step.parameters);
      parameter.given = pick<Given>(random, [
        undefined,
        { literal: random(5) },
        { parameter: pick(random, ['alpha', 'gamma']) },
        { constant: `CONST${random(2)}` },
      ]);
      return `argument ${parameter.name} of ${step.name}`;
    },
    () =>
      `default of the pipeline ${set(model.parameters, pick(random, ['alpha', 'gamma']), random(5))}`,
    () => {
      if (random(2)) model.main.arguments = {};
      else model.main.arguments[pick(random, ['alpha', 'gamma'])] = random(5);
      return 'argument of the call';
    },
    () => {
      owner.environment = random(3) ? { MODE: String(random(3)) } : undefined;
      owner.isHidden = random(5) === 0;
      return 'environment';
    },
    () => `secrets ${set(owner, 'secrets', random(2) ? [`S${random(2)}`] : undefined)}`,
    () =>
      `cache ${set(owner, 'enable_cache', pick(random, [undefined, undefined, undefined, true, true, false]))}`,
    () => `policy ${set(owner, 'policy', pick(random, POLICIES))}`,
    () => `policy of ${step.name} ${set(step.options, 'policy', pick(random, POLICIES))}`,
    () => {
      step.call = random(2) ? { environment: { CALL: String(random(2)) } } : undefined;
      return `with_options of ${step.name}`;
    },
    () => {
      model.main.options = pick(random, [undefined, undefined, { enable_cache: random(4) > 0 }]);
      return 'with_options of the pipeline';
    },
    () =>
      `retries ${set(step.options, 'retries', random(3))} ${set(step.options, 'tags', [`t${random(3)}`])}`,
    () => {
      const file = pick(random, ['data/a.csv', 'data/b.csv', 'data/c.csv', 'other.txt']);
      if (random(4)) model.data[file] = String(random(4));
      else delete model.data[file];
      return `file ${file}`;
    },
    () => `variable ${set(model.environment, 'MODE', String(random(3)))}`,
    () => `noise ${set(model, 'noise', pick(random, ['', '# a\n', '\n\n# b\n']))}`,
    () => `documentation ${set(step, 'doc', pick(random, ['Does.', 'Does more.']))}`,
    () => {
      const at = model.steps.indexOf(step);
      if (at > 0 && step.inputs.length > 0) step.inputs[0] = random(at);
      return `input of ${step.name}`;
    },
    () => `use of helpers in ${step.name} ${set(step, 'helpers', random(2) ? [random(4)] : [])}`,
  ];
  return pick(random, edits)();
}

/** What a step makes: it depends on all that may change its result, coarsely, so that much is equal. */
export function outputOf(model: Model, graph: PipelineGraph, stepId: string): Json {
  const invocation = graph.steps.find(({ id }) => id === stepId)!;
  const step = model.steps.find(({ name }) => name === stepId)!;
  const inputs = step.inputs.map((other) => outputOf(model, graph, model.steps[other]!.name));
  const helpers = step.helpers.map((index) => model.helpers[index]!.value);
  const all = JSON.stringify([step.body, helpers, invocation.inputs, inputs]);
  return Number.parseInt(createHash('sha256').update(all).digest('hex').slice(0, 6), 16) % 3;
}
