// A named case of the gallery: a picture that people look at, and a test of it.
import type { VNode } from 'preact';

export interface GalleryCase {
  /** `table: many runs`; unique. */
  readonly name: string;
  /** Called once per visit, so that components may be given state of their own. */
  readonly draw: () => VNode;
  /** Texts, or accessible names, that must be there before anything else is tested. */
  readonly seen: readonly string[];
  /** Opens a menu, types a text: what a person would do first. */
  readonly act?: (root: HTMLElement) => void | Promise<void>;
  /** Pixels of the stage; default: as high as what is drawn. */
  readonly height?: number;
}

/** Until something is there; fails after two seconds. */
export async function appears<E extends HTMLElement>(
  root: ParentNode,
  selector: string,
): Promise<E> {
  for (let i = 0; i < 100; i += 1) {
    const found = root.querySelector<E>(selector);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${selector} did not appear`);
}
