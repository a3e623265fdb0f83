/** The shape of what a Python file says about steps and pipelines. */
import type { Json } from '../base/json';

export interface ModuleFacts {
  /** Whether the text does not parse as a whole; what is listed may then be incomplete. */
  readonly hasErrors: boolean;
  readonly steps: readonly StepFact[];
  readonly pipelines: readonly PipelineFact[];
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

export interface StepFact {
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
  /** Keyword options of the decorator that are literals. */
  readonly options: Readonly<Record<string, Json>>;
  /** Names of the keyword options that are not literals. */
  readonly otherOptions: readonly string[];
  /** First line of the docstring. */
  readonly doc: string | undefined;
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
  | { readonly kind: 'text'; readonly text: string };

export interface PipelineFact extends StepFact {
  /** Calls in the order in which they run, inner ones before those they are arguments of. */
  readonly calls: readonly CallFact[];
  /** Whether the calls are the whole graph: no branch, loop or construct that is not understood. */
  readonly static: boolean;
  /** Calls of this pipeline at the top level of its file, also below `if __name__ == "__main__"`. */
  readonly topLevelCalls: readonly TopLevelCall[];
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
  | { readonly kind: 'unknown'; readonly text: string };

export interface TopLevelCall {
  /** 1-based. */
  readonly line: number;
  readonly positional: readonly ArgFact[];
  readonly keywords: Readonly<Record<string, ArgFact>>;
  readonly hasOptions: boolean;
}
