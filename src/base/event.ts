import { type Disposable, toDisposable } from './disposable';

/** Subscribes a listener; the disposable ends the subscription. */
export type Event<T> = (listener: (value: T) => void) => Disposable;

/** Where an event comes from. Listeners are called in the order of their subscription. */
export class Emitter<T> implements Disposable {
  private readonly listeners = new Set<(value: T) => void>();

  readonly event: Event<T> = (listener) => {
    // A wrapper of its own, so that the same function may subscribe twice.
    const own = (value: T) => listener(value);
    this.listeners.add(own);
    return toDisposable(() => this.listeners.delete(own));
  };

  /** Calls every listener; those added or removed meanwhile count from the next call. */
  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  dispose(): void {
    this.listeners.clear();
  }
}
