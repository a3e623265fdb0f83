/** A small dialog beside what opened it, and a tooltip. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useCallback, useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { type Point, useLayer, useLeave } from './layer';

export interface PopoverProps {
  readonly name: string;
  readonly at: Point;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Takes the focus, keeps Tab inside, gives the focus back. Escape and a click elsewhere close it. */
export function Popover({ name, at, onClose, children }: PopoverProps) {
  const element = useRef<HTMLDivElement>(null);
  useGivenBack(element);
  useLayer(element, at);
  useLeave(element, onClose);
  useLayoutEffect(() => {
    const first = focusable(element.current)[0];
    (first ?? element.current)?.focus();
  }, []);
  // A control that goes as it is used takes the focus with it: keys are for the dialog still.
  useLayoutEffect(() => {
    if (document.activeElement === document.body) element.current?.focus();
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Tab') return keepInside(event, element.current);
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    onClose();
  };
  return (
    <div
      ref={element}
      class="rl-popover"
      role="dialog"
      aria-label={name}
      popover="manual"
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {children}
    </div>
  );
}

/** However it is closed: the focus goes back to where it was, unless it is elsewhere by now. */
function useGivenBack(element: { readonly current: HTMLElement | null }): void {
  const before = useRef<Element | null>(document.activeElement);
  useLayoutEffect(() => {
    const { current } = element;
    return () => {
      const held = document.activeElement;
      if (held !== document.body && !current?.contains(held)) return;
      if (before.current instanceof HTMLElement) before.current.focus();
    };
  }, [element]);
}

const FOCUSABLE =
  'a[href],button:not([disabled]),input:not([disabled]),select,textarea,vscode-button:not([disabled]),' +
  'vscode-checkbox,vscode-text-field,vscode-dropdown,[tabindex="0"]';

const focusable = (element: HTMLElement | null): HTMLElement[] => [
  ...(element?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? []),
];

function keepInside(event: KeyboardEvent, element: HTMLElement | null): void {
  const all = focusable(element);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  const { activeElement } = document;
  if (activeElement !== edge && !(event.shiftKey && activeElement === element)) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0])?.focus();
}

export interface TooltipProps {
  readonly text: string;
  readonly children: ComponentChildren;
}

const TOOLTIP_MS = 500;

/**
 * More about its content, which should be able to take the focus: shown when the pointer rests or the
 * focus comes, stays while the pointer is on it, Escape hides it (WCAG 1.4.13).
 */
export function Tooltip({ text, children }: TooltipProps) {
  const id = useId();
  const [at, setAt] = useState<Point | undefined>(undefined);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const hide = useCallback(() => {
    clearTimeout(timer.current);
    setAt(undefined);
  }, []);
  useEffect(() => hide, [hide]);
  const show = (target: EventTarget | null, delay: number) => {
    if (!(target instanceof Element)) return;
    clearTimeout(timer.current);
    const { left, bottom } = target.getBoundingClientRect();
    timer.current = setTimeout(() => setAt({ x: left, y: bottom + 4 }), delay);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only describes what is inside it
    <span
      class="rl-described"
      aria-describedby={at ? id : undefined}
      onPointerEnter={(event) => show(event.currentTarget, TOOLTIP_MS)}
      onPointerLeave={hide}
      onFocusIn={(event) => show(event.currentTarget, 0)}
      onFocusOut={hide}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && at) {
          event.stopPropagation();
          hide();
        }
      }}
    >
      {children}
      {at && <Tip id={id} text={text} at={at} />}
    </span>
  );
}

function Tip({ id, text, at }: { readonly id: string; readonly text: string; readonly at: Point }) {
  const element = useRef<HTMLDivElement>(null);
  useLayer(element, at);
  return (
    <div ref={element} id={id} role="tooltip" class="rl-tooltip" popover="manual" dir="auto">
      {text}
    </div>
  );
}
