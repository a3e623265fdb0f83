/** Does something at most so often, and always once more after the last call. */
import { wait } from '../shared/live';

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
