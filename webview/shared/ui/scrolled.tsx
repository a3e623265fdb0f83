/** A text as it is, that scrolls: so it has a name and can take the focus, or its end could not be reached by keys. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { Ref } from 'preact';

export interface ScrolledProps {
  /** Accessible name. */
  readonly name: string;
  /** Untrusted. */
  readonly text: string;
  readonly class?: string;
  readonly element?: Ref<HTMLPreElement>;
  readonly onScroll?: (element: HTMLElement) => void;
}

export function Scrolled({ name, text, class: look, element, onScroll }: ScrolledProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a text with its line breaks, no fieldset
    <pre
      ref={element}
      class={look}
      role="group"
      aria-label={name}
      dir="auto"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget }) => onScroll?.(currentTarget)}
    >
      {text}
    </pre>
  );
}
