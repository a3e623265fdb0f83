// Takes in what workers report of steps: outputs become artifact versions, failures are retried.
import { messageOf, RunlensError } from '../base/errors';
import type { ArtifactVersion } from '../domain/artifact';
import type { StepError, StepRun } from '../domain/pipeline';
import type { ReportedOutput, StepReport } from '../protocol/worker';
import type { ActiveRun } from './activeRun';
import type { EnginePorts } from './enginePorts';
import { logText, stepLog } from './logs';
import { artifactName } from './names';
import { errorText } from './notices';
import { changeWhileRunning } from './sourceCheck';

type Ran = Extract<StepReport, { status: 'ran' }>;

/** Reports may be repeated: one of a step that does not run (any more) changes nothing. */
export class Reports {
  /** Reports whose outputs are being moved, by step run. */
  private readonly open = new Map<string, Promise<void>>();

  constructor(
    private readonly ports: EnginePorts,
    /** Whether a failed step of this run may be tried again. */
    private readonly mayRetry: (run: ActiveRun) => boolean,
  ) {}

  async accept(run: ActiveRun, report: StepReport): Promise<void> {
    const step = run.state.byRunId(report.stepRunId);
    if (!step) {
      const message = `Step run ${report.stepRunId} does not belong to pipeline run ${run.id}.`;
      throw new RunlensError('step.unknown', message);
    }
    if (!isCurrent(step, report)) return;
    const open = this.open.get(step.id) ?? this.take(run, step, report);
    this.open.set(step.id, open);
    await open.finally(() => this.open.delete(step.id));
  }

  private async take(run: ActiveRun, step: StepRun, report: StepReport): Promise<void> {
    run.state.addModules(report.modules);
    if (report.status === 'ran') await this.ran(run, step, report);
    else if (report.status === 'failed') this.failed(run, step, report.error);
    else this.cancelled(run, step);
  }

  private async ran(run: ActiveRun, step: StepRun, report: Ran): Promise<void> {
    const outputs = await this.adopt(run, step, report).catch((error: unknown) => ({ error }));
    // It may have been cancelled or lost while files were moved.
    if (run.state.step(step.stepId).status !== 'running') return;
    if ('error' in outputs) return this.failed(run, step, storingFailed(outputs.error));
    const files = run.code.get(step.stepId)?.files ?? [];
    const { source } = this.ports.code;
    const notReusable = changeWhileRunning(files, run.state.modules, source);
    const result = { outputs, durationMs: report.durationMs, notReusable };
    run.state.succeed(step.stepId, result, this.ports.clock.now());
  }

  private async adopt(run: ActiveRun, step: StepRun, report: Ran): Promise<ArtifactVersion[]> {
    const declared = run.state.invocation(step.stepId).outputs.map((output) => output.name);
    const reported = new Map(report.outputs.map((output) => [output.name, output]));
    return Promise.all(
      declared.map((name) => {
        const output = reported.get(name);
        if (output) return this.adoptOutput(run, step, output);
        throw new RunlensError('output.missing', `The step has made no output \`${name}\`.`);
      }),
    );
  }

  private adoptOutput(run: ActiveRun, step: StepRun, output: ReportedOutput) {
    const { pipeline } = run.state.run.graph;
    return this.ports.artifacts.adopt({
      stagedPath: output.name,
      name: artifactName(pipeline, step.stepId, output.name),
      type: output.type,
      materializer: output.materializer,
      files: output.files,
      contentDigest: output.contentDigest,
      metadata: output.metadata,
      producer: {
        pipelineRunId: run.id,
        pipeline,
        stepId: step.stepId,
        stepRunId: step.id,
        output: output.name,
      },
      createdAt: this.ports.clock.now(),
    });
  }

  /** After a cancel the error is only how the step ended. */
  private failed(run: ActiveRun, step: StepRun, error: StepError): void {
    const now = this.ports.clock.now();
    this.logError(step, error, now);
    const { retries } = run.state.invocation(step.stepId).options;
    if (run.state.isCancelling) run.state.cancelStep(step.stepId, now);
    else if ((step.attempt ?? 1) <= retries && this.mayRetry(run)) {
      run.state.retry(step.stepId, error);
    } else run.state.fail(step.stepId, error, now);
  }

  private logError(step: StepRun, error: StepError, now: number): void {
    const text = error.traceback === '' ? errorText(error) : error.traceback.trimEnd();
    const lines = text
      .split('\n')
      .map((line) => ({ time: now, stream: 'stderr', text: line }) as const);
    this.ports.logs.append(stepLog(step), logText(lines));
  }

  /** Ctrl+C in the worker means the whole run. */
  private cancelled(run: ActiveRun, step: StepRun): void {
    const now = this.ports.clock.now();
    run.state.cancel(now);
    run.state.cancelStep(step.stepId, now);
  }
}

const isCurrent = (step: StepRun, report: StepReport): boolean =>
  step.status === 'running' &&
  (report.attempt === undefined || report.attempt === (step.attempt ?? 1));

function storingFailed(error: unknown): StepError {
  const type = error instanceof RunlensError ? error.code : 'output.failed';
  return { type, message: `Its outputs could not be stored: ${messageOf(error)}`, traceback: '' };
}
