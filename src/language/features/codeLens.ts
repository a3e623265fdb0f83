/** Code lenses over steps and pipelines: plain rows from facts about the text and states. */
import { assertNever } from '../../base/assertNever';
import { ageText, elapsedText } from '../../base/timeText';
import { artifactLabel } from '../../domain/artifact';
import type { PipelineStatus } from '../../domain/pipeline';
import {
  type ArtifactTarget,
  LENS_COMMANDS,
  type LensSettings,
  type LensTarget,
  type ReasonTarget,
  type ScriptTarget,
  type StopTarget,
} from '../../protocol/lsp';
import { bySeverity, type InvocationState, stateReasons, stateText } from './stepState';

type LensCommand = (typeof LENS_COMMANDS)[keyof typeof LENS_COMMANDS];

/** One lens. Without a command it is text. */
export interface LensRow {
  /** Of the decorator, from 0. */
  readonly line: number;
  readonly title: string;
  readonly command?: LensCommand;
  readonly argument?: LensTarget | ReasonTarget | ArtifactTarget | StopTarget | ScriptTarget;
}

/** More than these in a row are read by nobody. */
const MOST_IN_A_ROW = 5;

/** A decorated function, as the parser found it. */
export interface LensFact {
  readonly kind: 'step' | 'pipeline';
  readonly name: string;
  readonly qualname: string;
  /** Of its first decorator, from 0. */
  readonly line: number;
}

/** The latest run of a pipeline. */
export interface LastRun {
  readonly status: PipelineStatus;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly steps: number;
  readonly done: number;
  readonly cached: number;
}

/** What the store knows of a document; undefined where it is not known: then nothing is claimed. */
export interface DocumentStates {
  /** By qualified name of the step; empty: not run yet. */
  readonly steps: ReadonlyMap<string, readonly InvocationState[]>;
  readonly pipelines: ReadonlyMap<string, LastRun | undefined>;
}

export interface LensRequest {
  readonly uri: string;
  readonly root: string;
  readonly facts: readonly LensFact[];
  readonly states: DocumentStates | undefined;
  /** The text has errors, so the states are those from before. */
  readonly hasErrors: boolean;
  readonly settings: LensSettings;
  readonly canDebug: boolean;
  /** Nothing runs in a workspace that is not trusted. */
  readonly isTrusted: boolean;
  readonly now: number;
}

export function lensesOf(request: LensRequest): LensRow[] {
  if (!request.settings.enabled) return [];
  return request.facts.flatMap((fact) => {
    switch (fact.kind) {
      case 'step':
        return [...actionLenses(fact, request), ...stepLenses(fact, request)];
      case 'pipeline':
        return [...actionLenses(fact, request), ...pipelineLenses(fact, request)];
      default:
        return assertNever(fact.kind);
    }
  });
}

const targetOf = ({ name, line }: LensFact, { uri, root }: LensRequest): LensTarget => ({
  uri,
  root,
  name,
  line,
});

function actionLenses(fact: LensFact, request: LensRequest): LensRow[] {
  if (!request.isTrusted) return [];
  const { line } = fact;
  const argument = targetOf(fact, request);
  if (fact.kind === 'pipeline') {
    return [
      { line, title: '▶ Run', command: LENS_COMMANDS.runPipeline, argument },
      { line, title: 'Run with…', command: LENS_COMMANDS.runPipelineWith, argument },
    ];
  }
  const rows: LensRow[] = [{ line, title: '▶ Run', command: LENS_COMMANDS.runStep, argument }];
  if (request.canDebug) {
    rows.push({ line, title: 'Debug', command: LENS_COMMANDS.debugStep, argument });
  }
  return rows;
}

function stepLenses(fact: LensFact, request: LensRequest): LensRow[] {
  const known = request.states?.steps.get(fact.qualname);
  if (!known) return [];
  const invocations = bySeverity(known);
  const more = request.isTrusted ? moreActions(fact, invocations, request) : [];
  const state = request.settings.state ? [stateLens(fact, invocations, request)] : [];
  const outputs = request.settings.outputs ? outputLenses(fact, invocations, request) : [];
  const before = actionLenses(fact, request).length + more.length + state.length;
  return [...more, ...state, ...firstOutputs(outputs, MOST_IN_A_ROW - before)];
}

/** `■ Stop` for what runs; `Run from here` where others depend on what is stale. */
function moreActions(
  fact: LensFact,
  invocations: readonly InvocationState[],
  request: LensRequest,
): LensRow[] {
  const { line } = fact;
  const argument = targetOf(fact, request);
  const running = invocations.flatMap(({ state }) =>
    state.kind === 'running' ? [state.stepRunId] : [],
  );
  if (running.length > 0) {
    const stop = { ...argument, stepRunIds: running };
    return [{ line, title: '■ Stop', command: LENS_COMMANDS.stopStep, argument: stop }];
  }
  const isWanted = invocations.some(
    ({ state, hasDependants }) => hasDependants && state.kind === 'stale',
  );
  if (!isWanted) return [];
  return [{ line, title: 'Run from here', command: LENS_COMMANDS.runFromStep, argument }];
}

/** Those for which there is room, the last place saying how many more there are. */
function firstOutputs(outputs: readonly LensRow[], room: number): LensRow[] {
  if (outputs.length <= room) return [...outputs];
  const shown = outputs.slice(0, Math.max(0, room - 1));
  const [next] = outputs.slice(shown.length);
  return next
    ? [...shown, { line: next.line, title: `+${outputs.length - shown.length} outputs` }]
    : shown;
}

const ERRORS_MARK = ' (buffer has errors)';

function stateLens(
  fact: LensFact,
  invocations: readonly InvocationState[],
  request: LensRequest,
): LensRow {
  const { line } = fact;
  const mark = request.hasErrors ? ERRORS_MARK : '';
  const [worst] = invocations;
  if (!worst || worst.state.kind === 'notRun') return { line, title: `not run yet${mark}` };
  const command =
    worst.state.kind === 'failed' ? LENS_COMMANDS.showTraceback : LENS_COMMANDS.showReason;
  const argument: ReasonTarget = {
    ...targetOf(fact, request),
    stepRunId: worst.state.stepRunId,
    reasons: reasonsOf(invocations, request.now),
  };
  return { line, title: `${stateText(worst.state, request.now)}${mark}`, command, argument };
}

/** All reasons of the worst state, then one line for each other invocation. */
function reasonsOf([worst, ...others]: readonly InvocationState[], now: number): string[] {
  if (!worst) return [];
  const more = others.map(
    ({ pipeline, stepId, state }) => `${pipeline} / ${stepId}: ${stateText(state, now)}`,
  );
  return [...stateReasons(worst.state, now), ...more];
}

/** Outputs that can be opened: those of the cached results. */
function outputLenses(
  { line }: LensFact,
  invocations: readonly InvocationState[],
  { root }: LensRequest,
): LensRow[] {
  const artifacts = invocations.flatMap(({ state }) =>
    state.kind === 'cached' ? state.outputs.map(({ artifact }) => artifact) : [],
  );
  const different = [...new Map(artifacts.map((artifact) => [artifact.id, artifact])).values()];
  return different.map((artifact) => ({
    line,
    title: `${artifactLabel(artifact)} ↗`,
    command: LENS_COMMANDS.openArtifact,
    argument: { root, artifactId: artifact.id },
  }));
}

function pipelineLenses(fact: LensFact, request: LensRequest): LensRow[] {
  const { states, settings, now } = request;
  if (!states?.pipelines.has(fact.name)) return [];
  const { line } = fact;
  const run = states.pipelines.get(fact.name);
  const argument = targetOf(fact, request);
  // Before the first run there is no graph to look at.
  const graph = { line, title: 'Graph', command: LENS_COMMANDS.openPipeline, argument };
  return [
    ...(run ? [graph] : []),
    ...(settings.state ? [{ line, title: lastRunText(run, now) }] : []),
  ];
}

/** `last run 3 m ago, 2 of 5 cached` */
export function lastRunText(run: LastRun | undefined, now: number): string {
  if (!run) return 'not run yet';
  const { status, startedAt, steps, done, cached } = run;
  if (status === 'running') return `running ${elapsedText(now - startedAt)}, ${done} of ${steps}`;
  const outcome = status === 'finished' ? `${cached} of ${steps} cached` : status;
  return `last run ${ageText(run.endedAt ?? startedAt, now)}, ${outcome}`;
}
