// A person at the editor: opens a project in VS Code with Runlens and does what people do there.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { inkOf, openVSCode, until } from '../support/editor/ui.mjs';
import { discoveries, stopServers } from '../support/servers.mjs';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const out = path.join(root, 'out', 'ui');
export const python = process.env.RUNLENS_TEST_PYTHON;
if (!python)
  throw new Error('RUNLENS_TEST_PYTHON is not set: start this suite with npm test -- ui');

/** A copy of the digits example and the MLflow script, with nothing recorded, its interpreter chosen. */
export function makeProject(settings = {}) {
  const temporary = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-ui-')));
  const folder = path.join(temporary, 'digits'); // the window's title on every picture
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

/** Opens the project; `prepare` may record something before. `state` is the user's state folder; kept apart per test, so that no server is shared. */
export async function openProject({
  folder = makeProject(),
  settings = {},
  viewport,
  extensions = [],
  prepare = () => {},
} = {}) {
  const state = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-ui-state-'));
  try {
    await prepare(folder, state);
  } catch (error) {
    await stopServers(state);
    throw error;
  }
  const vscode = await openVSCode({
    extension: [root, ...extensions],
    workspace: folder,
    out,
    settings: {
      // What is typed is what stands there, nothing is saved by itself, a terminal's rows can be read.
      'editor.autoClosingBrackets': 'never',
      'files.autoSave': 'off',
      'terminal.integrated.gpuAcceleration': 'off',
      ...settings,
    },
    viewport,
    env: { RUNLENS_STATE_DIR: state },
  });
  return new Person(vscode, folder, state);
}

/**
 * Hooks of a suite: opens a project before it and closes it after; a failed test leaves a picture. `open` says what to
 * open, when it is time; `take` is given the person.
 */
export function usePerson(take, open = () => ({})) {
  let person;
  before(async () => {
    person = await openProject(open());
    await take(person);
  });
  after(() => person?.close());
  afterEach(async function () {
    if (this.currentTest.state !== 'failed') return;
    await person?.screenshot(`failed-${this.currentTest.fullTitle().replace(/\W+/g, '-')}`);
  });
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
    await stopServers(this.state);
    fs.rmSync(path.dirname(this.folder), { recursive: true, force: true, maxRetries: 5 });
    fs.rmSync(this.state, { recursive: true, force: true });
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

  /** Goes back to a file that is open; `title` as its tab says it, e.g. `train.py ./`. */
  async showTab(title) {
    await this.page.locator('.tab', { hasText: title }).first().click();
  }

  /** A new terminal, with its prompt there. */
  async openTerminal() {
    await this.runCommand('Terminal: Create New Terminal');
    await this.page.locator('.terminal-wrapper.active .xterm-rows').waitFor();
    await until(async () => /[$#>]/.test(await this.terminalText()), 'a prompt');
  }

  async type(line) {
    await this.page.locator('.terminal-wrapper.active .xterm-screen').click();
    await this.page.keyboard.insertText(line);
    await this.page.keyboard.press('Enter');
  }

  async terminalText() {
    return clean(await this.page.locator('.terminal-wrapper.active .xterm-rows').innerText());
  }

  runCommand(title) {
    return this.vscode.runCommand(title);
  }

  openRunlens() {
    return this.vscode.openView('Runlens');
  }

  /** Brings the definition of a function into view. */
  async goTo(name) {
    await this.find(`def ${name}(`);
    await this.page
      .locator('.view-line', { hasText: `def ${name}(` })
      .first()
      .waitFor();
  }

  /** The lens line above a function that is in view: its text, and its links. */
  async lensOf(name) {
    const line = this.page.locator('.view-line', { hasText: `def ${name}(` }).first();
    const below = (await line.boundingBox())?.y;
    if (below === undefined) return undefined;
    let best;
    for (const lens of await this.page.locator('.monaco-editor .codelens-decoration').all()) {
      const box = await lens.boundingBox();
      const text = clean(await lens.innerText());
      if (!box || text === '' || box.y >= below || below - box.y > 80) continue;
      if (!best || box.y > best.y) best = { y: box.y, text, lens };
    }
    return best;
  }

  /** Waits until the lens above a function fits; answers its text. */
  async lens(name, pattern, timeout = 60_000) {
    let seen = '';
    try {
      return await until(
        async () => {
          seen = (await this.lensOf(name))?.text ?? '';
          return pattern.test(seen) && seen;
        },
        `the lens of ${name}`,
        timeout,
      );
    } catch (error) {
      throw new Error(`The lens of ${name} is "${seen}" and not ${pattern}`, { cause: error });
    }
  }

  async clickLens(name, text) {
    await this.lens(name, new RegExp(text));
    // A lens that is drawn anew under the pointer swallows the click: wait until it rests.
    let before;
    await until(async () => {
      const now = (await this.lensOf(name))?.text.replace(/\d+/g, '');
      const rests = now !== undefined && now === before;
      before = now;
      if (!rests) await this.page.waitForTimeout(400);
      return rests;
    }, `the lens of ${name} rests`);
    const { lens } = await this.lensOf(name);
    await lens.locator('a', { hasText: text }).first().click();
  }

  /** The lens line above a line that holds a text and is in view. */
  async lineLens(text, link) {
    const line = this.page.locator('.view-line', { hasText: text }).first();
    const below = (await line.boundingBox())?.y;
    for (const lens of await this.page.locator('.codelens-decoration').all()) {
      const box = await lens.boundingBox();
      if (!box || below === undefined || box.y >= below || below - box.y > 40) continue;
      const found = lens.locator('a', { hasText: link }).first();
      if (await found.count()) return found;
    }
    return undefined;
  }

  async clickLineLens(text, link) {
    const lens = await until(() => this.lineLens(text, link), `the lens ${link} above ${text}`);
    await lens.click();
  }

  /** The text of the lenses in the notebook's cell that defines a function. */
  async cellLens(name, pattern, timeout = 60_000) {
    const lens = this.cellOf(name).locator('.codelens-decoration');
    return until(
      async () => {
        const text = clean((await lens.allInnerTexts()).join(' '));
        return pattern.test(text) && text;
      },
      `the lens ${pattern} in the cell of ${name}`,
      timeout,
    );
  }

  async clickCellLens(name, text) {
    await this.cellLens(name, new RegExp(text));
    await this.cellOf(name).locator('.codelens-decoration a', { hasText: text }).first().click();
  }

  cellOf(name) {
    return this.page.locator('.notebook-editor .cell-list-container .monaco-list-row', {
      hasText: `def ${name}(`,
    });
  }

  /** What the hover over a function's name says. */
  async hover(name) {
    const hovers = this.page.locator(
      '.monaco-hover:visible .hover-contents, .monaco-hover:visible',
    );
    return until(async () => {
      await this.find(`def ${name}(`);
      await this.page.keyboard.press('ArrowLeft');
      for (let moves = 0; moves < 5; moves += 1) await this.page.keyboard.press('ArrowRight');
      await this.runCommand('Show or Focus Hover');
      await this.page.waitForTimeout(500);
      const text = clean((await hovers.allInnerTexts()).join(' '));
      return text.includes(name) && text;
    }, `the hover of ${name}`);
  }

  get quickInput() {
    return this.page.locator('.quick-input-widget');
  }

  /** Accessible names of what the open pick list offers. */
  options() {
    return this.quickInput
      .getByRole('option')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
  }

  /** Waits for an entry of the open pick list. */
  async option(pattern) {
    let seen = [];
    try {
      return await until(async () => {
        seen = await this.options();
        return seen.find((label) => pattern.test(label));
      }, 'an entry');
    } catch (error) {
      throw new Error(`No entry fits ${pattern}. There are:\n${seen.join('\n')}`, { cause: error });
    }
  }

  /** Picks an entry by its label. */
  async choose(label) {
    await this.option(new RegExp(`(^|\\W)${label}(\\W|$)`));
    await this.quickInput.getByRole('option').filter({ hasText: label }).first().click();
  }

  /** Types into an input box that asks for this. */
  async answer(prompt, text) {
    await this.quickInput
      .locator('.quick-input-message', { hasText: prompt })
      .or(this.quickInput.locator('.quick-input-message'))
      .first()
      .waitFor();
    await this.quickInput.locator('input').first().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** What the status item says. */
  async status() {
    const item = this.page.locator('#runlens\\.runlens\\.runlens\\.status');
    return clean((await item.allInnerTexts()).join(''));
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

  async collapse(pattern) {
    const row = this.row(pattern);
    if ((await row.getAttribute('aria-expanded')) === 'true') {
      await row.locator('.monaco-tl-twistie').click();
    }
  }

  /** Chooses a colour theme as people do. */
  async chooseTheme(name) {
    await this.runCommand('Preferences: Color Theme');
    const input = this.page.locator('.quick-input-widget input').first();
    await input.fill(name);
    await this.page
      .getByRole('option', { name: new RegExp(`^${name}`) })
      .first()
      .waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.waitForTimeout(800);
  }

  /** Selects the first occurrence in the active editor. */
  async find(text) {
    const { keyboard } = this.page;
    await this.page.locator('.editor-group-container.active .view-lines').first().click();
    await keyboard.press('Control+Home');
    await keyboard.press('Control+F');
    const box = this.page
      .locator('.find-widget.visible textarea, .find-widget.visible input')
      .first();
    await box.fill(text);
    await keyboard.press('Enter');
    // The search lags behind the keys; the status bar says when the text is selected.
    await this.page
      .locator('.statusbar-item', { hasText: `(${text.length} selected)` })
      .first()
      .waitFor();
    // While the box has the keyboard the editor draws no new lenses: it must be gone.
    await until(async () => {
      await keyboard.press('Escape');
      return (await this.page.locator('.find-widget.visible').count()) === 0;
    }, 'the search box to close');
  }

  /** Replaces the first occurrence by typing, as a person would; does not save. */
  async edit(find, replace) {
    await this.find(find);
    await this.page.keyboard.insertText(replace);
  }

  /** What shows of the active editor. */
  async editorText() {
    const lines = this.page.locator('.editor-group-container.active .view-lines').first();
    return clean(await lines.innerText());
  }

  /** Accessible names of the rows that show in all trees. */
  rows() {
    return this.page
      .getByRole('treeitem')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
  }

  /** Ticks the checkbox of a child row after unfolding its parent. */
  async check(parent, child) {
    await this.expand(parent);
    if (child) await this.waitForRow(new RegExp(`^Run ${child}`));
    const row = this.row(child ? new RegExp(`^Run ${child}`) : parent);
    const box = row.locator('.monaco-custom-toggle, .custom-view-tree-node-item-checkbox').first();
    if ((await box.getAttribute('aria-checked')) !== 'true') await box.click();
  }

  async waitForRow(pattern, timeout = 60_000) {
    let seen = [];
    try {
      return await until(
        async () => {
          seen = await this.rows();
          return seen.find((row) => pattern.test(row));
        },
        'a row',
        timeout,
      );
    } catch (error) {
      throw new Error(`No row fits ${pattern}. There are:\n${seen.join('\n')}`, { cause: error });
    }
  }

  /** The inside of the panel that is in front. */
  get panel() {
    return this.page
      .locator('iframe.webview.ready')
      .filter({ visible: true })
      .first()
      .contentFrame()
      .frameLocator('#active-frame');
  }

  /** Whether the tab with this title is in front. */
  async isActive(title) {
    const active = this.page.locator('.tabs-container .tab.active', { hasText: title });
    return (await active.count()) > 0;
  }

  /** The panel's tab is in front, and its page is there. */
  async waitForPanel(title) {
    await until(() => this.isActive(title), `the tab ${title}`);
    await this.panel.locator('#root, main, body > div').first().waitFor({ state: 'attached' });
  }

  /** The Charts page. */
  get charts() {
    return this.vscode.webview();
  }

  /** Points drawn in the chart of a metric, and its inked pixels; zero while there is none. */
  async chart(metric) {
    const canvas = this.charts.locator(`canvas[data-metric="${metric}"]`);
    if ((await canvas.count()) === 0) return { points: 0, ink: 0 };
    const points = Number(await canvas.first().getAttribute('data-points'));
    return { points, ink: await inkOf(canvas.first()) };
  }

  /** GET of the control API, as the extension asks it: the truth to hold the screen against. */
  async api(method, route, body) {
    const { port, tokens } = this.discovery();
    const response = await fetch(`http://127.0.0.1:${port}${route}`, {
      method,
      headers: { authorization: `Bearer ${tokens.control}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  screenshot(name) {
    return this.page.screenshot({ path: path.join(out, `${name}.png`) });
  }

  /** The server's address and tokens, from the user's state folder. */
  discovery() {
    return discoveries(this.state)[0];
  }
}

const clean = (text) => text.replaceAll('\u00a0', ' ').replace(/\s+/g, ' ').trim();

export { until };
