// Texts that people read: found in the source, and their pseudo translation, which shows what was forgotten.

/** A string of source: its end, and what it says. Undefined where it is not one whole literal. */
function literal(source, at) {
  const quote = source[at];
  if (quote !== "'" && quote !== '"' && quote !== '`') return undefined;
  let end = at + 1;
  while (end < source.length && source[end] !== quote) end += source[end] === '\\' ? 2 : 1;
  const body = source.slice(at + 1, end);
  if (end >= source.length || (quote === '`' && /(^|[^\\])\$\{/.test(body))) return undefined;
  return { end: end + 1, text: unescaped(body) };
}

const ESCAPES = { n: '\n', t: '\t', r: '\r', 0: '\0', '\n': '' };

function unescaped(body) {
  return body.replace(
    /\\(?:u\{([0-9a-f]+)\}|u([0-9a-f]{4})|x([0-9a-f]{2})|([\s\S]))/gi,
    (_, braced, four, two, one) => {
      const code = braced ?? four ?? two;
      if (code !== undefined) return String.fromCodePoint(Number.parseInt(code, 16));
      return ESCAPES[one] ?? one;
    },
  );
}

/** The first arguments of `t(…)`: literals, also joined by `+`. What is computed cannot be translated. */
export function textsIn(source) {
  const texts = [];
  for (const { 0: call, index } of source.matchAll(/(?<![\w$])t\(\s*/g)) {
    // The function itself, and what only looks like it.
    if (/function\s+$/.test(source.slice(0, index))) continue;
    let text = '';
    let at = index + call.length;
    for (;;) {
      const part = literal(source, at);
      if (!part) {
        text = undefined;
        break;
      }
      text += part.text;
      const plus = /^\s*\+\s*/.exec(source.slice(part.end));
      at = part.end + (plus?.[0].length ?? 0);
      if (!plus) break;
    }
    if (text) texts.push(text);
  }
  return texts;
}

// A text may be taken from a table of constants: `t(TABLE[key])`, `t(TABLE[key].text)`, or, where another name
// holds it, `t(/* TABLE.text */ text)`.
const FROM_TABLE =
  /(?<![\w$])t\(\s*(?:([A-Z][A-Z0-9_]*)\[[^\]]*\](?:\??\.([a-z]\w*))?|\/\* ([A-Z][A-Z0-9_]*)(?:\.(\w+))? \*\/)/g;

/** Which tables texts are taken from, and under which property in each entry. */
export const tablesUsed = (source) =>
  [...source.matchAll(FROM_TABLE)].map(([, table, property, named, of]) => ({
    table: table ?? named,
    property: property ?? of,
  }));

/** Calls whose text neither stands there nor comes from a named table: nobody could translate it. */
export const unknownIn = (source) =>
  [...source.matchAll(/(?<![\w$.])t\(\s*(?!\s|['"`]|[A-Z][A-Z0-9_]*\[|\/\* [A-Z])[^\n]*/g)]
    .filter(({ index }) => !/function\s+$/.test(source.slice(0, index)))
    .map(([call]) => call);

/** The texts of a table `const NAME = {…}` or `[…]`, or undefined when it is not in the source. */
export function textsOfTable(source, { table, property }) {
  const start = new RegExp(`const ${table}\\b[^=]*=\\s*[[{]`).exec(source);
  if (!start) return undefined;
  const texts = [];
  let depth = 1;
  for (let at = start.index + start[0].length; depth > 0 && at < source.length; ) {
    const part = literal(source, at);
    if (!part) {
      if ('[{('.includes(source[at])) depth += 1;
      if (']})'.includes(source[at])) depth -= 1;
      at += 1;
      continue;
    }
    const [, key] = /(?:(\w+)\s*:\s*)?$/.exec(source.slice(Math.max(0, at - 60), at)) ?? [];
    const isKey = /^\s*:/.test(source.slice(part.end));
    const fits = property === undefined || key === property;
    if (!isKey && fits && part.text !== '') texts.push(part.text);
    at = part.end;
  }
  return texts;
}

const ACCENTS = 'aàbƀcçdðeéfƒgĝhĥiîjĵkķlľmɱnñoöpþqǫrŕsštţuûvṽwŵxẋyýzž';

/** By plain letter, small and capital. */
const LETTERS = new Map(
  [...ACCENTS.matchAll(/(.)(.)/gu)].flatMap(([, from, to]) => [
    [from, to],
    [from.toUpperCase(), to.toUpperCase()],
  ]),
);

/** What a program reads stays: holes, icons, code, links' targets, and Markdown's marks. */
const KEPT = /(\{\d+\}|\$\([\w-~]+\)|`[^`]*`|\]\([^)]*\)|#[\w.]+#|https?:\/\/\S+)/;

/** Longer by a third, in brackets, with accents: what is cut off or was not led through `t` is seen. */
export function pseudo(text) {
  const parts = text.split(KEPT);
  const accented = parts.map((part, at) =>
    at % 2 ? part : [...part].map((letter) => LETTERS.get(letter) ?? letter).join(''),
  );
  return `[${accented.join('')}${'·'.repeat(Math.ceil(text.length / 3))}]`;
}

/** By English text, sorted, so that a change of it reads well. */
export const bundleOf = (texts, translate = (text) => text) =>
  Object.fromEntries([...new Set(texts)].sort().map((text) => [text, translate(text)]));
