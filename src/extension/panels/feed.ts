/**
 * What a page is told while it listens: gathered, the newest state of each thing once. A page that is
 * hidden is gone and begins anew, so nothing is kept for it.
 */
import type { Disposable } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import { type EventType, type ServerEvent, TOPICS, type Topic } from '../../protocol/events';
import type { PanelPage, PlaceStatus, ShownSlot } from '../../protocol/webview/panel';

/** Changes within this time are told at once. */
const GATHER_MS = 80;

export interface FeedOptions {
  readonly page: PanelPage;
  readonly topics: readonly Topic[];
  readonly status: () => Promise<PlaceStatus>;
  readonly shown: () => readonly ShownSlot[];
  /** Is told of messages that did not reach a page that should have listened. */
  readonly log: (message: string) => void;
}

export class Feed implements Disposable {
  private readonly types: ReadonlySet<EventType>;
  private readonly pending = new Map<string, ServerEvent>();
  private isStatusStale = false;
  private isShownStale = false;
  private isListening = false;
  /** Counts the pages: an answer for an earlier one is not told to the next. */
  private generation = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: FeedOptions) {
    this.types = new Set(options.topics.flatMap((topic): readonly EventType[] => TOPICS[topic]));
  }

  /** Whether there is a page that is told. */
  get listening(): boolean {
    return this.isListening;
  }

  /** A page has begun: what it asks from now on it gets whole, and changes from now on are told. */
  begin(): void {
    this.end();
    this.isListening = true;
  }

  /** The page is gone. */
  end(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.generation += 1;
    this.isListening = false;
    this.isStatusStale = false;
    this.isShownStale = false;
    this.pending.clear();
  }

  event(event: ServerEvent): void {
    if (!this.isListening || !(event.type === 'reset' || this.types.has(event.type))) return;
    // After it everything is read anew.
    if (event.type === 'reset') this.pending.clear();
    const key = keyOf(event);
    // Behind what came since, so that a thing that went and came again is there.
    this.pending.delete(key);
    this.pending.set(key, event);
    this.schedule();
  }

  statusChanged(): void {
    this.isStatusStale = true;
    this.schedule();
  }

  shownChanged(): void {
    this.isShownStale = true;
    this.schedule();
  }

  dispose(): void {
    this.end();
  }

  private schedule(): void {
    if (!this.isListening) return;
    this.timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Never rejects. Messages keep their order by themselves; nobody waits for a page to take them. */
  private async flush(): Promise<void> {
    this.timer = undefined;
    const { page, status, shown } = this.options;
    const { generation, isShownStale } = this;
    const events = [...this.pending.values()];
    this.pending.clear();
    this.isShownStale = false;
    if (isShownStale) this.tell(page.shown(shown()));
    if (events.length > 0) this.tell(page.events(events));
    if (!this.isStatusStale) return;
    this.isStatusStale = false;
    try {
      const now = await status();
      if (generation === this.generation) this.tell(page.status(now));
    } catch (error) {
      this.options.log(messageOf(error));
    }
  }

  private tell(message: Promise<void>): void {
    const { generation } = this;
    message.catch((error: unknown) => {
      // A page that was hidden meanwhile does not answer, and need not.
      if (generation === this.generation) this.options.log(messageOf(error));
    });
  }
}

/** Events of the same key carry the whole new state of the same thing: the last one says all. */
function keyOf(event: ServerEvent): string {
  switch (event.type) {
    case 'experiment':
      return `experiment ${event.experiment.experimentId}`;
    case 'run':
      return `run ${event.run.runId}`;
    case 'edited':
      return `edited ${event.runId}`;
    case 'gone':
      return `gone ${event.what} ${event.id}`;
    case 'points':
      return `points ${event.runId} ${event.key}`;
    case 'pipeline':
      return `pipeline ${event.run.id}`;
    case 'step':
      return `step ${event.step.id}`;
    case 'artifact':
      return `artifact ${event.artifact.id}`;
    case 'log':
      return `log ${event.id}`;
    case 'launch':
      return `launch ${event.launchId}`;
    case 'progress':
      return `progress ${event.stepRunId}`;
    case 'model':
      return `model ${event.name}`;
    case 'source':
      return `source ${event.source.id}`;
    case 'transfer':
      return `transfer ${event.transfer.id}`;
    case 'reset':
    case 'status':
      return event.type;
  }
}
