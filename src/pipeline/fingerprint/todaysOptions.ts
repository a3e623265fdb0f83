/** The options of a recorded invocation as today's source gives them. */
import { isRecord } from '../../base/json';
import type { CachePolicy, Reason, StepInvocation, StepOptions } from '../../domain/pipeline';
import type { OptionFacts } from '../../syntax/facts';

/** Where options are given. */
export interface OptionLayers {
  /** Its decorator, then `with_options` where it is called. */
  readonly pipeline: readonly OptionFacts[];
  readonly step: OptionFacts;
  /** `with_options` where the step is called. */
  readonly call: OptionFacts | undefined;
  /** Whether the pipeline is called with `with_options`, which then decides about the cache. */
  readonly isRunConfigured: boolean;
}

export interface TodaysOptions {
  readonly options: StepOptions;
  readonly outputs: StepInvocation['outputs'];
  /** Set when its cache is off. */
  readonly disabled: Reason | undefined;
}

/** An option whose value the text does not say. */
export interface HiddenOption {
  readonly hidden: string;
}

/** Options that the key or the decision depends on; the others are never looked at. */
const COUNTED = ['environment', 'secrets', 'cache_policy', 'output_materializers', 'enable_cache'];
/** These change any option. */
const FILES = ['config_path', 'config', 'steps', 'step_configurations'];

export function todaysOptions(
  invocation: StepInvocation,
  layers: OptionLayers,
): TodaysOptions | HiddenOption {
  const all = [...layers.pipeline, layers.step, ...(layers.call ? [layers.call] : [])];
  const hidden = all.flatMap(hiddenOption)[0];
  if (hidden !== undefined) return { hidden };
  const policy = policyOf(all);
  if (policy === 'hidden') return { hidden: 'cache_policy' };
  const { cachePolicy: _, secrets: __, ...recorded } = invocation.options;
  const secrets = secretsOf(all);
  return {
    options: {
      ...recorded,
      environment: environmentOf(all),
      ...(secrets.length > 0 && { secrets }),
      ...(policy && { cachePolicy: policy }),
    },
    outputs: invocation.outputs.map(withoutMaterializer),
    disabled: disabledBy(layers),
  };
}

function hiddenOption({ options, otherOptions, optionCalls }: OptionFacts): string[] {
  if (options['output_materializers']) return ['output_materializers'];
  return otherOptions.filter(
    (name) =>
      FILES.includes(name) ||
      name.startsWith('**') ||
      (COUNTED.includes(name) && !(name === 'cache_policy' && optionCalls[name])),
  );
}

/** As the SDK sets them: text stays, other values as Python writes them. */
function environmentOf(layers: readonly OptionFacts[]): Record<string, string> {
  const given = layers.flatMap(({ options }) => {
    const value = options['environment'];
    return isRecord(value) ? Object.entries(value) : [];
  });
  return Object.fromEntries(given.map(([name, value]) => [name, pythonText(value)]));
}

function pythonText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === true) return 'True';
  if (value === false) return 'False';
  return value === null ? 'None' : JSON.stringify(value);
}

function secretsOf(layers: readonly OptionFacts[]): string[] {
  const given = layers.flatMap(({ options }) => options['secrets'] ?? []);
  return [...new Set(Array.isArray(given) ? given.map(String) : [])];
}

function policyOf(layers: readonly OptionFacts[]): CachePolicy | undefined | 'hidden' {
  const given = layers.flatMap(({ options, optionCalls }) => {
    const call = optionCalls['cache_policy'];
    if (call) return [call.callee === 'CachePolicy' ? call.keywords : 'hidden'];
    const value = options['cache_policy'];
    return value === undefined || value === null ? [] : [value];
  });
  const last = given.at(-1);
  if (last === undefined || (typeof last === 'string' && last.toLowerCase() === 'default')) {
    return undefined;
  }
  return isRecord(last) ? readPolicy(last) : 'hidden';
}

/** Literal settings of a `CachePolicy`, as the SDK describes them to the server. */
function readPolicy(
  settings: Readonly<Record<string, unknown>>,
): CachePolicy | undefined | 'hidden' {
  const {
    include_step_code: code = true,
    include_step_parameters: parameters = true,
    include_artifact_values: values = true,
    include_artifact_ids: ids = true,
    ignored_inputs: ignored = null,
    file_dependencies: files = null,
    source_dependencies: sources = null,
    environment = null,
    packages = false,
    cache_func: custom = null,
    expires_after: seconds = null,
    ...unknown
  } = settings;
  if (Object.keys(unknown).length > 0 || custom !== null) return 'hidden';
  const policy: CachePolicy = {
    ...(!code && { code: false }),
    ...(!parameters && { parameters: false }),
    ...(!values && !ids && { inputs: false }),
    ...names('ignored', ignored),
    ...names('files', files, normalPath),
    ...names('sources', sources, (name) => name.replaceAll(':', '.')),
    ...(isNames(environment) && {
      environment: Object.fromEntries(environment.map((name) => [name, null])),
    }),
    ...(packages ? { packages: true } : {}),
    ...(typeof seconds === 'number' && { expiresAfterMs: seconds * 1000 }),
  };
  return Object.keys(policy).length > 0 ? policy : undefined;
}

const isNames = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');

const names = <K extends 'ignored' | 'files' | 'sources'>(
  key: K,
  value: unknown,
  change = (name: string) => name,
): Partial<Record<K, string[]>> | object => (isNames(value) ? { [key]: value.map(change) } : {});

/** As Python's `os.path.normpath`; a `/` at the end says that it is a folder. */
function normalPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return `${parts.join('/') || '.'}${path.endsWith('/') ? '/' : ''}`;
}

/** Without the option none is chosen any more. Which one a class stands for is known when it runs. */
function withoutMaterializer(
  output: StepInvocation['outputs'][number],
): StepInvocation['outputs'][number] {
  if (output.materializer === undefined) return output;
  const { materializer: _, materializerDigest: __, ...rest } = output;
  return rest;
}

export const CACHE_IS_OFF: Reason = { kind: 'cache-disabled', text: 'caching is off' };

/** `with_options` of the pipeline, else what the step says, else the pipeline's decorator, else on. */
function disabledBy({ pipeline, step, call, isRunConfigured }: OptionLayers): Reason | undefined {
  const run = isRunConfigured ? pipeline.at(-1)?.options['enable_cache'] : undefined;
  const choices = [run, call?.options['enable_cache'], step.options['enable_cache']];
  const said = [...choices, pipeline[0]?.options['enable_cache']];
  return said.find((choice) => typeof choice === 'boolean') === false ? CACHE_IS_OFF : undefined;
}
