// happy-dom lays nothing out: tables, which draw only what is in view, are told a size.
import type { openPage } from './dom';

/** Until the page is closed every element is 1,400 × 600 pixels. */
export function giveSize({ window }: ReturnType<typeof openPage>): void {
  const sizes = { offsetWidth: 1400, offsetHeight: 600, clientWidth: 1400, clientHeight: 600 };
  for (const [name, value] of Object.entries(sizes)) {
    Object.defineProperty(window.HTMLElement.prototype, name, {
      configurable: true,
      get: () => value,
    });
  }
  (globalThis as Record<string, unknown>)['ResizeObserver'] = window.ResizeObserver;
}
