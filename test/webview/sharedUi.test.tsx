// Menus, dialogs, toasts, states: by keyboard, with the focus where it belongs.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render, type VNode } from 'preact';
import { setTexts, t } from '../../webview/shared/texts';
import {
  Button,
  Checkbox,
  Dropdown,
  TextField,
  ToggleButton,
} from '../../webview/shared/ui/controls';
import { placed } from '../../webview/shared/ui/layer';
import { Menu, MenuButton, type MenuEntry, nextIndex } from '../../webview/shared/ui/menu';
import { Popover } from '../../webview/shared/ui/popover';
import { Splitter } from '../../webview/shared/ui/splitter';
import { Loading, Problem } from '../../webview/shared/ui/states';
import { Toaster, Toasts } from '../../webview/shared/ui/toast';
import { openPage } from './dom';

describe('shared controls', () => {
  let page: ReturnType<typeof openPage>;
  let told: unknown[];
  beforeEach(() => {
    page = openPage();
    told = [];
  });
  afterEach(async () => {
    render(null, page.root);
    await page.close();
  });
  const soon = (ms = 30) => new Promise((resolve) => setTimeout(resolve, ms));
  const draw = async (node: VNode) => {
    render(node, page.root);
    await soon();
  };
  const find = (selector: string) => page.root.querySelector<HTMLElement>(selector)!;
  const all = (selector: string) => [...page.root.querySelectorAll<HTMLElement>(selector)];
  const press = async (key: string, target = document.activeElement as HTMLElement) => {
    const { KeyboardEvent } = page.window;
    target.dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }) as never,
    );
    await soon();
  };
  const fire = (target: HTMLElement, type: string) =>
    target.dispatchEvent(new page.window.Event(type, { bubbles: true }) as never);

  const ENTRIES: MenuEntry[] = [
    { label: 'Open', onSelect: () => told.push('open') },
    'separator',
    { label: 'Pinned', checked: true, onSelect: () => told.push('pinned') },
    {
      label: 'Delete',
      disabled: 'This place can only be read',
      onSelect: () => told.push('delete'),
    },
  ];

  it('a menu is used by arrows, letters and Enter, and gives the focus back', async () => {
    const button = page.window.document.createElement('button') as unknown as HTMLElement;
    page.window.document.body.append(button as never);
    button.focus();
    await draw(
      <Menu name="Run" entries={ENTRIES} at={{ x: 0, y: 0 }} onClose={() => told.push('closed')} />,
    );
    assert.equal(document.activeElement?.textContent, 'Open');
    await press('ArrowUp');
    assert.equal(document.activeElement?.textContent, 'Delete');
    await press('Enter');
    assert.deepEqual(told, [], 'what cannot be used does nothing');
    await press('p');
    assert.equal(document.activeElement?.getAttribute('aria-checked'), 'true');
    await press('Enter');
    assert.deepEqual(told, ['closed', 'pinned']);
    assert.equal(document.activeElement, button);
  });

  it('a menu closes by Escape and by a click elsewhere', async () => {
    const menu = (
      <Menu name="Run" entries={ENTRIES} at={{ x: 0, y: 0 }} onClose={() => told.push('closed')} />
    );
    await draw(menu);
    await press('Escape');
    fire(page.window.document.body as unknown as HTMLElement, 'pointerdown');
    assert.deepEqual(told, ['closed', 'closed']);
  });

  it('finds the next item of a letter, round the end', () => {
    const items = ['Open', 'Pin', 'Place'].map((label) => ({ label }));
    assert.equal(nextIndex('p', 2, items), 1);
    assert.equal(nextIndex('p', 1, items), 2);
    assert.equal(nextIndex('x', 0, items), undefined);
    assert.equal(nextIndex('ArrowDown', 0, []), undefined);
  });

  it('is placed where it is wholly in view', () => {
    const view = { width: 380, height: 200 };
    assert.deepEqual(placed({ x: 10, y: 10 }, { width: 100, height: 50 }, view), { x: 10, y: 10 });
    assert.deepEqual(placed({ x: 350, y: 180 }, { width: 100, height: 50 }, view), {
      x: 250,
      y: 130,
    });
    assert.deepEqual(placed({ x: 200, y: 100 }, { width: 360, height: 190 }, view), {
      x: 16,
      y: 6,
    });
    assert.deepEqual(placed({ x: 200, y: 100 }, { width: 500, height: 300 }, view), { x: 4, y: 4 });
  });

  it('a dialog takes the focus, closes by Escape', async () => {
    await draw(
      <Popover name="Columns" at={{ x: 0, y: 0 }} onClose={() => told.push('closed')}>
        <button type="button">first</button>
      </Popover>,
    );
    assert.equal(document.activeElement?.textContent, 'first');
    await press('Escape');
    assert.deepEqual(told, ['closed']);
  });

  it('a dialog keeps the focus when the control that had it goes', async () => {
    const dialog = (hasButton: boolean) => (
      <Popover name="Group by" at={{ x: 0, y: 0 }} onClose={() => told.push('closed')}>
        <input />
        {hasButton && <button type="button">Do Not Group</button>}
      </Popover>
    );
    await draw(dialog(true));
    find('button').focus();
    await draw(dialog(false));
    assert.equal(document.activeElement, find('[role=dialog]'));
    await press('Escape');
    assert.deepEqual(told, ['closed']);
  });

  it('a dialog gives the focus back however it is closed, unless that is elsewhere by now', async () => {
    const around = (popover?: VNode) => (
      <div>
        <button type="button">opener</button>
        <input />
        {popover}
      </div>
    );
    const dialog = around(
      <Popover name="Columns" at={{ x: 0, y: 0 }} onClose={() => undefined}>
        <button type="button">first</button>
      </Popover>,
    );
    for (const elsewhere of [false, true]) {
      await draw(around());
      find('button').focus();
      await draw(dialog);
      assert.equal(document.activeElement?.textContent, 'first');
      if (elsewhere) find('input').focus();
      await draw(around());
      assert.equal(document.activeElement, find(elsewhere ? 'input' : 'button'));
    }
  });

  it('what opened a menu closes it by another click', async () => {
    await draw(<MenuButton icon="more" name="More" entries={() => ENTRIES} />);
    const button = find('button');
    for (const isOpen of [true, false, true]) {
      fire(button, 'pointerdown');
      // The button is let go a while later.
      await soon();
      button.click();
      await soon();
      assert.equal(all('[role=menu]').length, isOpen ? 1 : 0);
    }
  });

  it('a button that could not be used can be, as soon as it is told', async () => {
    // As the toolkit's element reads its attribute: any text is true, also none.
    class Toolkit extends (page.window.HTMLElement as unknown as typeof HTMLElement) {
      private isOff = false;
      get disabled(): unknown {
        return this.isOff;
      }
      set disabled(value: unknown) {
        this.isOff = value !== false && value !== null && value !== undefined;
      }
    }
    page.window.customElements.define('vscode-button', Toolkit as never);
    const button = (isOff: boolean) => (
      <Button disabled={isOff} onClick={() => undefined}>
        Save
      </Button>
    );
    for (const isOff of [true, false, true]) {
      await draw(button(isOff));
      assert.equal((find('vscode-button') as unknown as Toolkit).disabled, isOff);
    }
    await draw(<Button onClick={() => undefined}>Save</Button>);
    assert.equal((find('vscode-button') as unknown as Toolkit).disabled, false);
  });

  it('nothing flashes: a skeleton comes after 200 ms', async () => {
    await draw(<Loading name="Reading runs" />);
    await soon(100);
    assert.equal(all('.rl-bone').length, 0);
    await soon(150);
    assert.equal(all('.rl-bone').length, 6);
    assert.match(find('[role=status]').textContent!, /Reading runs/);
  });

  it('a problem says what happened and offers what helps', async () => {
    await draw(
      <Problem
        message="no <b>server</b>"
        onRetry={() => told.push('again')}
        onLog={() => told.push('log')}
      />,
    );
    assert.match(find('[role=alert]').textContent!, /no <b>server<\/b>/);
    for (const button of all('vscode-button')) button.click();
    assert.deepEqual(told, ['again', 'log']);
  });

  it('the last act can be undone; an error stays', async () => {
    const toaster = new Toaster();
    await draw(<Toasts toaster={toaster} />);
    toaster.show({ text: 'failed', kind: 'error' });
    toaster.show({
      text: '3 runs deleted',
      action: { label: 'Undo', run: () => told.push('old') },
    });
    toaster.show({
      text: '2 runs tagged',
      action: { label: 'Undo', run: () => told.push('undone') },
    });
    await soon();
    assert.deepEqual(
      all('.rl-toast > span').map((each) => each.textContent),
      ['failed', '2 runs tagged'],
    );
    find('vscode-button').click();
    await soon();
    assert.deepEqual(told, ['undone']);
    assert.deepEqual(
      toaster.toasts.map(({ text }) => text),
      ['failed'],
    );
    for (let i = 0; i < 9; i += 1) toaster.show({ text: 'failed', kind: 'error' });
    assert.equal(toaster.toasts.length, 1, 'what fails again is told once');
    for (let i = 0; i < 9; i += 1) toaster.show({ text: `failed ${i}`, kind: 'error' });
    assert.equal(toaster.toasts.length, 4);
  });

  it('a splitter is moved by keys within its ends', async () => {
    const split = (size: number) => (
      <Splitter
        name="Width"
        direction="row"
        size={size}
        min={80}
        max={240}
        onSize={(to) => told.push(to)}
      >
        {[<p key="a">a</p>, <p key="b">b</p>]}
      </Splitter>
    );
    await draw(split(90));
    const line = find('[role=separator]');
    assert.equal(line.getAttribute('aria-valuenow'), '90');
    for (const key of ['ArrowLeft', 'ArrowRight', 'End', 'Home', 'x']) await press(key, line);
    assert.deepEqual(told, [80, 106, 240, 80]);
  });

  it('controls tell what is chosen once, and never what the page sets', async () => {
    await draw(
      <div>
        <ToggleButton pressed={false} onToggle={(on) => told.push(on)}>
          Log Y
        </ToggleButton>
        <Dropdown
          name="Aggregate"
          choices={[
            { value: 'last', label: 'Last' },
            { value: 'best', label: 'Best' },
          ]}
          value="last"
          onChange={(value) => told.push(value)}
        />
        <Checkbox checked onChange={(on) => told.push(on)}>
          loss
        </Checkbox>
        <TextField
          name="Name"
          value=""
          onInput={(text) => told.push(text)}
          onCommit={(text) => told.push(`!${text}`)}
        />
      </div>,
    );
    find('.rl-toggle').click();
    const select = find('select') as HTMLSelectElement;
    select.value = 'best';
    fire(select, 'change');
    const box = find('vscode-checkbox') as HTMLElement & { checked: boolean };
    box.checked = true;
    fire(box, 'change');
    box.checked = false;
    fire(box, 'change');
    const field = find('vscode-text-field') as HTMLElement & { value: string };
    assert.equal(field.getAttribute('aria-label'), 'Name');
    field.value = 'new';
    fire(field, 'input');
    field.addEventListener('keydown', (event) => told.push(event.defaultPrevented));
    await press('Enter', field);
    assert.deepEqual(told, [true, 'best', false, 'new', '!new', true]);
  });
});

describe('texts', () => {
  afterEach(() => setTexts({}, 'en'));
  it('are those of the language, with their holes filled', () => {
    setTexts({ '{0} of {1}': '{1}, davon {0}' }, 'de');
    assert.equal(t('{0} of {1}', 3, 12), '12, davon 3');
    assert.equal(t('{0} and {2}', 'a'), 'a and {2}');
  });
  it('survive an unknown language', () => {
    setTexts({}, 'no language');
    assert.equal(t('Open'), 'Open');
  });
});
