/** The page's side of the channel to its panel, and the state the editor keeps for the page. */
import { type Channel, type Methods, openChannel } from '../../src/protocol/channel';

interface EditorApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): EditorApi;

export interface Host<Remote> extends Channel<Remote> {
  /** What `keep` got last, also after a reload of the window; to be checked, it may be of an older version. */
  readonly kept: unknown;
  keep(state: unknown): void;
}

/** A dialog may stand open as long as it likes, and a command may run a pipeline. */
const UNTIMED = ['run', 'save', 'openExternally'];

/** May be called once per page. */
export function openHost<Remote extends Methods<Remote>, Local extends Methods<Local>>(
  local: Local,
): Host<Remote> {
  const editor = acquireVsCodeApi();
  const endpoint = {
    post: (message: unknown) => editor.postMessage(message),
    onMessage(listener: (message: unknown) => void) {
      const receive = (event: MessageEvent<unknown>) => listener(event.data);
      window.addEventListener('message', receive);
      return { dispose: () => window.removeEventListener('message', receive) };
    },
  };
  const timers = {
    set: (callback: () => void, ms: number): unknown => window.setTimeout(callback, ms),
    clear: (handle: unknown) => window.clearTimeout(Number(handle)),
  };
  const channel = openChannel<Remote, Local>(endpoint, local, { timers, untimed: UNTIMED });
  return { ...channel, kept: editor.getState(), keep: (state) => editor.setState(state) };
}
