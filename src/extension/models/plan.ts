/** From what a person asked for to the plan of a launch. */
import type { Json } from '../../base/json';
import type { Plan, PlanTarget, StepInput } from '../../domain/pipeline';

export interface RunOptions {
  /** For a step: with what it needs (`up-to`), by itself (`only`), or with what follows (`from`). */
  readonly reach?: PlanTarget['reach'];
  readonly force?: 'all' | 'target';
  /** Of the pipeline, to override. */
  readonly parameters?: Readonly<Record<string, Json>>;
  /** Of invocations, to replace. */
  readonly inputs?: Readonly<Record<string, Readonly<Record<string, StepInput>>>>;
  readonly basedOn?: string;
  readonly mode?: 'replay' | 'resume';
  readonly skip?: readonly string[];
  /** Wait for a debugger on this port. */
  readonly debugPort?: number;
}

/** @param step an invocation's id or a step's name; undefined is the whole pipeline. */
export function planOf(step: string | undefined, options: RunOptions): Plan {
  const { reach, force, inputs, basedOn, mode, skip } = options;
  const target =
    step === undefined ? ('all' as const) : { step, ...(reach === undefined ? {} : { reach }) };
  return {
    target,
    ...(force === undefined ? {} : { force }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(basedOn === undefined ? {} : { basedOn }),
    ...(mode === undefined ? {} : { mode }),
    ...(skip === undefined ? {} : { skip }),
  };
}
