// Restricted Mode in a folder where nothing is recorded: nothing is run, no setting of the folder counts.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { activated, folderPath, lensesOf, notification, titles } from '../editor';
import { ui, until } from '../ui';

describe('in Restricted Mode', () => {
  before(async () => {
    const document = await vscode.workspace.openTextDocument(path.join(folderPath(), 'train.py'));
    await vscode.window.showTextDocument(document);
    const api = await activated();
    await api.ready();
    await api.language;
  });

  it('no server is started, and the state says why', async () => {
    const { sessions } = await activated();
    assert.equal(vscode.workspace.isTrusted, false);
    const [session] = sessions.all;
    assert.equal(session?.state.kind, 'down');
    assert.match(JSON.stringify(session?.state), /Restricted Mode/);
    const state = fs.readdirSync(process.env.RUNLENS_STATE_DIR!);
    assert.deepEqual(
      state.filter((file) => /^[0-9a-f]{32}\./.test(file)),
      [],
    );
    assert.equal(fs.existsSync(path.join(folderPath(), '.runlens')), false);
  });

  it('the views say so and lead to workspace trust', async () => {
    await vscode.commands.executeCommand('runlens.experiments.focus');
    await until(async () => {
      const texts = await ui<string[]>('texts', '.welcome-view-content');
      return texts.some((text) => /Restricted Mode[\s\S]*Manage Workspace Trust/.test(text));
    });
  });

  it('lenses do not offer to run', async () => {
    const document = await vscode.workspace.openTextDocument(path.join(folderPath(), 'train.py'));
    const all = [...(await lensesOf(document)).values()].flatMap((lenses) => titles(lenses));
    assert.ok(!all.some((title) => /Run|Debug/.test(title)), all.join());
  });

  it('commands that run say why they do not', async () => {
    const uri = vscode.Uri.file(path.join(folderPath(), 'train.py')).toString();
    const [session] = (await activated()).sessions.all;
    const target = { uri, root: session?.folder.root, name: 'training', line: 0 };
    void vscode.commands.executeCommand('runlens.runPipeline', target);
    assert.match(await notification(/Restricted Mode/), /does not run Python/);
  });

  for (const command of ['runPipelineWith', 'replayRun', 'runEntryPoint']) {
    it(`${command} says so before it asks for anything`, async () => {
      void vscode.commands.executeCommand(`runlens.${command}`);
      assert.match(await notification(/Restricted Mode/), /Runlens does not run /);
      // The editor shows at most two notifications in 800 ms.
      await new Promise((resolve) => setTimeout(resolve, 500));
    });
  }

  it('no server of other people is asked, whoever names it', async () => {
    const { sources } = await activated();
    const settings = vscode.workspace.getConfiguration('runlens');
    assert.deepEqual(settings.get('remote.servers'), [], 'the folder names none');
    assert.equal(sources.all.length, 0);
    const own = [{ name: 'own', url: 'http://127.0.0.1:9' }];
    await settings.update('remote.servers', own, vscode.ConfigurationTarget.Global);
    try {
      assert.equal(sources.all.length, 0);
      void vscode.commands.executeCommand('runlens.addRemoteServer');
      assert.match(await notification(/Restricted Mode/), /no other server is asked/);
    } finally {
      await settings.update('remote.servers', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('the folder’s settings name no interpreter, and it is never started', async () => {
    const setting = vscode.workspace.getConfiguration('runlens').inspect('interpreter');
    assert.ok(setting);
    assert.equal(vscode.workspace.getConfiguration('runlens').get('interpreter'), '');
    await vscode.commands.executeCommand('runlens.refresh');
    assert.equal(fs.existsSync(path.join(folderPath(), 'interpreter-was-started')), false);
  });
});
