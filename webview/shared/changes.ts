/** What a page changes or has done: told in a toast, with its undoing; what fails is told, too. */
import { messageOf } from '../../src/base/errors';
import type { RequestOf } from '../../src/protocol/control';
import type {
  PageChange,
  PageCommand,
  PageTarget,
  PanelHost,
} from '../../src/protocol/webview/panel';
import { t } from './texts';
import type { Toaster } from './ui/toast';

export interface Told {
  /** What was done: `Renamed to {0}.` */
  readonly text: string;
  /** Puts it back as it was; its own failures are told by itself. */
  readonly undo?: () => Promise<unknown>;
}

export class Changes {
  constructor(
    private readonly host: Pick<PanelHost, 'change' | 'run' | 'copy'>,
    private readonly toaster: Toaster,
  ) {}

  /** True when it was done. Never rejects. */
  async make<R extends PageChange>(route: R, request: RequestOf<R>, told?: Told): Promise<boolean> {
    try {
      const answer = await this.host.change(route, request);
      if (!answer.ok) return this.fail(answer.refusal.message);
    } catch (error) {
      return this.fail(messageOf(error));
    }
    if (told) this.tell(told);
    return true;
  }

  /** A command of the extension, which tells of its failures itself. Never rejects. */
  async run(command: PageCommand, target: PageTarget): Promise<void> {
    try {
      await this.host.run(command, target);
    } catch (error) {
      this.fail(messageOf(error));
    }
  }

  async copy(text: string): Promise<void> {
    try {
      await this.host.copy(text);
      this.tell({ text: t('Copied.') });
    } catch (error) {
      this.fail(messageOf(error));
    }
  }

  tell({ text, undo }: Told): void {
    this.toaster.show(
      undo ? { text, action: { label: t('Undo'), run: () => void undo() } } : { text },
    );
  }

  /** Tells that something could not be done. */
  fail(message: string): false {
    this.toaster.show({ text: message, kind: 'error' });
    return false;
  }
}
