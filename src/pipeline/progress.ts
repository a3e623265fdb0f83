// How far steps are: announced at most so often, the last word always; nothing is kept.
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/event';
import type { StepRun } from '../domain/pipeline';
import type { ServerEvent } from '../protocol/events';
import type { StepProgress } from '../protocol/worker';
import type { Clock } from './ports';

export type ProgressEvent = Extract<ServerEvent, { type: 'progress' }>;

/** Five times a second. */
const INTERVAL_MS = 200;

export class ProgressReports implements Disposable {
  private readonly announced = new Emitter<ProgressEvent>();
  readonly onDidAnnounce = this.announced.event;
  /** By step run: what is to be said when the time has come, if anything. */
  private readonly open = new Map<string, { next: ProgressEvent | undefined }>();

  constructor(private readonly clock: Clock) {}

  report(step: StepRun, progress: StepProgress): void {
    const { id: stepRunId, pipelineRunId, stepId } = step;
    const event = { type: 'progress', pipelineRunId, stepRunId, stepId, progress } as const;
    const waiting = this.open.get(stepRunId);
    if (waiting) waiting.next = event;
    else this.announce(stepRunId, event);
  }

  private announce(stepRunId: string, event: ProgressEvent): void {
    this.announced.fire(event);
    const waiting: { next: ProgressEvent | undefined } = { next: undefined };
    this.open.set(stepRunId, waiting);
    this.clock.after(INTERVAL_MS, () => {
      this.open.delete(stepRunId);
      if (waiting.next) this.announce(stepRunId, waiting.next);
    });
  }

  dispose(): void {
    this.announced.dispose();
  }
}
