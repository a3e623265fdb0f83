/**
 * A report's HTML made so that nothing in it runs or reaches out, to be shown in a frame with an empty `sandbox`. The
 * sandbox forbids scripts, forms and navigation, and a frame of `srcdoc` is under its page's policy, which lets no
 * foreign image, font, frame or connection through. What is taken out here is taken out twice. What is put in are
 * looks: the policy takes only style sheets with the page's nonce, and no `style` attributes, so that these become
 * rules of a sheet.
 */
import { looksApart, SHEET_ATTRIBUTE, STYLE_ATTRIBUTE } from './looksApart';

/** They run, embed, fetch, or change what links mean. */
const REMOVED =
  'script,noscript,iframe,frame,frameset,object,embed,applet,base,link,meta,portal,template,audio,video,source,track';

export interface InertHtml {
  /** For `srcdoc`. */
  readonly html: string;
  /** Scripts and what would have run as one: the report may look different with them. */
  readonly scripts: number;
  /** Images, style sheets and frames from elsewhere that are not shown. */
  readonly foreign: number;
}

/** @param nonce that of the page's own style sheets. */
export function inertHtml(source: string, nonce: string): InertHtml {
  const { html, sheets } = looksApart(source);
  // A document made so has no window: nothing in it runs or is fetched while it is looked through.
  const report = new DOMParser().parseFromString(html, 'text/html');
  const lost = { scripts: 0, foreign: 0 };
  putSheets(report, { sheets, nonce, lost });
  lost.scripts += report.querySelectorAll('script').length;
  lost.foreign += report.querySelectorAll('iframe,frame,object,embed,link[href]').length;
  for (const element of [...report.querySelectorAll(REMOVED)]) element.remove();
  const looks: Looks = new Map();
  for (const element of [...report.querySelectorAll('*')]) cleanElement(element, looks, lost);
  for (const style of [...report.querySelectorAll('style')]) style.setAttribute('nonce', nonce);
  addSheet(report, nonce, GROUND, 'first');
  addSheet(report, nonce, rulesOf(looks), 'last');
  return { html: `<!DOCTYPE html>${report.documentElement.outerHTML}`, ...lost };
}

interface Lost {
  scripts: number;
  foreign: number;
}

interface Sheets {
  readonly sheets: readonly string[];
  readonly nonce: string;
  readonly lost: Lost;
}

/** Each sheet in the place of the script that stood for it, with its nonce before it is part of the document. */
function putSheets(report: Document, { sheets, nonce, lost }: Sheets): void {
  for (const held of [...report.querySelectorAll(`script[${SHEET_ATTRIBUTE}]`)]) {
    const css = sheets[Number(held.getAttribute(SHEET_ATTRIBUTE))];
    if (css === undefined) continue;
    const media = held.getAttribute('media');
    const sheet = sheetOf(report, nonce, ownLooks(css, lost));
    if (media !== null) sheet.setAttribute('media', media);
    held.replaceWith(sheet);
  }
}

/** Declarations of `style` attributes with the class that has them: browsers find rules by class at once. */
type Looks = Map<string, string>;

/** Stronger than the report's own sheets, as the attribute was. */
const rulesOf = (looks: Looks): string =>
  [...looks].map(([css, name]) => `.${name}:not(#_#_#_){${css}}`).join('\n');

function cleanElement(element: Element, looks: Looks, lost: Lost): void {
  for (const { name, value } of [...element.attributes]) {
    const fate = fateOf(element, name.toLowerCase(), value);
    if (fate === 'keep') continue;
    element.removeAttribute(name);
    if (fate === 'script') lost.scripts += 1;
    if (fate === 'foreign') lost.foreign += 1;
    if (fate === 'style') {
      const css = declarationsOf(ownLooks(value, lost));
      const look = looks.get(css) ?? `rl-look-${looks.size}`;
      looks.set(css, look);
      element.setAttribute('class', `${element.getAttribute('class') ?? ''} ${look}`.trim());
    }
  }
}

/** Reports are made for white paper. */
const GROUND = ':root{background:#ffffff;color:#000000;color-scheme:light}';

const DROPPED = new Set(['nonce', 'srcdoc', 'ping']);

type Fate = 'keep' | 'drop' | 'script' | 'foreign' | 'style';

const ADDRESSES = new Set([
  'href',
  'src',
  'srcset',
  'xlink:href',
  'action',
  'formaction',
  'background',
  'poster',
]);

function fateOf(element: Element, name: string, value: string): Fate {
  if (name.startsWith('on')) return 'script';
  if (name === 'style' || name === STYLE_ATTRIBUTE) return 'style';
  if (DROPPED.has(name)) return 'drop';
  if (!ADDRESSES.has(name)) return 'keep';
  const address = value.replace(/[\0-\x20]/g, '').toLowerCase();
  if (/^(javascript|vbscript):/.test(address)) return 'script';
  if (address.startsWith('#')) return 'keep';
  // A link leads nowhere here.
  if (name === 'href' && ['a', 'area'].includes(element.localName)) return 'drop';
  // A list of addresses may begin with one that is here and go on with others.
  return name !== 'srcset' && address.startsWith('data:image/') ? 'keep' : 'foreign';
}

/** What is not closed goes on to the end, as CSS says; without that many of them would take hours to look through. */
const ELSEWHERE =
  /@import\s*(?:url\([^)]*(?:\)|$)|"[^"]*(?:"|$)|'[^']*(?:'|$))[^;{}]*;?|url\((?!\s*["']?\s*(?:data:|#))[^)]*(?:\)|$)/gi;

/** CSS without what it would fetch: the policy refuses that, too, and a person should know. */
function ownLooks(css: string, lost: Lost): string {
  return css.replace(ELSEWHERE, (found) => {
    lost.foreign += 1;
    return found.startsWith('@') ? '' : 'url("data:,")';
  });
}

/** What would end the rule and begin another one is left out: a brace outside of texts has no place in declarations. */
const declarationsOf = (style: string): string => style.replace(/[{}<]/g, '');

function addSheet(report: Document, nonce: string, css: string, where: 'first' | 'last'): void {
  if (css === '') return;
  const sheet = sheetOf(report, nonce, css);
  if (where === 'first') report.head.prepend(sheet);
  else report.body.append(sheet);
}

function sheetOf(report: Document, nonce: string, css: string): HTMLStyleElement {
  const sheet = report.createElement('style');
  sheet.setAttribute('nonce', nonce);
  sheet.textContent = css;
  return sheet;
}
