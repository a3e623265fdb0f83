/** A place of fixed size whose content is there only while it is in view or within a screen of it. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

type Listener = (isInView: boolean) => void;

/** One observer for all places: there may be thousands. */
let observer: IntersectionObserver | undefined;
const listeners = new WeakMap<Element, Listener>();

/** `scrollMargin` reaches into elements that scroll; older engines do not know it and mount later. */
const OPTIONS: IntersectionObserverInit & { readonly scrollMargin: string } = {
  rootMargin: '100% 0%',
  scrollMargin: '100% 0%',
};

function observe(element: Element, listener: Listener): () => void {
  observer ??= new IntersectionObserver((entries) => {
    for (const entry of entries) listeners.get(entry.target)?.(entry.isIntersecting);
  }, OPTIONS);
  listeners.set(element, listener);
  observer.observe(element);
  return () => {
    listeners.delete(element);
    observer?.unobserve(element);
  };
}

export interface LazyProps {
  readonly class: string;
  /** What is to come, for who searches or listens before it is there. */
  readonly name: string;
  readonly children: () => ComponentChildren;
}

export function Lazy({ class: className, name, children }: LazyProps) {
  const place = useRef<HTMLDivElement>(null);
  const [isInView, setInView] = useState(false);
  useEffect(() => (place.current ? observe(place.current, setInView) : undefined), []);
  return (
    <div ref={place} class={className} data-lazy={name}>
      {isInView ? children() : <span class="rl-sr-only">{name}</span>}
    </div>
  );
}
