// Panels by keyboard alone: the same acts on the same elements as by mouse.
import { drawn, rest, tooltipOf } from './chartLooks.mjs';
import { Hand, isDone, SOON_MS } from './hand.mjs';
import { until } from './person.mjs';

/** The most Tabs from anywhere in a panel to anything in it. */
const MOST_TABS = 250;
const MOST_ARROWS = 400;

/** Whether the element, or something in it, has the keyboard; the toolkit's controls keep theirs in a shadow. */
const hasFocus = (locator) =>
  locator.evaluate((element) => {
    const page = element.ownerDocument;
    if (!page.hasFocus()) return false;
    let at = page.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    while (at && at !== element) at = at.parentNode ?? at.host;
    return at === element;
  });

export class Keyboard extends Hand {
  openTree() {
    return this.run('Runlens: Focus on Experiments View');
  }

  /** What takes the keyboard is scrolled into view. */
  show(locator) {
    return this.reach(locator);
  }

  /** Arrow keys scroll where nothing else takes them. */
  scrollOn() {
    return this.keyboard.press('ArrowDown');
  }

  async showPanel(title) {
    for (let i = 0; i < 12; i += 1) {
      if (await this.person.isActive(title)) return this.person.waitForPanel(title);
      await this.run('View: Open Next Editor');
      await this.page.waitForTimeout(300);
    }
    throw new Error(`No tab is called ${title}`);
  }

  async choosePick(label) {
    await this.person.option(new RegExp(`(^|\\W)${label}(\\W|$)`));
    await this.keyboard.type(label);
    await this.keyboard.press('Enter');
  }

  /** H goes to the highest point; + zooms in on it. */
  async readHighest(canvas) {
    await this.reach(canvas);
    await this.keyboard.press('h');
    for (let i = 0; i < 15; i += 1) {
      await this.keyboard.press('+');
      await drawn(canvas);
    }
    await rest(canvas);
    return tooltipOf(canvas);
  }

  async readNext(canvas) {
    await this.keyboard.press('h');
    await this.keyboard.press('ArrowRight');
    await drawn(canvas);
    return tooltipOf(canvas);
  }

  async run(title) {
    const widget = this.person.quickInput;
    const first = widget.locator('.monaco-list-row.focused', { hasText: title });
    await until(
      async () => {
        await this.keyboard.press('F1');
        // What is typed before the palette has the keyboard would be typed into a panel.
        if (!(await this.hasPalette())) return false;
        await this.keyboard.insertText(title);
        const isThere = await isDone(first.waitFor({ timeout: 5000 }));
        await this.keyboard.press(isThere ? 'Enter' : 'Escape');
        return isThere;
      },
      `the command ${title}`,
      SOON_MS,
    );
  }

  /** Whether the palette has the keyboard, soon. */
  async hasPalette() {
    const input = this.person.quickInput.locator('input:focus');
    return isDone(input.first().waitFor({ timeout: 3000 }));
  }

  async press(locator) {
    await this.reach(locator);
    await this.keyboard.press('Enter');
  }

  async write(locator, text) {
    await this.reach(locator);
    await this.keyboard.press('Control+A');
    await this.keyboard.type(text);
    await this.keyboard.press('Enter');
  }

  async choose(select, label) {
    await this.reach(select);
    const chosen = () => select.evaluate((element) => element.selectedOptions[0]?.label);
    for (let i = 0; (await chosen()) !== label; i += 1) {
      if (i === MOST_ARROWS) throw new Error(`${select} has no entry ${label}`);
      await this.keyboard.press('ArrowDown');
      await this.page.waitForTimeout(30);
    }
  }

  async pressCell(cell) {
    await this.reachCell(cell);
    await this.keyboard.press('Enter');
  }

  async check(row) {
    await this.reachCell(row.locator('[data-column=check]'));
    await this.keyboard.press(' ');
  }

  async pickOfCell(cell, panel, entry) {
    await this.reachCell(cell);
    await this.keyboard.press('Shift+F10');
    await this.pick(panel, entry);
  }

  /** The active one of a row of tabs is reached by Tab, the others by arrows. */
  async openTab(tab) {
    await this.reach(tab.locator('xpath=..').locator('[role=tab][aria-selected=true]'));
    await this.go(tab, 'ArrowLeft', 'ArrowRight');
  }

  /** A step of a graph: arrows follow its edges. */
  async pressNode(node) {
    await this.reach(node.locator('xpath=..').locator('> button[tabindex="0"]'));
    await this.go(node, 'ArrowRight', 'ArrowLeft');
    await this.keyboard.press('Enter');
  }

  async pickOfRow(pattern, entry) {
    const row = this.person.row(pattern);
    // A tree that was empty when it was opened could not take the keyboard.
    await until(
      async () => {
        await this.openTree();
        await this.page.waitForTimeout(300);
        return row.evaluate((element) => element.closest('[role=tree]') === document.activeElement);
      },
      'the tree has the keyboard',
      SOON_MS,
    );
    await this.keyboard.press('Home');
    for (let i = 0; i < MOST_ARROWS; i += 1) {
      if (/(^|\s)focused(\s|$)/.test((await row.getAttribute('class')) ?? '')) break;
      await this.keyboard.press('ArrowDown');
      await this.page.waitForTimeout(30);
    }
    await this.keyboard.press('Shift+F10');
    const focused = this.page.locator('.monaco-menu .action-item.focused');
    await this.page.locator('.monaco-menu').waitFor();
    await until(async () => {
      if ((await focused.allInnerTexts()).some((text) => text.trim() === entry)) return true;
      await this.keyboard.press('ArrowDown');
      return false;
    }, `the entry ${entry}`);
    await this.keyboard.press('Enter');
  }

  /** Tab until it has the keyboard. */
  async reach(locator) {
    await locator.waitFor({ state: 'attached' });
    for (let i = 0; i < MOST_TABS; i += 1) {
      if (await hasFocus(locator)) return;
      await this.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${locator}; ${await this.whereabouts()} has the keyboard`);
  }

  /** Arrow keys from cell to cell of a grid. */
  async reachCell(cell) {
    const grid = cell.locator('xpath=ancestor::*[@role="grid" or @role="treegrid"]');
    await this.reach(grid);
    const at = grid.locator('[tabindex="0"][aria-colindex]').first();
    for (let i = 0; i < MOST_ARROWS; i += 1) {
      const [to, from] = [await placeOf(cell), await placeOf(at)];
      if (to.row < from.row) await this.keyboard.press('ArrowUp');
      else if (to.row > from.row) await this.keyboard.press('ArrowDown');
      else if (to.column < from.column) await this.keyboard.press('ArrowLeft');
      else if (to.column > from.column) await this.keyboard.press('ArrowRight');
      else return;
    }
    throw new Error(`Arrow keys do not reach ${cell}`);
  }

  async go(locator, ...keys) {
    for (const key of keys) {
      for (let i = 0; i < 12; i += 1) {
        if (await hasFocus(locator)) return;
        await this.keyboard.press(key);
        await this.page.waitForTimeout(30);
      }
    }
    throw new Error(
      `${keys} do not reach ${locator}; ${await this.whereabouts()} has the keyboard`,
    );
  }

  async pick(panel, entry) {
    const item = panel.locator('[role^=menuitem]', { hasText: entry }).first();
    await item.waitFor();
    await this.go(item, 'ArrowDown');
    await this.keyboard.press('Enter');
  }

  async whereabouts() {
    return this.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200));
  }
}

const placeOf = (cell) =>
  cell.evaluate((element) => ({
    row: Number(element.parentElement.dataset.row),
    column: Number(element.getAttribute('aria-colindex')),
  }));
