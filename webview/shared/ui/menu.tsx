/** Menus: a context menu of at most eight entries, used by mouse and by keyboard. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { IconButton, type IconButtonProps } from './controls';
import { Icon } from './icon';
import { useLayer, useLeave } from './layer';

export interface MenuItem {
  readonly label: string;
  readonly onSelect: () => void;
  /** Such as `Ctrl+C`. */
  readonly shortcut?: string;
  /** A mark before the label; undefined: it is no choice. */
  readonly checked?: boolean;
  /** Why it cannot be used now; shown as its title. */
  readonly disabled?: string;
}
export type MenuEntry = MenuItem | 'separator';

/** More are no choice but a search. */
export const MENU_LIMIT = 8;

export interface MenuPlace {
  /** Of the window, in pixels. */
  readonly x: number;
  readonly y: number;
}

export interface MenuProps {
  readonly name: string;
  readonly entries: readonly MenuEntry[];
  readonly at: MenuPlace;
  /** Focus has been given back to where it was. */
  readonly onClose: () => void;
}

/** Takes the focus while it is there and gives it back. */
export function Menu({ name, entries, at, onClose }: MenuProps) {
  const element = useRef<HTMLDivElement>(null);
  const before = useRef<Element | null>(document.activeElement);
  const [current, setCurrent] = useState(0);
  const items = entries.filter((entry) => entry !== 'separator');
  useLayer(element, at);
  const close = useCallback(() => {
    const { current: focused } = before;
    if (focused instanceof HTMLElement) focused.focus();
    onClose();
  }, [onClose]);
  useLeave(element, onClose);
  useLayoutEffect(() => {
    element.current?.querySelectorAll<HTMLElement>('[role^=menuitem]')[current]?.focus();
  }, [current]);
  const select = (item: MenuItem) => {
    if (item.disabled !== undefined) return;
    close();
    item.onSelect();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = items[current];
    const next = nextIndex(event.key, current, items);
    if (next !== undefined) setCurrent(next);
    else if (event.key === 'Escape' || event.key === 'Tab') close();
    else if ((event.key === 'Enter' || event.key === ' ') && chosen) select(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={element}
      class="rl-menu"
      role="menu"
      tabIndex={-1}
      aria-label={name}
      popover="manual"
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      {entries.map((entry, index) =>
        entry === 'separator' ? (
          <hr key={`separator ${index}`} />
        ) : (
          <Item
            key={entry.label}
            item={entry}
            isCurrent={items.indexOf(entry) === current}
            onSelect={select}
            onPoint={() => setCurrent(items.indexOf(entry))}
          />
        ),
      )}
    </div>
  );
}

interface ItemProps {
  readonly item: MenuItem;
  readonly isCurrent: boolean;
  readonly onSelect: (item: MenuItem) => void;
  readonly onPoint: () => void;
}

function Item({ item, isCurrent, onSelect, onPoint }: ItemProps) {
  const isChoice = item.checked !== undefined;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the menu handles the keys of all its items
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: the role is a choice's when it is checked
    // biome-ignore lint/a11y/noStaticElementInteractions: its role is one of two
    <div
      role={isChoice ? 'menuitemcheckbox' : 'menuitem'}
      aria-checked={isChoice ? item.checked : undefined}
      aria-disabled={item.disabled === undefined ? undefined : true}
      title={item.disabled}
      tabIndex={isCurrent ? 0 : -1}
      onClick={() => onSelect(item)}
      onPointerMove={onPoint}
    >
      <span class="rl-menu-mark">{item.checked && <Icon name="check" />}</span>
      <span class="rl-menu-label" dir="auto">
        {item.label}
      </span>
      <span class="rl-menu-keys">{item.shortcut}</span>
    </div>
  );
}

/** Arrows go round, Home and End to the ends, a letter to the next item that begins with it. */
export function nextIndex(
  key: string,
  current: number,
  items: readonly { readonly label: string }[],
): number | undefined {
  const { length } = items;
  if (length === 0) return undefined;
  if (key === 'ArrowDown') return (current + 1) % length;
  if (key === 'ArrowUp') return (current + length - 1) % length;
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  if (key.length !== 1 || key === ' ') return undefined;
  const letter = key.toLowerCase();
  const order = items.map((_, i) => (current + 1 + i) % length);
  return order.find((i) => items[i]?.label.toLowerCase().startsWith(letter));
}

/** A button that opens a menu below it. */
export function MenuButton(
  props: Omit<IconButtonProps, 'onClick' | 'opens' | 'expanded'> & {
    readonly entries: () => readonly MenuEntry[];
  },
) {
  const [at, setAt] = useState<MenuPlace | undefined>(undefined);
  const close = useCallback(() => setAt(undefined), []);
  return (
    <>
      <IconButton
        {...props}
        opens="menu"
        expanded={at !== undefined}
        onClick={(event) => {
          const box = event.currentTarget instanceof Element && event.currentTarget;
          if (!box) return;
          const { left, bottom } = box.getBoundingClientRect();
          setAt((before) => (before ? undefined : { x: left, y: bottom }));
        }}
      />
      {at && <Menu name={props.name} entries={props.entries()} at={at} onClose={close} />}
    </>
  );
}
