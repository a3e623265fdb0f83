/** Which rows of a long list of equal rows are in view, and how large an element is. */
import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

type Ref = { readonly current: HTMLElement | null };

/** Of the inside, in pixels; zero until it is drawn. */
export function useSize(element: Ref): Size {
  const [size, setSize] = useState<Size>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    const read = () => {
      const { clientWidth: width, clientHeight: height } = current;
      setSize((held) =>
        held.width === width && held.height === height ? held : { width, height },
      );
    };
    read();
    if (typeof ResizeObserver === 'undefined') return undefined;
    const observer = new ResizeObserver(read);
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

const OVERSCAN = 8;

/** Rows `from` … `to − 1` of those that the scroller shows, with some around them. */
export function useWindow(
  scroller: Ref,
  { count, rowHeight }: { readonly count: number; readonly rowHeight: number },
): { readonly from: number; readonly to: number } {
  const { height } = useSize(scroller);
  const [top, setTop] = useState(0);
  useEffect(() => {
    const { current } = scroller;
    if (!current) return undefined;
    const read = () => setTop(Math.floor(current.scrollTop / rowHeight));
    read();
    current.addEventListener('scroll', read, { passive: true });
    return () => current.removeEventListener('scroll', read);
  }, [scroller, rowHeight]);
  const from = Math.max(0, Math.min(top, count) - OVERSCAN);
  const seen = Math.ceil(Math.max(height, rowHeight) / rowHeight);
  return { from, to: Math.min(count, top + seen + OVERSCAN) };
}
