/** A place of fixed size whose content is there only while it is in view or within a screen of it. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { useInView } from './useInView';

export interface LazyProps {
  readonly class: string;
  /** What is to come, for who searches or listens before it is there. */
  readonly name: string;
  readonly children: () => ComponentChildren;
}

export function Lazy({ class: className, name, children }: LazyProps) {
  const place = useRef<HTMLDivElement>(null);
  const isInView = useInView(place);
  return (
    <div ref={place} class={className} data-lazy={name}>
      {isInView ? children() : <span class="rl-sr-only">{name}</span>}
    </div>
  );
}
