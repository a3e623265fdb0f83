/** Reads a step's log to its end and goes on as it grows. */
import type { LogPart } from '../../../src/protocol/control';
import { Live, wait } from '../live';
import type { Panel } from '../panel';
import { appended, type LogState, NO_LINES } from './logLines';

/** Whatever its view is. */
export type LogPanel = Pick<Panel<unknown>, 'follow' | 'host'>;

export class LogTail {
  private next = 0;
  private lines: LogState = NO_LINES;
  readonly live: Live<string, LogPart>;

  constructor(
    private readonly panel: LogPanel,
    stepRunId: string,
  ) {
    this.live = new Live({
      ask: (id) => this.askFor(id),
      now: Date.now,
      after: wait,
    });
    panel.follow(
      this.live,
      (event) =>
        (event.type === 'log' && event.id === stepRunId) ||
        (event.type === 'step' && event.step.id === stepRunId),
    );
    this.live.ask(stepRunId);
  }

  get state(): LogState {
    return this.lines;
  }

  dispose(): void {
    this.live.dispose();
  }

  private async askFor(id: string) {
    const answer = await this.panel.host.ask('GET /api/logs/:id', { id, from: this.next });
    if (answer.ok && answer.value.next > this.next) {
      this.next = answer.value.next;
      this.lines = appended(this.lines, answer.value.text);
      // A part is a mebibyte at most: there may be more at once.
      this.live.touch();
    }
    return answer;
  }
}
