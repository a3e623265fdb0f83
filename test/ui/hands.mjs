// The two ways to use panels: by mouse, and by keyboard alone. Both do the same to the same elements.
import { until } from './person.mjs';

/** The most Tabs from anywhere in a panel to anything in it. */
const MOST_TABS = 120;
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

class Hand {
  constructor(person) {
    this.person = person;
    this.page = person.page;
    this.keyboard = person.page.keyboard;
  }
}

export class Mouse extends Hand {
  openTree() {
    return this.person.openRunlens();
  }

  /** Scrolls it into view. */
  show(locator) {
    return locator.scrollIntoViewIfNeeded();
  }

  /** Comes back to a panel that is open. */
  async showPanel(title) {
    await this.page.locator('.tabs-container .tab', { hasText: title }).first().click();
    await this.person.waitForPanel(title);
  }

  /** An entry of the pick list that is open. */
  choosePick(label) {
    return this.person.choose(label);
  }

  /** Draws boxes around the highest point until it stands alone, and points at it. */
  async readHighest(canvas) {
    for (let drags = 0; drags < 4; drags += 1) {
      const [{ x }, box] = [await highestOf(canvas), await canvas.boundingBox()];
      await this.page.mouse.move(box.x + x - 12, box.y + 60);
      await this.page.mouse.down();
      await this.page.mouse.move(box.x + x + 12, box.y + 80, { steps: 4 });
      await this.page.mouse.up();
      await this.page.mouse.move(box.x + 5, box.y - 20);
      await this.page.waitForTimeout(1000);
    }
    const [{ x, y }, box] = [await highestOf(canvas), await canvas.boundingBox()];
    this.at = { x: box.x + x, y: box.y + y + 3 };
    await this.page.mouse.move(this.at.x, this.at.y, { steps: 4 });
    return tooltipOf(canvas);
  }

  /** The next point is some pixels farther. */
  async readNext(canvas) {
    await this.page.mouse.move(this.at.x + 12, this.at.y, { steps: 4 });
    await this.page.waitForTimeout(300);
    return tooltipOf(canvas);
  }

  /** A command of the palette. */
  run(title) {
    return this.person.runCommand(title);
  }

  press(locator) {
    return locator.click();
  }

  async write(locator, text) {
    await locator.click();
    await this.keyboard.press('Control+A');
    await this.keyboard.insertText(text);
    await this.keyboard.press('Enter');
  }

  /** An entry of a dropdown. Its list is the system's own, which no test can click. */
  choose(select, label) {
    return select.selectOption({ label });
  }

  pressCell(cell) {
    return cell.click();
  }

  check(row) {
    return row.getByRole('checkbox').click();
  }

  async pickOfCell(cell, panel, entry) {
    await cell.click({ button: 'right' });
    await panel.getByRole('menu').getByText(entry, { exact: true }).click();
  }

  openTab(tab) {
    return tab.click();
  }

  pressNode(node) {
    return node.click();
  }

  /** An entry of the menu of a row of a tree. A click on a menu that has just opened is ignored: then once more. */
  async pickOfRow(pattern, entry) {
    const menu = this.page.locator('.monaco-menu');
    await this.person.row(pattern).click({ button: 'right' });
    await until(async () => {
      await menu.getByText(entry, { exact: true }).click({ timeout: 1000 }).catch(noAnswer);
      return (await menu.count()) === 0;
    }, `the entry ${entry}`);
  }
}

export class Keyboard extends Hand {
  openTree() {
    return this.run('Runlens: Focus on Experiments View');
  }

  /** What takes the keyboard is scrolled into view. */
  show(locator) {
    return this.reach(locator);
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
    await this.person.option(new RegExp(label));
    await this.keyboard.type(label);
    await this.keyboard.press('Enter');
  }

  /** B goes to the best point, which is the highest one here; + zooms in on it. */
  async readHighest(canvas) {
    await this.reach(canvas);
    await this.keyboard.press('b');
    for (let i = 0; i < 15; i += 1) {
      await this.keyboard.press('+');
      await this.page.waitForTimeout(150);
    }
    await this.page.waitForTimeout(1000);
    return tooltipOf(canvas);
  }

  async readNext(canvas) {
    await this.keyboard.press('ArrowRight');
    await this.page.waitForTimeout(300);
    return tooltipOf(canvas);
  }

  async run(title) {
    const first = this.page.locator('.quick-input-widget .monaco-list-row.focused');
    await until(async () => {
      await this.keyboard.press('F1');
      await this.keyboard.insertText(title);
      await first.filter({ hasText: title }).waitFor({ timeout: 3000 }).catch(noAnswer);
      if ((await first.filter({ hasText: title }).count()) === 0) {
        await this.keyboard.press('Escape');
        return false;
      }
      await this.keyboard.press('Enter');
      return true;
    }, `the command ${title}`);
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
    await this.go(tab, 'ArrowRight', 'ArrowLeft');
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
    await until(async () => {
      await this.openTree();
      await this.page.waitForTimeout(300);
      return row.evaluate((element) => element.closest('[role=tree]') === document.activeElement);
    }, 'the tree has the keyboard');
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

/** What the box beside the crosshair says. */
async function tooltipOf(canvas) {
  const tooltip = canvas.locator('xpath=..').locator('.rl-chart-tooltip');
  await tooltip.waitFor();
  return tooltip.innerText();
}

/** Where the highest coloured pixel of a chart is: its axes and grid are grey. */
const highestOf = (canvas) =>
  canvas.evaluate((element) => {
    const { width, height } = element;
    const { data } = element.getContext('2d').getImageData(0, 0, width, height);
    const scale = width / element.clientWidth;
    for (let i = 0; i < data.length; i += 4) {
      const colour = [data[i], data[i + 1], data[i + 2]];
      if (data[i + 3] < 100 || Math.max(...colour) - Math.min(...colour) < 60) continue;
      return { x: ((i / 4) % width) / scale, y: Math.floor(i / 4 / width) / scale };
    }
    throw new Error('The chart draws nothing');
  });

const placeOf = (cell) =>
  cell.evaluate((element) => ({
    row: Number(element.parentElement.dataset.row),
    column: Number(element.getAttribute('aria-colindex')),
  }));

function noAnswer(error) {
  if (error.name !== 'TimeoutError') throw error;
}
