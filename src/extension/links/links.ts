/** Addresses of runs reveal them: from a browser by `vscode://`, in a terminal by a click. */
import * as vscode from 'vscode';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';
import { findRunAddresses, runOfPath } from './runAddress';

type Reveal = (runId: string) => Promise<void>;

export const uriHandler = (reveal: Reveal): vscode.UriHandler => ({
  async handleUri(uri) {
    const runId = runOfPath(uri.path);
    if (runId !== undefined) await reveal(runId);
  },
});

class RunLink extends vscode.TerminalLink {
  constructor(
    start: number,
    length: number,
    readonly runId: string,
  ) {
    super(start, length, t('Reveal run in Experiments'));
  }
}

/** Only addresses of our own servers: another program may print the like. */
export function terminalLinks(
  sessions: Sessions,
  reveal: Reveal,
): vscode.TerminalLinkProvider<RunLink> {
  const isOurs = (port: number) =>
    sessions.all.some(({ state }) => state.kind === 'up' && state.discovery?.port === port);
  return {
    provideTerminalLinks: ({ line }) =>
      findRunAddresses(line)
        .filter(({ port }) => isOurs(port))
        .map(({ start, length, runId }) => new RunLink(start, length, runId)),
    handleTerminalLink: ({ runId }) => reveal(runId),
  };
}
