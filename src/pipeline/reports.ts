// Takes in what workers report of steps: outputs become artifact versions, failures are retried.
import { assertNever } from '../base/assertNever';
import { messageOf, RunlensError } from '../base/errors';
import type { ArtifactVersion } from '../domain/artifact';
import type { StepError, StepOutput, StepRun } from '../domain/pipeline';
import type { ReportedOutput, StepReport } from '../protocol/worker';
import type { ActiveRun, Worker } from './activeRun';
import type { EnginePorts } from './enginePorts';
import { logText, stepLog } from './logs';
import { artifactName } from './names';
import { errorText } from './notices';
import { failOrRetry, timeOutError } from './outcomes';
import { changeWhileRunning } from './sourceCheck';

type Ran = Extract<StepReport, { status: 'ran' }>;

/** Reports may be repeated: one of a step that does not run (any more) changes nothing. */
export class Reports {
  /** Reports whose outputs are being moved, by step run. */
  private readonly open = new Map<string, Promise<void>>();

  constructor(private readonly ports: EnginePorts) {}

  /** @returns `goOn` of the answer. */
  async accept(run: ActiveRun, report: StepReport, worker: Worker | undefined): Promise<boolean> {
    const step = run.state.byRunId(report.stepRunId);
    if (!step) {
      const message = `Step run ${report.stepRunId} does not belong to pipeline run ${run.id}.`;
      throw new RunlensError('step.unknown', message);
    }
    if (isCurrent(step, report)) {
      const open = this.open.get(step.id) ?? this.take(run, step, { report, worker });
      this.open.set(step.id, open);
      await open.finally(() => this.open.delete(step.id));
    }
    return report.status === 'cancelled' && !run.state.isCancelling;
  }

  private async take(run: ActiveRun, step: StepRun, { report, worker }: Taking): Promise<void> {
    const process = run.workers.get(step.workerId ?? '')?.identity;
    run.state.modules.add(process, report.modules);
    switch (report.status) {
      case 'ran':
        return this.ran(run, step, report);
      case 'failed':
        return this.failed(run, step, report.error);
      case 'unavailable':
        return this.unavailable(run, step, report.error);
      case 'cancelled':
        return this.interrupted(run, step, worker);
      default:
        return assertNever(report);
    }
  }

  private async ran(run: ActiveRun, step: StepRun, report: Ran): Promise<void> {
    const outputs = await this.adopt(run, step, report).catch((error: unknown) => ({ error }));
    // It may have been cancelled or lost while files were moved.
    if (run.state.step(step.stepId).status !== 'running') return;
    if (run.stops.get(step.id) === 'timeout')
      return this.stopped(run, step, this.ports.clock.now());
    if ('error' in outputs) return this.failed(run, step, storingFailed(outputs.error));
    const files = run.code.get(step.stepId)?.files ?? [];
    const { source } = this.ports.code;
    const process = run.workers.get(step.workerId ?? '')?.identity;
    const notReusable = changeWhileRunning(files, run.state.modules.of(process), source);
    const result = { outputs, durationMs: report.durationMs, notReusable };
    run.state.succeed(step.stepId, result, this.ports.clock.now());
  }

  private async adopt(run: ActiveRun, step: StepRun, report: Ran): Promise<ArtifactVersion[]> {
    const { outputs } = run.state.invocation(step.stepId);
    const reported = new Map(report.outputs.map((output) => [output.name, output]));
    return Promise.all(
      outputs.map((declared) => {
        const output = reported.get(declared.name);
        if (output) return this.adoptOutput(run, step, { declared, output });
        const message = `The step has made no output \`${declared.name}\`.`;
        throw new RunlensError('output.missing', message);
      }),
    );
  }

  private adoptOutput(
    run: ActiveRun,
    step: StepRun,
    { declared, output }: { declared: StepOutput; output: ReportedOutput },
  ) {
    const { pipeline } = run.state.run.graph;
    const { artifactVersion: version } = declared;
    const artifactType = declared.artifactType ?? output.artifactType;
    const tags = [...new Set([...(declared.tags ?? []), ...(output.tags ?? [])])];
    return this.ports.artifacts.adopt({
      stagedPath: output.name,
      name: declared.artifactName ?? artifactName(pipeline, step.stepId, output.name),
      ...(version === undefined ? {} : { version }),
      ...(tags.length === 0 ? {} : { tags }),
      ...(artifactType === undefined ? {} : { artifactType }),
      type: output.type,
      materializer: output.materializer,
      files: output.files,
      contentDigest: output.contentDigest,
      metadata: { ...declared.metadata, ...output.metadata },
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

  /** After a stop the error is only how the step ended. */
  private failed(run: ActiveRun, step: StepRun, error: StepError): void {
    const now = this.ports.clock.now();
    this.logError(step, error, now);
    if (run.stops.has(step.id)) this.stopped(run, step, now);
    else failOrRetry(run, step.stepId, error, now);
  }

  /**
   * An interrupt was asked for; or it came late and met the next step of its worker, which is run
   * again; or it was Ctrl+C in the worker, which means the whole run.
   */
  private interrupted(run: ActiveRun, step: StepRun, worker: Worker | undefined): void {
    const now = this.ports.clock.now();
    const isStray = worker !== undefined && takeInterrupt(worker, now);
    if (run.stops.has(step.id)) this.stopped(run, step, now);
    else if (isStray) run.state.giveBack(step.stepId, false, now);
    else {
      run.state.cancel(now);
      run.state.cancelStep(step.stepId, now);
    }
  }

  /** It was told to stop, and has. */
  private stopped(run: ActiveRun, step: StepRun, now: number): void {
    const { stepId } = step;
    const { timeoutMs = 0 } = run.state.invocation(stepId).options;
    if (run.stops.get(step.id) === 'timeout')
      failOrRetry(run, stepId, timeOutError(timeoutMs), now);
    else run.state.cancelStep(stepId, now);
  }

  /** Where the registering process does not find it either, it has failed. */
  private unavailable(run: ActiveRun, step: StepRun, error: StepError): void {
    const now = this.ports.clock.now();
    const { main } = run;
    const isHelpers = run.workers.get(step.workerId ?? '')?.kind === 'helper';
    if (isHelpers && main && !main.isLost) run.state.giveBack(step.stepId, true, now);
    else this.failed(run, step, error);
  }

  private logError(step: StepRun, error: StepError, now: number): void {
    const text = error.traceback === '' ? errorText(error) : error.traceback.trimEnd();
    const lines = text
      .split('\n')
      .map((line) => ({ time: now, stream: 'stderr', level: 'error', text: line }) as const);
    this.ports.logs.append(stepLog(step), logText(lines));
  }
}

interface Taking {
  readonly report: StepReport;
  readonly worker: Worker | undefined;
}

/** An interrupt reaches a worker at once or never. */
const INTERRUPT_MS = 10_000;

/** Whether the worker was sent an interrupt of which it has not told yet; it has now. */
export function takeInterrupt(worker: Worker, now: number): boolean {
  const { interruptedAt } = worker;
  worker.interruptedAt = undefined;
  return interruptedAt !== undefined && now - interruptedAt < INTERRUPT_MS;
}

const isCurrent = (step: StepRun, report: StepReport): boolean =>
  step.status === 'running' &&
  (report.attempt === undefined || report.attempt === (step.attempt ?? 1));

function storingFailed(error: unknown): StepError {
  const type = error instanceof RunlensError ? error.code : 'output.failed';
  return { type, message: `Its outputs could not be stored: ${messageOf(error)}`, traceback: '' };
}
