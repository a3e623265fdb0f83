/** A person at a pick list or an input box of the editor. */
import { ui, until } from './ui';

const WIDGET = '.quick-input-widget:visible';

const ROW = `${WIDGET} .monaco-list-row:visible`;
const labels = () => ui<(string | null)[]>('attributes', ROW, 'aria-label');

/** Waits for an entry that begins with a text (behind its icon) and picks it. */
export async function choose(label: string): Promise<void> {
  let seen: (string | null)[] = [];
  try {
    await until(async () => {
      seen = await labels();
      const at = seen.findIndex((text) => startsWith(text ?? '', label));
      if (at < 0) return false;
      await ui('click', ROW, at);
      return isAnother(seen);
    });
  } catch (error) {
    throw new Error(`There is no entry ${label}, only: ${seen.join(' | ')}`, { cause: error });
  }
}

/** A list that is drawn anew under the pointer swallows the click: then once more. */
async function isAnother(before: readonly (string | null)[]): Promise<boolean> {
  for (let looks = 0; looks < 10; looks += 1) {
    if ((await labels()).join() !== before.join()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** The name of an entry has its icon's in front: `edit  gamma, 0.5`. */
const startsWith = (text: string, label: string): boolean =>
  text.startsWith(label) || text.replace(/^[\w-]+ {2}/, '').startsWith(label);

/** Fills an input box and confirms it. */
export async function answer(text: string): Promise<void> {
  await until(async () => {
    const boxes = await ui<number>('count', `${WIDGET} .quick-input-message:visible`);
    return boxes > 0 && (await labels()).length === 0;
  });
  await ui('fill', `${WIDGET} input`, text);
  await press('Enter');
}

export const press = (key: string): Promise<unknown> => ui('press', key);
