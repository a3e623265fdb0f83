/** Follows the launches of this window to their ends, also those whose end comes before their own answer. */
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { ServerEvent } from '../../protocol/events';

export type LaunchEvent = Extract<ServerEvent, { type: 'launch' }>;

/** Ends that are remembered for launches that nobody has asked for yet. */
const REMEMBERED = 50;

export class LaunchWatch implements Disposable {
  private readonly store = new DisposableStore();
  private readonly waiting = new Map<string, (event: LaunchEvent) => void>();
  private readonly early = new Map<string, LaunchEvent>();

  /** @param onEvent the events of all servers. */
  constructor(onEvent: (listener: (event: ServerEvent) => void) => Disposable) {
    this.store.add(
      onEvent((event) => {
        if (event.type === 'launch') this.follow(event);
      }),
    );
  }

  /** Settles with the launch's last event. */
  ended(launchId: string): Promise<LaunchEvent> {
    return new Promise((resolve) => {
      this.waiting.set(launchId, resolve);
      const early = this.early.get(launchId);
      if (early) this.follow(early);
    });
  }

  /** Whether a launch that is waited for has ended. */
  isOver(launchId: string): boolean {
    return !this.waiting.has(launchId);
  }

  dispose(): void {
    this.store.dispose();
  }

  private follow(event: LaunchEvent): void {
    if (event.status !== 'failed' && event.status !== 'ended') return;
    const resolve = this.waiting.get(event.launchId);
    this.waiting.delete(event.launchId);
    this.early.delete(event.launchId);
    if (resolve) resolve(event);
    else this.remember(event);
  }

  private remember(event: LaunchEvent): void {
    this.early.set(event.launchId, event);
    const [oldest] = this.early.keys();
    if (this.early.size > REMEMBERED && oldest !== undefined) this.early.delete(oldest);
  }
}
