/** What one page may ask of the extension. Every message is checked here before anything is done. */
import { messageOf, RunlensError } from '../../base/errors';
import type { PageCommand, PageTarget, PanelHost, PanelStart } from '../../protocol/webview/panel';
import type { Asking } from './asking';
import { checkAsked, checkCommand, checkIds, checkText } from './border';

/** Files that a page makes: charts as pictures, tables as text. */
const MOST_SAVED = 100 * 1024 * 1024;
const LONGEST_REPORT = 2000;

export interface HostOptions {
  /** The page is listening. @throws RunlensError when its place is not open */
  readonly begin: () => Promise<PanelStart>;
  readonly asking: Asking;
  /** Runs a command for what the page shows; settles when it is over, and never rejects for its failures. */
  readonly run: (asked: {
    readonly command: PageCommand;
    readonly target: PageTarget;
  }) => Promise<void>;
  readonly show: (runIds: readonly string[], shown: boolean) => Promise<void>;
  readonly editor: EditorPort;
  readonly log: (message: string) => void;
}

/** What the editor does for pages. */
export interface EditorPort {
  copy(text: string): Promise<void>;
  /** Asks for a place and writes there; false when cancelled. */
  save(name: string, bytes: Uint8Array): Promise<boolean>;
}

export function panelHost({ begin, asking, run, show, editor, log }: HostOptions): PanelHost {
  /** What is refused is a mistake of ours or an attack: both are to be found in the log. */
  const logged = async <T>(act: () => Promise<T>): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (error instanceof RunlensError && error.code === 'panel.refused') log(messageOf(error));
      throw error;
    }
  };
  return {
    ready: begin,
    ask: (route, request) =>
      logged(async () => {
        const checked = checkAsked<typeof route>('ask', route, request);
        return asking.ask(checked.route, checked.request);
      }),
    change: (route, request) =>
      logged(async () => {
        const checked = checkAsked<typeof route>('change', route, request);
        return asking.ask(checked.route, checked.request);
      }),
    run: (command, target) => logged(async () => run(checkCommand(command, target))),
    show: (runIds, shown) => logged(async () => show(checkIds(runIds), shown === true)),
    copy: (text) => logged(async () => editor.copy(checkText(text, 'a text to copy', MOST_SAVED))),
    save: (file) =>
      logged(async () => {
        const name = checkText(file?.name, 'a name of a file', 500);
        const base64 = checkText(file?.base64, 'the bytes of a file', MOST_SAVED);
        return editor.save(fileName(name), Buffer.from(base64, 'base64'));
      }),
    report: (message) =>
      logged(async () => log(checkText(message, 'a message').slice(0, LONGEST_REPORT))),
  };
}

const LONGEST_NAME = 120;

/**
 * One name that every system takes: what is proposed may hold a metric's or run's name. A long one keeps
 * its ending, by which programs know what is in the file.
 */
export function fileName(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]+/gu, '_').replace(/^[. ]+|[. ]+$/g, '');
  if (plain === '') return 'runlens';
  if (plain.length <= LONGEST_NAME) return plain;
  const ending = /\.\w{1,8}$/.exec(plain)?.[0] ?? '';
  const cut = plain.slice(0, LONGEST_NAME - ending.length);
  // Half of a character would be none.
  return cut.replace(/[\ud800-\udbff]$/, '') + ending;
}
