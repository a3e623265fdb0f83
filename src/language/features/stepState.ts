/** What is known of a step now, the words a lens uses for it, and which of several states counts. */
import { assertNever } from '../../base/assertNever';
import { ageText, durationText, elapsedText } from '../../base/timeText';
import type { StepRun } from '../../domain/pipeline';
import type { ArtifactRow } from '../../protocol/rows';
import type { StepProgress } from '../../protocol/worker';

export type StepState =
  | { readonly kind: 'notRun' }
  | {
      readonly kind: 'cached';
      readonly stepRunId: string;
      readonly endedAt: number;
      readonly durationMs: number;
      readonly outputs: readonly StateOutput[];
    }
  | {
      readonly kind: 'stale';
      readonly stepRunId: string;
      /** One line each, at least one. */
      readonly reasons: readonly string[];
    }
  | { readonly kind: 'waits'; readonly stepRunId: string; readonly for: string }
  | { readonly kind: 'undecided'; readonly stepRunId: string; readonly reasons: readonly string[] }
  | {
      readonly kind: 'running';
      readonly stepRunId: string;
      readonly startedAt: number;
      readonly progress?: StepProgress;
    }
  | { readonly kind: 'failed'; readonly stepRunId: string; readonly error: FailureText };

export interface StateOutput {
  readonly name: string;
  readonly artifact: ArtifactRow;
}
export interface FailureText {
  readonly type: string;
  readonly message: string;
  readonly traceback?: string;
  /** The innermost frame in the workspace. */
  readonly source?: { readonly file: string; readonly line: number };
  /** 1-based line of the step when it failed. */
  readonly recordedLine?: number;
}

/** The state of one recorded invocation. */
export interface InvocationState {
  readonly pipeline: string;
  readonly stepId: string;
  readonly state: StepState;
  /** The latest recorded run of it. */
  readonly last?: StepRun;
  /** Whether other steps of its pipeline take what it makes, or come after it. */
  readonly hasDependants?: boolean;
}

/** The lens's words for a state. */
export function stateText(state: StepState, now: number): string {
  switch (state.kind) {
    case 'notRun':
      return 'not run yet';
    case 'cached':
      return `cached ${ageText(state.endedAt, now)}, ${durationText(state.durationMs)}`;
    case 'stale':
      return `stale: ${firstOf(state.reasons)}`;
    case 'waits':
      return `waits for ${state.for}`;
    case 'undecided':
      return 'decided at run';
    case 'running':
      return `running ${elapsedText(now - state.startedAt)}${progressText(state.progress)}`;
    case 'failed':
      return `failed: ${state.error.type}`;
    default:
      return assertNever(state);
  }
}

/** `, 45 %`, or `, 120 it` when it is not known how many there are. */
function progressText(progress: StepProgress | undefined): string {
  if (!progress) return '';
  const { done, total, unit = 'it' } = progress;
  if (total === undefined || !(total > 0)) return `, ${done} ${unit}`;
  return `, ${Math.floor((100 * Math.min(done, total)) / total)} %`;
}

/** The first reason and how many more there are: `gamma 0.001 → 0.002 (+2)`. */
function firstOf(reasons: readonly string[]): string {
  const [first = 'changed'] = reasons;
  return reasons.length > 1 ? `${first} (+${reasons.length - 1})` : first;
}

/** Everything there is to say about a state, one line each, for whoever clicks on it. */
export function stateReasons(state: StepState, now: number): string[] {
  switch (state.kind) {
    case 'stale':
    case 'undecided':
      return [...state.reasons];
    case 'failed':
      return [`${state.error.type}: ${state.error.message}`];
    case 'notRun':
    case 'cached':
    case 'waits':
    case 'running':
      return [stateText(state, now)];
    default:
      return assertNever(state);
  }
}

/** Worst first: what a person should know of before the others. */
const SEVERITY: readonly StepState['kind'][] = [
  'running',
  'failed',
  'stale',
  'waits',
  'undecided',
  'notRun',
  'cached',
];

/** Worst first; equal ones stay in their order. */
export function bySeverity(states: readonly InvocationState[]): InvocationState[] {
  const rank = ({ state }: InvocationState) => SEVERITY.indexOf(state.kind);
  return [...states].sort((a, b) => rank(a) - rank(b));
}
