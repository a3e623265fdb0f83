/** Controls: the toolkit's elements with typed props, names and roles. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { type ComponentChildren, h } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon, type IconName } from './icon';

export interface ButtonProps {
  readonly children: ComponentChildren;
  readonly onClick: () => void;
  readonly look?: 'primary' | 'secondary';
  readonly disabled?: boolean;
  /** Shown when the pointer rests on it. */
  readonly title?: string;
}

export function Button({ children, onClick, look = 'secondary', disabled, title }: ButtonProps) {
  return h(
    'vscode-button',
    // Always told: an attribute that is left out reaches the element as '', which it takes for true.
    { appearance: look, onClick, title: title ?? '', disabled: disabled === true },
    children,
  );
}

export interface IconButtonProps {
  readonly icon: IconName;
  /** Accessible name and title. */
  readonly name: string;
  readonly onClick: (event: MouseEvent) => void;
  /** A toggle: whether it is on. */
  readonly pressed?: boolean;
  /** Opens something: whether that is open. */
  readonly expanded?: boolean;
  readonly opens?: 'menu' | 'dialog';
  readonly disabled?: boolean;
  /** Beside the icon. */
  readonly text?: string;
  readonly tabIndex?: number;
}

/** Plain HTML: the toolkit leaves `aria-pressed` and `aria-expanded` on an element without a role. */
export function IconButton(props: IconButtonProps) {
  return (
    <button
      type="button"
      class="rl-icon-button"
      title={props.name}
      aria-label={props.text === undefined ? props.name : undefined}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-haspopup={props.opens}
      disabled={props.disabled}
      tabIndex={props.tabIndex}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
      {props.text !== undefined && <span>{props.text}</span>}
    </button>
  );
}

export interface ToggleButtonProps {
  readonly children: ComponentChildren;
  readonly pressed: boolean;
  readonly onToggle: (pressed: boolean) => void;
  readonly title?: string;
  readonly disabled?: boolean;
}

export function ToggleButton({ children, pressed, onToggle, title, disabled }: ToggleButtonProps) {
  return (
    <button
      type="button"
      class="rl-toggle"
      aria-pressed={pressed}
      title={title}
      disabled={disabled}
      onClick={() => onToggle(!pressed)}
    >
      {children}
    </button>
  );
}

export interface TextFieldProps {
  readonly name: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** Enter. */
  readonly onCommit?: (value: string) => void;
  /** Escape. */
  readonly onCancel?: () => void;
  readonly placeholder?: string;
  /** The name is shown above the field; else it is only spoken. */
  readonly isNameShown?: boolean;
  readonly disabled?: boolean;
  readonly autofocus?: boolean;
}

export function TextField(props: TextFieldProps) {
  const { name, value, placeholder, isNameShown, disabled } = props;
  const field = useRef<HTMLElement>(null);
  useEffect(() => {
    if (props.autofocus) field.current?.focus();
  }, []);
  return h(
    'vscode-text-field',
    {
      ref: field,
      class: 'rl-text-field',
      value,
      placeholder: placeholder ?? '',
      disabled: disabled === true,
      ...(isNameShown ? {} : { 'aria-label': name }),
      onInput: (event: Event) => props.onInput(textOf(event)),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key === 'Enter' && props.onCommit) {
          // Else the same key would press the button that gets the focus when a dialog closes.
          event.preventDefault();
          props.onCommit(textOf(event));
        }
        if (event.key === 'Escape') props.onCancel?.();
      },
    },
    isNameShown ? name : null,
  );
}

export interface CheckboxProps {
  readonly children: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}

export function Checkbox({ children, checked, onChange, disabled }: CheckboxProps) {
  return h(
    'vscode-checkbox',
    {
      checked,
      disabled: disabled === true,
      onChange: (event: Event) => {
        const now = checkedOf(event);
        // The element tells of what the page sets, too.
        if (now !== checked) onChange(now);
      },
    },
    children,
  );
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly label: string;
}

export interface DropdownProps<T extends string> {
  readonly name: string;
  readonly choices: readonly Choice<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  /** The name is shown before the dropdown; else it is only spoken. */
  readonly isNameShown?: boolean;
}

/** Plain HTML: the toolkit's sets a style attribute on its list, which the pages' policy refuses. */
export function Dropdown<T extends string>(props: DropdownProps<T>) {
  const { name, choices, value, onChange, isNameShown } = props;
  const id = useId();
  const select = (
    <select
      class="rl-select"
      id={id}
      aria-label={isNameShown ? undefined : name}
      value={value}
      onChange={({ currentTarget }) => {
        const chosen = choices.find((choice) => choice.value === currentTarget.value);
        if (chosen) onChange(chosen.value);
      }}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
  if (!isNameShown) return select;
  return (
    <span class="rl-labelled">
      <label for={id}>{name}</label>
      {select}
    </span>
  );
}

/** Plain, as the badge is: the toolkit's set a style attribute, which the pages' policy refuses. */
export const Tag = ({ children }: { readonly children: ComponentChildren }) => (
  <span class="rl-tag" dir="auto">
    {children}
  </span>
);

/** A count; `name` is what is spoken: `3 running`. */
export const Badge = ({ count, name }: { readonly count: number; readonly name: string }) => (
  <span role="img" aria-label={name} title={name} class="rl-badge">
    {count}
  </span>
);

export const Divider = () => h('vscode-divider', {});

export interface TabsProps<T extends string> {
  readonly name: string;
  readonly tabs: readonly {
    readonly id: T;
    readonly label: string;
    /** Behind the label. */
    readonly count?: number;
  }[];
  readonly active: T;
  readonly onChange: (id: T) => void;
  /** Of the active tab. */
  readonly children: ComponentChildren;
}

/** Only the active tab's content is drawn. */
export function Tabs<T extends string>({ name, tabs, active, onChange, children }: TabsProps<T>) {
  const prefix = useId();
  return h(
    'vscode-panels',
    {
      class: 'rl-tabs',
      activeid: `${prefix}-${active}`,
      'aria-label': name,
      onChange: (event: Event) => {
        if (event.target !== event.currentTarget) return;
        const chosen = tabs.find(({ id }) => `${prefix}-${id}` === activeOf(event));
        if (chosen && chosen.id !== active) onChange(chosen.id);
      },
    },
    tabs.map(({ id, label, count }) =>
      h(
        'vscode-panel-tab',
        { key: `tab-${id}`, id: `${prefix}-${id}` },
        label,
        count === undefined ? null : h('span', { class: 'rl-tab-count' }, String(count)),
      ),
    ),
    tabs.map(({ id }) =>
      h(
        'vscode-panel-view',
        { key: `view-${id}`, id: `${prefix}-view-${id}` },
        id === active ? children : null,
      ),
    ),
  );
}

// What the elements tell is checked here, where it enters.
function propertyOf(event: Event, name: string): unknown {
  const { currentTarget } = event;
  return currentTarget === null ? undefined : Reflect.get(currentTarget, name);
}
const textOf = (event: Event): string => String(propertyOf(event, 'value') ?? '');
const checkedOf = (event: Event): boolean => propertyOf(event, 'checked') === true;
const activeOf = (event: Event): string => String(propertyOf(event, 'activeid') ?? '');
