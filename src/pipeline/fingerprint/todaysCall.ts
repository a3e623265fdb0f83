/** A recorded step invocation with its arguments and options re-read from today's source. */
import type { Json } from '../../base/json';
import type { PipelineRun, Reason, StepInput, StepInvocation } from '../../domain/pipeline';
import type { ArgFact, CallFact, ParameterFact, PipelineFact, StepFact } from '../../syntax/facts';
import type { CodeFingerprinter } from './codeFingerprint';
import { CACHE_IS_OFF, type TodaysOptions, todaysOptions } from './todaysOptions';

export interface Today {
  readonly invocation: StepInvocation;
  /** Set when its cache is off. */
  readonly disabled: Reason | undefined;
}
/** What cannot be known before it runs. */
export interface NotKnown {
  readonly why: string;
}

interface Context {
  readonly run: PipelineRun;
  readonly fingerprinter: Pick<CodeFingerprinter, 'factsOf' | 'digestOf'>;
  readonly pipelineFact: PipelineFact | undefined;
  pathDigest?(path: string): string | undefined;
}

/** What the text says of one argument. */
type Value =
  | { readonly value: Json; readonly from: Pick<ParameterInput, 'pipelineParameter' | 'isDefault'> }
  | NotKnown;
type ParameterInput = Extract<StepInput, { kind: 'parameter' }>;

export class TodaysCall {
  constructor(
    private readonly o: Context,
    private readonly invocation: StepInvocation,
  ) {}

  read(): Today | NotKnown {
    const pipeline = this.o.pipelineFact;
    if (!pipeline) return { why: `${this.o.run.graph.pipeline} is not in its file any more` };
    const step = this.stepFact();
    const call = this.call(pipeline);
    if ('why' in call) return call;
    if (!step) return { why: `${this.invocation.step} is not a step in its file any more` };
    const inputs: Record<string, StepInput> = {};
    for (const [index, parameter] of step.parameters.entries()) {
      const input = this.input(pipeline, call, { parameter, index });
      if ('why' in input) return input;
      inputs[parameter.name] = input;
    }
    const today = this.options(step, call, pipeline);
    if ('why' in today) return today;
    const { options, outputs, disabled } = today;
    return {
      invocation: { ...this.invocation, step: this.nameOf(step, call), inputs, options, outputs },
      disabled,
    };
  }

  private nameOf(step: StepFact, call: CallFact): string {
    const given = call.changedOptions?.options['name'];
    return typeof given === 'string' ? given : step.name;
  }

  /** What the text does not say is as recorded while no file of the run has changed. */
  private options(
    step: StepFact,
    call: CallFact,
    pipeline: PipelineFact,
  ): TodaysOptions | NotKnown {
    const calls = this.topLevelCalls(pipeline);
    const [top, second] = calls;
    const isConfigured = step.isConfigured || pipeline.isConfigured;
    const isAmbiguous = second !== undefined && calls.some(({ hasOptions }) => hasOptions);
    const layers = {
      pipeline: [pipeline, ...(top?.changedOptions && !second ? [top.changedOptions] : [])],
      step,
      call: call.changedOptions,
      isRunConfigured: top?.changedOptions !== undefined,
    };
    const today =
      isConfigured || isAmbiguous
        ? { hidden: 'configuration' }
        : todaysOptions(this.invocation, layers);
    if (!('hidden' in today)) return today;
    if (!this.isAsImported()) return { why: `its ${wordsOf(today.hidden)} is decided at run` };
    const { options, outputs } = this.invocation;
    const isOff = !options.enableCache || !this.o.run.graph.enableCache;
    return { options, outputs, disabled: isOff ? CACHE_IS_OFF : undefined };
  }

  /**
   * The calls at the top of the file, when it was run as a script: a launch from the editor and
   * another script that imports the file compose the pipeline themselves.
   */
  private topLevelCalls(pipeline: PipelineFact): PipelineFact['topLevelCalls'] {
    return isOfScript(this.o.run) ? pipeline.topLevelCalls : [];
  }

  private isAsImported(): boolean {
    const { modules } = this.o.run;
    return (
      modules.length > 0 &&
      modules.every(({ file, digest }) => this.o.fingerprinter.digestOf(file) === digest)
    );
  }

  private stepFact(): StepFact | undefined {
    const { file, qualname } = this.invocation.source;
    const steps = this.o.fingerprinter.factsOf(file)?.steps ?? [];
    return steps.find((step) => step.qualname === qualname);
  }

  private call(pipeline: PipelineFact): CallFact | NotKnown {
    const { id, step } = this.invocation;
    const isOfStep = ({ step: callee }: CallFact) =>
      callee === step || (typeof callee === 'object' && callee.name === this.functionName());
    const candidates = pipeline.calls.filter(isOfStep);
    const named =
      candidates.find(({ invocationId }) => invocationId === id) ?? this.numbered(candidates);
    // In a loop or branch the text does not say which call was which invocation.
    const [only, second] = candidates;
    const call = pipeline.static ? named : second ? undefined : only;
    return call ?? { why: `the call of ${step} in ${pipeline.name} is decided at run` };
  }

  /** An imported step may have another name than its function: the n-th call is the n-th id. */
  private numbered(candidates: readonly CallFact[]): CallFact | undefined {
    const { id, step } = this.invocation;
    const suffix = id === step ? '1' : new RegExp(`^${escaped(step)}_(\\d+)$`).exec(id)?.[1];
    const isImported = candidates.every((call) => typeof call.step === 'object');
    return suffix && isImported ? candidates[Number(suffix) - 1] : undefined;
  }

  private functionName(): string {
    const { qualname } = this.invocation.source;
    return qualname.slice(qualname.lastIndexOf('.') + 1);
  }

  private input(
    pipeline: PipelineFact,
    call: CallFact,
    { parameter, index }: { parameter: ParameterFact; index: number },
  ): StepInput | NotKnown {
    const byPosition = parameter.kind === 'positional' || parameter.kind === 'positional-only';
    const argument =
      call.keywords[parameter.name] ?? (byPosition ? call.positional[index] : undefined);
    const wired = argument && this.wired(pipeline, argument, parameter.name);
    if (wired) return wired;
    const value = argument
      ? this.argumentValue(pipeline, argument)
      : defaultValue(parameter, `the default of ${parameter.name}`);
    return 'why' in value ? value : this.parameterInput(parameter.name, value);
  }

  /** An input that comes from other steps; undefined when the argument is a value. */
  private wired(
    pipeline: PipelineFact,
    argument: ArgFact,
    name: string,
  ): StepInput | NotKnown | undefined {
    const recorded = this.invocation.inputs[name];
    if (!pipeline.static && isWire(recorded) && argument.kind !== 'literal') return recorded;
    if (isStored(recorded) && argument.kind === 'unknown') return this.stored(recorded);
    if (argument.kind === 'output') {
      const from = this.output(pipeline, argument);
      return 'why' in from ? from : { kind: 'step', ...from };
    }
    if (argument.kind !== 'list' || !argument.items.some(({ kind }) => kind === 'output')) {
      return undefined;
    }
    const items: { stepId: string; output: string }[] = [];
    for (const item of argument.items) {
      const from = item.kind === 'output' ? this.output(pipeline, item) : notKnown(name);
      if ('why' in from) return from;
      items.push(from);
    }
    return { kind: 'steps', items };
  }

  /** Which stored artifact an expression gives is known while no file of the run has changed. */
  private stored(recorded: StepInput): StepInput | NotKnown {
    return this.isAsImported()
      ? recorded
      : { why: 'which stored artifact it takes is decided at run' };
  }

  private output(
    pipeline: PipelineFact,
    { call, index }: Extract<ArgFact, { kind: 'output' }>,
  ): { stepId: string; output: string } | NotKnown {
    const stepId = pipeline.calls[call]?.invocationId;
    const producer = this.o.run.graph.steps.find(({ id }) => id === stepId);
    const output = producer?.outputs[index ?? 0];
    const isOne = index !== undefined || producer?.outputs.length === 1;
    if (!stepId || !output || !isOne)
      return { why: `${pipeline.name} has changed: decided at run` };
    return { stepId, output: output.name };
  }

  private argumentValue(pipeline: PipelineFact, argument: ArgFact): Value {
    switch (argument.kind) {
      case 'literal':
        return { value: argument.value, from: {} };
      case 'parameter':
        return this.pipelineValue(pipeline, argument.name);
      case 'list':
        return this.listValue(pipeline, argument.items);
      default:
        return notKnown(argument.kind === 'unknown' ? argument.text : 'an argument');
    }
  }

  private listValue(pipeline: PipelineFact, items: readonly ArgFact[]): Value {
    const values: Json[] = [];
    for (const item of items) {
      const value = this.argumentValue(pipeline, item);
      if ('why' in value) return value;
      values.push(value.value);
    }
    return { value: values, from: {} };
  }

  /**
   * A literal in the file's only call of the pipeline; else what the recorded call gave, unless that
   * call gives nothing any more; else today's default.
   */
  private pipelineValue(pipeline: PipelineFact, name: string): Value {
    const from = { pipelineParameter: name };
    const index = pipeline.parameters.findIndex((parameter) => parameter.name === name);
    const parameter = pipeline.parameters[index];
    if (!parameter) return notKnown(name);
    const [call, second] = this.topLevelCalls(pipeline);
    const given = second ? undefined : (call?.keywords[name] ?? call?.positional[index]);
    if (given?.kind === 'literal') return { value: given.value, from };
    const recorded = this.o.run.graph.parameters[name];
    const isGivenNoMore = call && !second && !given && !call.positional.some(isSplat);
    if (recorded?.explicit && !isGivenNoMore) return { value: recorded.value, from };
    const value = defaultValue(parameter, `the default of ${name}`);
    return 'why' in value ? value : { ...value, from };
  }

  private parameterInput(
    name: string,
    { value, from }: Exclude<Value, NotKnown>,
  ): StepInput | NotKnown {
    const recorded = this.invocation.inputs[name];
    if (recorded?.kind !== 'path' || typeof value !== 'string') {
      return { kind: 'parameter', value, ...from };
    }
    if (value !== recorded.path) return { kind: 'path', path: value, digest: `of ${value}` };
    const digest = this.o.pathDigest?.(value);
    return digest === undefined
      ? { why: `it reads ${value}, which is looked at when it runs` }
      : { kind: 'path', path: value, digest };
  }
}

/** Whether the pipeline's file was the script that was run. */
function isOfScript({ launchId, graph, environment }: PipelineRun): boolean {
  const { command } = environment;
  const [script = graph.source.file] = Array.isArray(command) ? command : [];
  const isSame = lastOf(String(script)) === lastOf(graph.source.file);
  return launchId === undefined && isSame;
}
const lastOf = (path: string): string =>
  path.slice(Math.max(...['/', '\\'].map((c) => path.lastIndexOf(c))) + 1);

const isSplat = (argument: ArgFact): boolean =>
  argument.kind === 'unknown' && argument.text.startsWith('*');

const isWire = (input: StepInput | undefined): input is StepInput =>
  input?.kind === 'step' || input?.kind === 'steps' || input?.kind === 'item';
const isStored = (input: StepInput | undefined): input is StepInput =>
  input?.kind === 'artifact' || input?.kind === 'stored';

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const notKnown = (what: string): NotKnown => ({ why: `${what} is decided at run` });

function defaultValue(parameter: ParameterFact, what: string): Value {
  const { default: value } = parameter;
  return value?.kind === 'literal'
    ? { value: value.value, from: { isDefault: true } }
    : notKnown(what);
}

/** `cache_policy` as people say it. */
const wordsOf = (option: string): string => option.replaceAll('_', ' ');
