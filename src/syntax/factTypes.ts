/** The shape of what a Python file says about steps and pipelines. */
import type { Json } from '../base/json';
import type { FileNames } from './namePaths';
import type { StringRole } from './stringRoles';

export interface ModuleFacts {
  /** Whether the text does not parse as a whole; what is listed may then be incomplete. */
  readonly hasErrors: boolean;
  readonly steps: readonly StepFact[];
  readonly pipelines: readonly PipelineFact[];
  readonly names: FileNames;
  readonly store: StoreFacts;
}

/** A position as editors count: lines and characters (UTF-16) from 0. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}
export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** Options given as keyword arguments, by what the text says of their values. */
export interface OptionFacts {
  /** Those that are literals, or names that stand for one. */
  readonly options: Readonly<Record<string, Json>>;
  /** Names of those that are not. */
  readonly otherOptions: readonly string[];
  /** Of those, the ones that are calls with literal keyword arguments: `CachePolicy(code=False)`. */
  readonly optionCalls: Readonly<Record<string, OptionCall>>;
}
export interface OptionCall {
  /** The last name of the callee. */
  readonly callee: string;
  readonly keywords: Readonly<Record<string, Json>>;
}

export interface StepFact extends OptionFacts {
  /** The decorator's `name=` where it is a literal, else the function's name. */
  readonly name: string;
  readonly functionName: string;
  /** Python's `__qualname__`. */
  readonly qualname: string;
  /** 1-based line of `def`. */
  readonly line: number;
  /** 1-based line of the first decorator. */
  readonly decoratorLine: number;
  /** From the first decorator to the end of the body. */
  readonly range: TextRange;
  readonly nameRange: TextRange;
  readonly parameters: readonly ParameterFact[];
  /** The return annotation as written. */
  readonly returns: string | undefined;
  /** Set when something is returned and no annotation says what. */
  readonly unannotated: UnannotatedReturn | undefined;
  /** Whether the module changes its options with `.configure(…)` somewhere at its top. */
  readonly isConfigured: boolean;
  /** First line of the docstring. */
  readonly doc: string | undefined;
}

export interface UnannotatedReturn {
  /** Where an annotation goes: behind the parameters. */
  readonly at: TextPosition;
  /** The built-in type that every `return` certainly has. */
  readonly type: string | undefined;
}

export interface ParameterFact {
  readonly name: string;
  readonly annotation: string | undefined;
  readonly default: DefaultFact | undefined;
  readonly kind:
    | 'positional-only'
    | 'positional'
    | 'keyword-only'
    | 'var-positional'
    | 'var-keyword';
}
export type DefaultFact =
  | { readonly kind: 'literal'; readonly value: Json }
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Why it certainly cannot be a parameter. */
      readonly problem?: string;
    };

export interface PipelineFact extends StepFact {
  /** Calls in the order in which they run, inner ones before those they are arguments of. */
  readonly calls: readonly CallFact[];
  /** Whether the calls are the whole graph: no branch, loop or construct that is not understood. */
  readonly static: boolean;
  /** Names given to outputs that nothing uses. */
  readonly unused: readonly UnusedResult[];
  /** Calls of this pipeline at the top level of its file, also below `if __name__ == "__main__"`. */
  readonly topLevelCalls: readonly TopLevelCall[];
}

export interface UnusedResult {
  /** Index into `calls`. */
  readonly call: number;
  readonly names: readonly string[];
  /** From the names to the call. */
  readonly range: TextRange;
}

export interface CallFact {
  /** The id of the invocation: the step's name, numbered from the second call on, or `id=`. */
  readonly invocationId: string;
  /** As written, `steps.train`. */
  readonly callee: string;
  /** Name of a step of this module, or where an imported callee comes from. */
  readonly step: string | { readonly module: string; readonly name: string } | undefined;
  /** 1-based. */
  readonly line: number;
  readonly positional: readonly ArgFact[];
  readonly keywords: Readonly<Record<string, ArgFact>>;
  /** Names its outputs are bound to, in order. */
  readonly assignedTo: readonly string[];
  /** Whether the options are changed for this call by `with_options` or `configure`. */
  readonly hasOptions: boolean;
  /** Those options, when there is one such call and nothing else. */
  readonly changedOptions: OptionFacts | undefined;
  readonly places: CallPlaces;
}

/** Where the parts of a call stand. */
export interface CallPlaces {
  readonly call: TextRange;
  /** The last name of the callee: `train` of `steps.train(…)`. */
  readonly callee: TextRange;
  readonly positional: readonly TextRange[];
  readonly keywords: Readonly<Record<string, TextRange>>;
}

export type ArgFact =
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'parameter'; readonly name: string }
  | {
      readonly kind: 'output';
      /** Index into `calls`. */
      readonly call: number;
      /** Position when the outputs were unpacked. */
      readonly index: number | undefined;
    }
  | { readonly kind: 'list'; readonly items: readonly ArgFact[] }
  | {
      readonly kind: 'unknown';
      readonly text: string;
      /** Why it certainly cannot be a parameter: `a lambda`. */
      readonly problem?: string;
    };

export interface TopLevelCall {
  /** 1-based. */
  readonly line: number;
  readonly positional: readonly ArgFact[];
  readonly keywords: Readonly<Record<string, ArgFact>>;
  readonly hasOptions: boolean;
  readonly changedOptions: OptionFacts | undefined;
}

/** A string literal with a meaning to the store. */
export interface StringUse {
  readonly role: StringRole;
  readonly value: string;
  /** Of the literal with its quotes. */
  readonly range: TextRange;
}

/** A call that makes a plain script one that logs runs. */
export interface TrackingCall {
  readonly kind: 'start_run' | 'set_experiment';
  /** Of the statement's line, from 0. */
  readonly line: number;
  /** The literal name of `set_experiment`; undefined when it is none. */
  readonly experiment: string | undefined;
  /** Whether it is part of a step or pipeline. */
  readonly inDefinition: boolean;
}

export interface StoreFacts {
  readonly strings: readonly StringUse[];
  readonly tracking: readonly TrackingCall[];
  /** Whether the file says itself where runs and models are kept. */
  readonly setsServer: boolean;
}
