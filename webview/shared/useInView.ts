/** Whether an element is in view or within a screen of it, so that only such charts hold a canvas. */
import { useEffect, useState } from 'preact/hooks';

export function useInView(element: { readonly current: Element | null }): boolean {
  const [isInView, setInView] = useState(false);
  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const observer = new IntersectionObserver(
      (entries) => setInView(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: '100% 0%' },
    );
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return isInView;
}
