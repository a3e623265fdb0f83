/**
 * Takes the looks out of a report's HTML before it is parsed. The page's policy refuses style sheets without its nonce
 * and all `style` attributes as soon as the parser meets them, also in a document that is never shown. So sheets become
 * scripts of no language, which nothing runs, and the attributes get another name. This reads tags as the standard's
 * tokenizer does (HTML, 13.2.5), without its corner cases: what it misses is still taken care of after the parsing.
 */

/** In place of `style`; its value is that of the attribute. */
export const STYLE_ATTRIBUTE = 'data-rl-style';
/** On the script that stands for a sheet: its place in `sheets`. */
export const SHEET_ATTRIBUTE = 'data-rl-sheet';

export interface LooksApart {
  readonly html: string;
  /** CSS, not to be trusted. */
  readonly sheets: readonly string[];
}

interface Piece {
  readonly text: string;
  /** Behind it in the source. */
  readonly end: number;
}

export function looksApart(source: string): LooksApart {
  const parts: string[] = [];
  const sheets: string[] = [];
  let at = 0;
  for (let open = source.indexOf('<'); open >= 0; open = source.indexOf('<', at)) {
    parts.push(source.slice(at, open));
    const piece = pieceAt(source, open, sheets);
    parts.push(piece.text);
    at = piece.end;
  }
  parts.push(source.slice(at));
  return { html: parts.join(''), sheets };
}

const NAME = /<(\/?[a-z][^\t\n\f\r />]*)/iy;
/** Comments, and what is read as one; a lone `<` is text. */
const ASIDE = /<!--(?:-?>|[\s\S]*?(?:--!?>|$))|<[!?/][^>]*(?:>|$)|</y;

function pieceAt(source: string, from: number, sheets: string[]): Piece {
  const name = matchAt(NAME, source, from)?.[1]?.toLowerCase();
  if (name === undefined) {
    const end = from + (matchAt(ASIDE, source, from)?.[0].length ?? 1);
    return { text: source.slice(from, end), end };
  }
  const tag = tagAt(source, from, name);
  // In SVG such a tag has no content; elsewhere what follows is shown instead of being swallowed.
  const isClosed = source[tag.end - 2] === '/';
  if (name === 'style') return sheetAt(source, { tag, isClosed, sheets });
  const close = isClosed ? undefined : RAW[name];
  if (!close) return tag;
  const end = closeAfter(source, tag.end, close);
  return { text: tag.text + source.slice(tag.end, end), end };
}

/** Elements whose content is text, whatever it looks like. */
const RAW: Readonly<Record<string, RegExp>> = Object.fromEntries(
  ['script', 'style', 'textarea', 'title', 'xmp', 'iframe', 'noembed', 'noframes'].map((name) => [
    name,
    new RegExp(`</${name}(?=[\\t\\n\\f\\r />])`, 'gi'),
  ]),
);

function closeAfter(source: string, from: number, close: RegExp): number {
  close.lastIndex = from;
  return close.exec(source)?.index ?? source.length;
}

interface SheetTag {
  readonly tag: Piece;
  readonly isClosed: boolean;
  readonly sheets: string[];
}

/** The tag keeps its attributes; of two of one name the first counts. */
function sheetAt(source: string, { tag, isClosed, sheets }: SheetTag): Piece {
  const style = RAW['style'];
  const stop = isClosed || !style ? tag.end : closeAfter(source, tag.end, style);
  const css = source.slice(tag.end, stop).replace(/<!\[CDATA\[|\]\]>/g, '');
  const attributes = tag.text.slice('<style'.length).replace(/\/?>$/, '');
  const text = `<script type="text/plain" ${SHEET_ATTRIBUTE}="${sheets.length}"${attributes}></script>`;
  sheets.push(css);
  const isEnded = !isClosed && stop < source.length;
  return { text, end: isEnded ? tagAt(source, stop, '/style').end : stop };
}

const ATTRIBUTE =
  /([\t\n\f\r /]*)(=[^\t\n\f\r />=]*|[^\t\n\f\r />=]+)((?:[\t\n\f\r ]*=[\t\n\f\r ]*(?:"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\t\n\f\r >"'][^\t\n\f\r >]*)?)?)/y;
const TAG_END = /[\t\n\f\r /]*>?/y;

/** @param name as it was found behind the `<`. */
function tagAt(source: string, from: number, name: string): Piece {
  let end = from + 1 + name.length;
  const parts = [source.slice(from, end)];
  const isStart = !name.startsWith('/');
  for (
    let found = matchAt(ATTRIBUTE, source, end);
    found;
    found = matchAt(ATTRIBUTE, source, end)
  ) {
    const [whole, space, attribute = '', value] = found;
    const isStyle = isStart && attribute.toLowerCase() === 'style';
    parts.push(isStyle ? `${space}${STYLE_ATTRIBUTE}${value}` : whole);
    end += whole.length;
  }
  const rest = matchAt(TAG_END, source, end)?.[0] ?? '';
  return { text: parts.join('') + rest, end: end + rest.length };
}

function matchAt(pattern: RegExp, source: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(source);
}
