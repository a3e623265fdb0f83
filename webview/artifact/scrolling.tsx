/** What scrolls by itself, so that it can be reached and scrolled by keyboard. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';

interface ScrollingProps {
  readonly name: string;
  readonly look: string;
  readonly children: ComponentChildren;
}

export const Scrolling = ({ name, look, children }: ScrollingProps) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard
  <section class={look} tabIndex={0} aria-label={name}>
    {children}
  </section>
);
