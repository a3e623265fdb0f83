// Decides every step that can be decided now, in rounds: whole chains of cached steps at once.
import { messageOf, RunlensError } from '../base/errors';
import type { StepRun } from '../domain/pipeline';
import type { StepCache } from './cache';
import type { CodeFingerprint } from './fingerprint/codeFingerprint';
import type { PolicyContent } from './fingerprint/policy';
import { type BaseRun, type Decided, resumed } from './resume';
import type { RunState } from './runState';

/** What a decision needs besides the state. */
export interface Deciding {
  readonly state: RunState;
  readonly cache: StepCache;
  /** The run that this one resumes. */
  readonly base: BaseRun | undefined;
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
    const round = await prepare(deciding);
    if (round.size === 0) return;
    const entries = [...round].sort(
      ([a], [b]) => deciding.state.order(a) - deciding.state.order(b),
    );
    const damages = await Promise.all(
      entries.map(([, decision]) =>
        decision.kind === 'hit' ? deciding.cache.damage(decision.from) : undefined,
      ),
    );
    for (const [index, [stepId, decision]] of entries.entries()) {
      apply(deciding, stepId, withDamage(decision, damages[index]));
    }
  }
}

type Damage = Awaited<ReturnType<StepCache['damage']>>;

function withDamage(decision: Decided, damage: Damage): Decided {
  if (decision.kind === 'miss' || !damage) return decision;
  return {
    kind: 'miss',
    fingerprint: decision.fingerprint,
    reasons: [damage],
    notReusable: undefined,
  };
}

/** Layer by layer: a hit lets those that depend on it be decided, too. */
async function prepare(deciding: Deciding): Promise<Map<string, Decided>> {
  const { state, cache } = deciding;
  const round = new Map<string, Decided>();
  const assumed = new Map<string, StepRun>();
  let layer = [...state.undecided];
  while (layer.length > 0) {
    const files = await cache.look(layer.map((stepId) => state.invocation(stepId)));
    for (const stepId of layer) {
      const decision = decide({ ...deciding, files }, stepId, assumed);
      round.set(stepId, decision);
      if (decision.kind === 'hit') assumed.set(stepId, decision.from);
    }
    layer = nextLayer(state, layer, { round, assumed });
  }
  return round;
}

function nextLayer(
  state: RunState,
  layer: readonly string[],
  {
    round,
    assumed,
  }: { round: ReadonlyMap<string, Decided>; assumed: ReadonlyMap<string, StepRun> },
): string[] {
  const hits = layer.filter((stepId) => assumed.has(stepId));
  const next = new Set(hits.flatMap((stepId) => state.dependants(stepId)));
  return [...next].filter(
    (stepId) => !round.has(stepId) && state.isUndecided(stepId, (id) => assumed.has(id)),
  );
}

function decide(
  { state, cache, code, files, base, now }: Deciding & { files: PolicyContent },
  stepId: string,
  assumed: ReadonlyMap<string, StepRun>,
): Decided {
  const { graph, plan } = state.run;
  try {
    const decision = cache.decide({
      graph,
      plan,
      modules: state.modules.of(),
      step: state.invocation(stepId),
      code: code.get(stepId),
      output: (id, name) => (assumed.get(id) ?? state.step(id)).outputs[name],
      artifact: (id) => state.artifact(id),
      files,
      now: now(),
    });
    return base ? resumed(decision, stepId, base) : decision;
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
function apply({ state, now }: Deciding, stepId: string, decision: Decided): void {
  if (!state.undecided.has(stepId)) return;
  if (decision.kind === 'miss') {
    state.mustRun(stepId, decision, now());
    return;
  }
  const { from, fingerprint, taken } = decision;
  state.useCached(stepId, { from, fingerprint, ...(taken && { reasons: [taken] }) }, now());
}
