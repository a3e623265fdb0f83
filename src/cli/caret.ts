/** The place in a text that was typed, as compilers show it: its line, and a caret under it. */
import { widthOf } from './table';

/** Terminal columns of text around the place; more would be broken, and the caret stand elsewhere. */
const BEFORE = 40;
const AFTER = 36;

/** @param offset in the text; behind its end means that something is missing there. */
export function caretLines(text: string, offset: number): string[] {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const before = cut(plain(text.slice(start, offset)), BEFORE, 'end');
  const after = cut(plain(text.slice(offset, end < 0 ? text.length : end)), AFTER, 'start');
  return [`${before}${after}`.trimEnd(), `${' '.repeat(widthOf(before))}^`];
}

/** Nothing in it may move the cursor. */
const plain = (text: string): string => text.replace(/\p{Cc}/gu, ' ');

/** Keeps what is next to the place. */
function cut(text: string, columns: number, keep: 'start' | 'end'): string {
  if (widthOf(text) <= columns) return text;
  const chars = [...text];
  while (widthOf(chars.join('')) > columns - 1) {
    if (keep === 'start') chars.pop();
    else chars.shift();
  }
  return keep === 'start' ? `${chars.join('')}…` : `…${chars.join('')}`;
}
