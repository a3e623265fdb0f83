/** Does something at most so often, and always once more after the last call. */
export class Slow {
  private cancel: (() => void) | undefined;

  constructor(
    private readonly milliseconds: number,
    private readonly act: () => void,
  ) {}

  call(): void {
    this.cancel ??= wait(this.milliseconds, () => {
      this.cancel = undefined;
      this.act();
    });
  }

  dispose(): void {
    this.cancel?.();
  }
}

/** Calls back once; the result cancels. */
export function wait(milliseconds: number, callback: () => void): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}
