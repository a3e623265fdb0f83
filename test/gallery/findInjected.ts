// Elements and attributes that no page makes. Where there is one, data was taken for markup.

/** None of these is made by a page; the one frame, a report's, may do nothing. */
const NEVER =
  'iframe:not([sandbox=""]), iframe[src], frame, object, embed, applet, base, meta[http-equiv=refresh], form[action]';
const ADDRESSES = ['href', 'src', 'action', 'formaction', 'xlink:href', 'poster', 'srcset'];

export function findInjected(page: Document): string[] {
  return [...allOf(page.documentElement)].flatMap((element) => [
    ...(element.matches(NEVER) || isForeignLoad(element) ? [`<${start(element)}>`] : []),
    ...[...element.attributes].flatMap(({ name, value }) =>
      /^on/i.test(name) || isScript(name, value) ? [`${name} of <${start(element)}>`] : [],
    ),
  ]);
}

function* allOf(root: ParentNode): Generator<Element> {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) yield* allOf(element.shadowRoot);
  }
}

/** Scripts and style sheets are those of the page's head and its one entry. */
function isForeignLoad(element: Element): boolean {
  if (element instanceof HTMLScriptElement) return new URL(element.src).pathname !== '/gallery.js';
  return element.matches('link') && element.closest('head') === null;
}

const isScript = (name: string, value: string): boolean =>
  ADDRESSES.includes(name.toLowerCase()) && /^[\s\p{Cc}]*(javascript|vbscript):/iu.test(value);

const start = (element: Element): string =>
  element.outerHTML.slice(1, 120).split('>')[0]?.slice(0, 100) ?? element.tagName;
