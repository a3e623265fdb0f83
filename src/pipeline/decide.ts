// Decides every step that can be decided now, in rounds: whole chains of cached steps at once.
import { messageOf, RunlensError } from '../base/errors';
import type { StepRun } from '../domain/pipeline';
import type { Decision, StepCache } from './cache';
import type { CodeFingerprint } from './fingerprint/codeFingerprint';
import type { RunState } from './runState';

/** What a decision needs besides the state. */
export interface Deciding {
  readonly state: RunState;
  readonly cache: StepCache;
  /** Code of each planned step, as it was when the run was registered. */
  readonly code: ReadonlyMap<string, CodeFingerprint | undefined>;
  now(): number;
}

/**
 * Within a round hits are taken at their word, so that what follows them is decided without waiting;
 * then the files of all of them are looked at together, and what proves wrong is decided again.
 */
export async function decideReady(deciding: Deciding): Promise<void> {
  for (;;) {
    const round = prepare(deciding);
    if (round.size === 0) return;
    const damages = await Promise.all(
      [...round.values()].map((decision) =>
        decision.kind === 'hit' ? deciding.cache.damage(decision.from) : undefined,
      ),
    );
    const entries = [...round];
    for (const [index, [stepId, decision]] of entries.entries()) {
      apply(deciding, stepId, withDamage(decision, damages[index]));
    }
  }
}

type Damage = Awaited<ReturnType<StepCache['damage']>>;

function withDamage(decision: Decision, damage: Damage): Decision {
  if (decision.kind === 'miss' || !damage) return decision;
  return {
    kind: 'miss',
    fingerprint: decision.fingerprint,
    reasons: [damage],
    notReusable: undefined,
  };
}

function prepare(deciding: Deciding): Map<string, Decision> {
  const { state } = deciding;
  const round = new Map<string, Decision>();
  const assumed = new Map<string, StepRun>();
  for (const { stepId } of state.undecided) {
    const dependencies = state.dependencies(stepId);
    if (!dependencies.every((id) => assumed.has(id) || state.hasResult(id))) continue;
    const decision = decide(deciding, stepId, assumed);
    round.set(stepId, decision);
    if (decision.kind === 'hit') assumed.set(stepId, decision.from);
  }
  return round;
}

function decide(
  { state, cache, code }: Deciding,
  stepId: string,
  assumed: ReadonlyMap<string, StepRun>,
): Decision {
  const { graph, plan } = state.run;
  try {
    return cache.decide({
      graph,
      plan,
      modules: state.modules,
      step: state.invocation(stepId),
      code: code.get(stepId),
      output: (id, name) => (assumed.get(id) ?? state.step(id)).outputs[name],
      artifact: (id) => state.artifact(id),
    });
  } catch (error) {
    throw new RunlensError(
      'cache.failed',
      `Step \`${stepId}\` could not be compared: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

/** Meanwhile the step may have been cancelled, or what it was assumed to follow may have to run. */
function apply({ state, now }: Deciding, stepId: string, decision: Decision): void {
  if (state.step(stepId).status !== 'pending' || !state.isReady(stepId)) return;
  if (decision.kind === 'miss') state.mustRun(stepId, decision);
  else state.useCached(stepId, decision.from, decision.fingerprint, now());
}
