/** Puts an element above everything, where nothing clips it: the browser's top layer. */
import { useEffect, useLayoutEffect } from 'preact/hooks';

export interface Point {
  readonly x: number;
  readonly y: number;
}
export interface Size {
  readonly width: number;
  readonly height: number;
}

const MARGIN = 4;

/** Where something of this size is wholly in view: at the point, else on its other side, else at the edge. */
export function placed(at: Point, size: Size, view: Size): Point {
  const along = (start: number, length: number, space: number) => {
    if (start + length + MARGIN <= space) return Math.max(MARGIN, start);
    if (start - length >= MARGIN) return start - length;
    return Math.max(MARGIN, space - length - MARGIN);
  };
  return { x: along(at.x, size.width, view.width), y: along(at.y, size.height, view.height) };
}

/** Shows the element, which has `popover="manual"`, as long as its component is there. */
export function useLayer(element: { readonly current: HTMLElement | null }, at: Point): void {
  // At once: the next key is for what it shows.
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return undefined;
    if ('showPopover' in current) current.showPopover();
    const place = () => {
      // As wide as it wants to be: near an edge there is less room.
      current.style.left = '0px';
      const { width, height } = current.getBoundingClientRect();
      const view = { width: window.innerWidth, height: window.innerHeight };
      const { x, y } = placed(at, { width, height }, view);
      current.style.left = `${x}px`;
      current.style.top = `${y}px`;
    };
    place();
    // What it shows may come later, and be larger.
    const observer = new ResizeObserver(place);
    observer.observe(current);
    return () => {
      observer.disconnect();
      if ('hidePopover' in current && current.matches(':popover-open')) current.hidePopover();
    };
  }, [element, at.x, at.y]);
}

/** What opened the layer closes it by its own click: closed before, that would open it again. */
const OPENER = '[aria-haspopup][aria-expanded="true"]';

/** Calls back when the pointer goes down elsewhere, the window loses focus or is resized. */
export function useLeave(
  element: { readonly current: HTMLElement | null },
  onLeave: () => void,
): void {
  useEffect(() => {
    const down = (event: Event) => {
      const { target } = event;
      if (target instanceof Node && element.current?.contains(target)) return;
      if (target instanceof Element && target.closest(OPENER)) return;
      onLeave();
    };
    const blur = () => onLeave();
    document.addEventListener('pointerdown', down, true);
    window.addEventListener('blur', blur);
    window.addEventListener('resize', blur);
    return () => {
      document.removeEventListener('pointerdown', down, true);
      window.removeEventListener('blur', blur);
      window.removeEventListener('resize', blur);
    };
  }, [element, onLeave]);
}
