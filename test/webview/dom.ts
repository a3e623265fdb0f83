// A page without a browser: the globals that the components use.
import { Window } from 'happy-dom';
import { options } from 'preact';

export function openPage(): { window: Window; root: HTMLElement; close(): Promise<void> } {
  const window = new Window({ url: 'https://page.test' });
  const names = [
    'document',
    'HTMLElement',
    'MutationObserver',
    'Element',
    'Node',
    'Event',
    'ResizeObserver',
  ] as const;
  const globals = globalThis as Record<string, unknown>;
  const before = new Map<string, unknown>();
  const set = (name: string, value: unknown) => {
    before.set(name, globals[name]);
    globals[name] = value;
  };
  set('window', window);
  for (const name of names) set(name, window[name]);
  set('getComputedStyle', window.getComputedStyle.bind(window));
  set('requestAnimationFrame', (callback: () => void) => setTimeout(callback, 0));
  set('cancelAnimationFrame', (handle: NodeJS.Timeout) => clearTimeout(handle));
  set('IntersectionObserver', AlwaysInView);
  // Effects run before any pause of a test is over, however busy the machine.
  options.requestAnimationFrame = (callback) => void setTimeout(callback, 0);
  const root = window.document.createElement('div') as unknown as HTMLElement;
  window.document.body.append(root as never);
  return {
    window,
    root,
    async close() {
      // What was unmounted is cleaned up a little later, and needs the page for it.
      await new Promise((resolve) => setTimeout(resolve, 10));
      for (const [name, value] of before) globals[name] = value;
      await window.happyDOM.close();
    },
  };
}

class AlwaysInView {
  constructor(
    private readonly callback: (entries: { isIntersecting: boolean; target: unknown }[]) => void,
  ) {}
  observe(target: unknown): void {
    setTimeout(() => this.callback([{ isIntersecting: true, target }]), 0);
  }
  unobserve(): void {}
  disconnect(): void {}
}
