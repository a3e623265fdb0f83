// What is there as soon as the extension is active: commands, the server, the status item, the language server.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activated, EXTENSION, folderPath, onlySession, testPython } from '../editor';
import { discoveryOf } from '../tracking';
import { ui, until } from '../ui';

describe('activation', () => {
  it('registers every command of the manifest, and no other of its own', async () => {
    await activated();
    const { contributes } = vscode.extensions.getExtension(EXTENSION)!.packageJSON as {
      contributes: { commands: { command: string }[]; views: Record<string, { id: string }[]> };
    };
    const declared = contributes.commands.map(({ command }) => command);
    const views = Object.values(contributes.views).flatMap((group) => group.map(({ id }) => id));
    // VS Code makes some commands for each view, such as runlens.experiments.focus.
    const ofViews = (id: string) => views.some((view) => id.startsWith(`${view}.`));
    const registered = (await vscode.commands.getCommands(true)).filter(
      (id) => id.startsWith('runlens.') && !ofViews(id),
    );
    assert.deepEqual(registered.sort(), declared.sort());
  });

  it('takes a fraction of a second and waits for nothing', async () => {
    const { activationMs } = await activated();
    assert.ok(activationMs > 0 && activationMs < 500, `${activationMs} ms`);
  });

  it('brings up one server for the folder, which answers with the control token', async () => {
    const { session } = await onlySession();
    const info = await session.call('GET /api/info', {});
    assert.equal(info.root, session.folder.root);
    assert.equal(info.port, discoveryOf(session).port);
    assert.equal(info.mode, 'writable');
  });

  it('starts the language server', async () => {
    const { language } = await activated();
    await language;
  });

  it('takes the interpreter of the setting', async () => {
    const { interpreters } = await activated();
    const python = await interpreters.of(folderPath());
    assert.equal(python?.path, testPython());
    assert.match(python?.source ?? '', /setting runlens\.interpreter/);
  });

  it('shows one quiet status item', async () => {
    await onlySession();
    const shown = await until(async () => {
      const texts = await ui<string[]>('texts', '#runlens\\.runlens\\.runlens\\.status');
      return texts.some((text) => text.trim() !== '') && texts;
    });
    assert.deepEqual(
      shown.map((text) => text.trim()),
      ['Runlens'],
    );
  });

  it('shows what to do in a view that has nothing to show', async () => {
    await onlySession();
    await vscode.commands.executeCommand('runlens.experiments.focus');
    const texts = await until(async () => {
      const all = await ui<string[]>('texts', '.welcome-view-content');
      return all.some((text) => /No runs yet/.test(text)) && all;
    });
    assert.match(texts.join('\n'), /Create Sample Project/);
  });
});
