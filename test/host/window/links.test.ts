// Addresses of runs: in a terminal's output, and as the editor is asked to open them.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { onlySession } from '../editor';
import { discoveryOf, Script } from '../tracking';
import { ui, until } from '../ui';

describe('addresses of runs', () => {
  const selected = () =>
    ui<(string | null)[]>(
      'attributes',
      '.pane-body .monaco-list-row.selected.focused',
      'aria-label',
    );

  it('in a terminal are links, when they are of our own server', async () => {
    const { api, session } = await onlySession();
    const { port } = discoveryOf(session);
    const id = '0123456789abcdef0123456789abcdef';
    const linksOf = async (address: string) => {
      const line = `View run at: ${address}/#/experiments/0/runs/${id}`;
      const context = { line } as vscode.TerminalLinkContext;
      const cancel = new vscode.CancellationTokenSource().token;
      const links = await api.links.terminal.provideTerminalLinks(context, cancel);
      return (links ?? []).map((link) =>
        line.slice(link.startIndex, link.startIndex + link.length),
      );
    };
    assert.deepEqual(await linksOf(`http://127.0.0.1:${port}`), [
      `http://127.0.0.1:${port}/#/experiments/0/runs/${id}`,
    ]);
    assert.deepEqual(await linksOf(`http://127.0.0.1:${port + 1}`), []);
  });

  it('reveal the run in the tree', async () => {
    const { api, session } = await onlySession();
    const script = new Script(session);
    const { run_id } = await script.createRun(await script.createExperiment('linked'), 'target');
    await api.links.uri.handleUri(vscode.Uri.parse(`vscode://runlens.runlens/run/${run_id}`));
    await until(async () => (await selected()).some((name) => name?.startsWith('Run target')));
  });
});
