/** What the status item says: how much runs, how far it is, what waits. Knows no VS Code. */
import { countOf } from '../../domain/display';
import type { PipelineRunRow, StepRow } from '../../protocol/rows';
import { progressText } from '../../protocol/stepText';
import type { StepProgress } from '../../protocol/worker';

export interface Activity {
  /** Runs that are running, of pipelines and of scripts. */
  readonly running: number;
  /** Launches that wait or import the user's code. */
  readonly queued: number;
  /** Pipelines that run, with their running steps where those are known. */
  readonly pipelines: readonly RunningPipeline[];
}
export interface RunningPipeline {
  readonly run: PipelineRunRow;
  readonly steps: readonly {
    readonly step: Pick<StepRow, 'stepId'>;
    readonly progress: StepProgress | undefined;
  }[];
}

/** `2 running`, `1 running, 3 of 5`, `1 running, 2 queued`; undefined when nothing does. */
export function activityText({ running, queued, pipelines }: Activity): string | undefined {
  const parts: string[] = [];
  const count = Math.max(running, pipelines.length);
  if (count > 0) parts.push(`${count} running`);
  const [only, ...others] = pipelines;
  if (only && others.length === 0 && count === 1) parts.push(farText(only));
  if (queued > 0) parts.push(`${queued} queued`);
  return parts.length === 0 ? undefined : parts.join(', ');
}

/** How far one pipeline is: its only running step when it says so, else its steps. */
function farText({ run, steps }: RunningPipeline): string {
  const [only, ...others] = steps.filter(({ progress }) => progress?.total !== undefined);
  if (only?.progress && others.length === 0) return progressText({ ...only.progress, text: '' });
  return `${run.done} of ${run.steps}`;
}

/** One line per running pipeline: `training-3: 2 of 5 steps, train_model 45 %`. */
export const activityLines = ({ pipelines, queued }: Activity): readonly string[] => [
  ...pipelines.map(({ run, steps }) => {
    const named = steps.map(({ step, progress }) =>
      progress ? `${step.stepId} ${progressText(progress)}` : step.stepId,
    );
    return [`${run.name}: ${run.done} of ${countOf(run.steps, 'step')}`, ...named].join(', ');
  }),
  ...(queued > 0 ? [`${queued} ${queued === 1 ? 'launch' : 'launches'} queued`] : []),
];
