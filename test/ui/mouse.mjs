// Panels by mouse: the same acts on the same elements as by keyboard.
import { drawn, highestOf, placeIn, rest, tooltipIn, tooltipOf } from './chartLooks.mjs';
import { Hand, isDone, SOON_MS } from './hand.mjs';
import { until } from './person.mjs';

/** A drag takes this part of the plot's width: four of them leave some twenty of a million steps. */
const PART = 1 / 16;

export class Mouse extends Hand {
  openTree() {
    return this.person.openRunlens();
  }

  /** Scrolls it into view. */
  show(locator) {
    return locator.scrollIntoViewIfNeeded();
  }

  /** What comes when it is in view is brought nearer. */
  scrollOn(locator) {
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

  /** Drags along the axis about the highest point until it stands alone, and points at it. */
  async readHighest(canvas) {
    for (let drags = 0; drags < 4; drags += 1) {
      const [{ x }, box] = [await highestOf(canvas), await canvas.boundingBox()];
      const reach = (box.width * PART) / 2;
      await this.page.mouse.move(box.x + x - reach, box.y + 60);
      await this.page.mouse.down();
      await this.page.mouse.move(box.x + x + reach, box.y + 80, { steps: 4 });
      await this.page.mouse.up();
      await this.page.mouse.move(box.x + 5, box.y - 20);
      await rest(canvas);
    }
    const [{ x, y }, box] = [await highestOf(canvas), await canvas.boundingBox()];
    this.at = { x: box.x + x, y: box.y + y + 3 };
    await this.page.mouse.move(this.at.x, this.at.y, { steps: 4 });
    return tooltipOf(canvas);
  }

  /** Moves to the right until the tooltip tells of another place. */
  async readNext(canvas) {
    const { x, width } = await canvas.boundingBox();
    const from = placeIn(await this.readAt(canvas, this.at.x));
    for (let to = this.at.x + 4; to < x + width; to += 4) {
      const text = await this.readAt(canvas, to);
      if (text !== '' && placeIn(text) !== from) return text;
    }
    return '';
  }

  /** Nothing where no point is near. */
  async readAt(canvas, x) {
    await this.page.mouse.move(x, this.at.y);
    await drawn(canvas);
    return (await tooltipIn(canvas).allInnerTexts()).join();
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
    const item = menu.getByText(entry, { exact: true });
    let isChosen = false;
    await until(
      async () => {
        const isOpen = (await menu.count()) > 0;
        if (isChosen && !isOpen) return true;
        if (!isOpen) await this.person.row(pattern).click({ button: 'right' });
        isChosen = (await isDone(item.click({ timeout: 3000 }))) || isChosen;
        return isChosen && (await menu.count()) === 0;
      },
      `the entry ${entry}`,
      SOON_MS,
    );
  }
}
