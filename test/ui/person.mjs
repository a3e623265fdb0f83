// A person at the editor: opens a project in VS Code with Runlens and does what people do there.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openVSCode, until } from '../support/editor/ui.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const out = path.join(root, 'out', 'ui');
export const python = process.env.RUNLENS_TEST_PYTHON;
if (!python)
  throw new Error('RUNLENS_TEST_PYTHON is not set: start this suite with npm test -- ui');

/** A copy of the digits example and the MLflow script, with nothing recorded, its interpreter chosen. */
export function makeProject(settings = {}) {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-ui-')));
  fs.cpSync(path.join(root, 'examples/digits'), folder, { recursive: true });
  fs.cpSync(path.join(root, 'examples/mlflow_script'), path.join(folder, 'mlflow_script'), {
    recursive: true,
  });
  fs.mkdirSync(path.join(folder, '.vscode'));
  fs.writeFileSync(
    path.join(folder, '.vscode/settings.json'),
    JSON.stringify({ 'runlens.interpreter': python, ...settings }),
  );
  return folder;
}

/** Opens the project. `state` is the user's state folder; kept apart per test, so that no server is shared. */
export async function openProject({ folder = makeProject(), settings = {}, viewport } = {}) {
  const state = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-ui-state-'));
  const vscode = await openVSCode({
    extension: root,
    workspace: folder,
    out,
    settings,
    viewport,
    env: { RUNLENS_STATE_DIR: state },
  });
  return new Person(vscode, folder, state);
}

export class Person {
  constructor(vscode, folder, state) {
    this.vscode = vscode;
    this.page = vscode.page;
    this.folder = folder;
    this.state = state;
  }

  async close() {
    await this.vscode.close();
    stopServers(this.state);
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Opens a file as people do: by its name in Quick Open. */
  async openFile(name) {
    await this.page.keyboard.press('Control+P');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.fill(name);
    await this.page
      .getByRole('option', { name: path.basename(name) })
      .first()
      .click();
    await this.page.locator('.tab.active', { hasText: path.basename(name) }).waitFor();
  }

  runCommand(title) {
    return this.vscode.runCommand(title);
  }

  openRunlens() {
    return this.vscode.openView('Runlens');
  }

  /** The texts of all lens links that show now. */
  lenses() {
    return this.page.locator('.monaco-editor .codelens-decoration').allInnerTexts();
  }

  /** Waits for a lens whose text fits. */
  lens(pattern, timeout = 30_000) {
    return until(
      async () =>
        (await this.lenses()).find((text) => pattern.test(text.replaceAll('\u00a0', ' '))),
      `a lens like ${pattern}`,
      timeout,
    );
  }

  /** Waits for a tree row whose accessible name fits. */
  row(pattern) {
    return this.page.getByRole('treeitem', { name: pattern }).first();
  }

  async expand(pattern) {
    const row = this.row(pattern);
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      await row.locator('.monaco-tl-twistie').click();
    }
    return row;
  }

  /** Replaces the first `find` on its line in the active editor by typing, as a person would. */
  async edit(find, replace) {
    const keyboard = this.page.keyboard;
    await this.page.locator('.monaco-editor .view-lines').first().click();
    await keyboard.press('Control+Home');
    await keyboard.press('Control+F');
    const box = this.page.locator('.find-widget textarea, .find-widget input').first();
    await box.fill(find);
    await keyboard.press('Enter');
    await keyboard.press('Escape');
    await keyboard.insertText(replace);
  }

  screenshot(name) {
    return this.page.screenshot({ path: path.join(out, `${name}.png`) });
  }

  /** The server's address and tokens, from the user's state folder. */
  discovery() {
    const file = fs.readdirSync(this.state).find((f) => /^[0-9a-f]{32}\.json$/.test(f));
    return file && JSON.parse(fs.readFileSync(path.join(this.state, file), 'utf8'));
  }
}

/** Servers outlive the editor on purpose; a test ends its own. */
export function stopServers(state) {
  for (const file of fs.readdirSync(state).filter((f) => /^[0-9a-f]{32}\.json$/.test(f))) {
    const { pid } = JSON.parse(fs.readFileSync(path.join(state, file), 'utf8'));
    spawnSync('kill', ['-TERM', String(pid)]);
  }
}

export { until };
