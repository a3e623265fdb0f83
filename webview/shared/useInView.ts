/** Whether an element is in view or within a screen of it, so that only such charts hold a canvas. */
import { useEffect, useState } from 'preact/hooks';

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

export function useInView(element: { readonly current: Element | null }): boolean {
  const [isInView, setInView] = useState(false);
  useEffect(() => {
    const { current } = element;
    return current ? observe(current, setInView) : undefined;
  }, [element]);
  return isInView;
}
