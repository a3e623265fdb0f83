/** Markdown that says what it is given and nothing else: everything from outside is escaped. */

/** More is no hover but a page. */
const MOST_BYTES = 2048;
const encoder = new TextEncoder();

/** Text as plain text, whatever signs are in it. */
export const escaped = (text: string): string =>
  text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-.!|<>~$&:@]/g, (sign) => `\\${sign}`);

/** Text as code in a line; a tick in it needs longer ticks around. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const ticks = '`'.repeat(longestRun(line) + 1);
  const space = /^`|`$|^ .* $/.test(line) ? ' ' : '';
  return line === '' ? '' : `${ticks}${space}${line}${space}${ticks}`;
}

/** Lines as a block of code. */
export function block(text: string, language = 'text'): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}${language}\n${text.replace(/\r/g, '')}\n${ticks}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
}

export const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

/** The parts that fit, in order; those that do not are left out whole. */
export function page(parts: readonly (string | undefined)[]): string {
  let text = '';
  for (const part of parts) {
    if (!part) continue;
    const longer = text === '' ? part : `${text}\n\n${part}`;
    if (encoder.encode(longer).length <= MOST_BYTES) text = longer;
  }
  return text;
}
