/**
 * A report's HTML made so that nothing in it runs or reaches out, to be shown in a frame with an empty `sandbox`. The
 * sandbox forbids scripts, forms and navigation, and a frame of `srcdoc` is under its page's policy, which lets no
 * foreign image, font, frame or connection through. What is taken out here is taken out twice. What is put in are
 * looks: the policy takes only style sheets with the page's nonce, and no `style` attributes, so that these become
 * rules of a sheet.
 */

/** They run, embed, fetch, or change what links mean. */
const REMOVED =
  'script,noscript,iframe,frame,frameset,object,embed,applet,base,link,meta,portal,template,audio,video,source,track';
const ATTRIBUTE = 'data-rl-style';

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
  // A document made so has no window: nothing in it runs or is fetched while it is looked through.
  const report = new DOMParser().parseFromString(source, 'text/html');
  let scripts = report.querySelectorAll('script').length;
  let foreign = report.querySelectorAll('iframe,frame,object,embed,link[href]').length;
  for (const element of [...report.querySelectorAll(REMOVED)]) element.remove();
  const rules: string[] = [];
  for (const element of [...report.querySelectorAll('*')]) {
    for (const { name, value } of [...element.attributes]) {
      const fate = fateOf(element, name.toLowerCase(), value);
      if (fate === 'keep') continue;
      element.removeAttribute(name);
      if (fate === 'script') scripts += 1;
      if (fate === 'foreign') foreign += 1;
      if (fate === 'style') {
        element.setAttribute(ATTRIBUTE, String(rules.length));
        rules.push(`[${ATTRIBUTE}="${rules.length}"]{${declarationsOf(value)}}`);
      }
    }
  }
  for (const style of [...report.querySelectorAll('style')]) style.setAttribute('nonce', nonce);
  addSheet(report, nonce, GROUND, 'first');
  addSheet(report, nonce, rules.join('\n'), 'last');
  return { html: `<!DOCTYPE html>${report.documentElement.outerHTML}`, scripts, foreign };
}

/** Reports are made for white paper. */
const GROUND = ':root{background:#ffffff;color:#000000;color-scheme:light}';

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
  if (name === 'style') return 'style';
  if (name === 'nonce' || name === ATTRIBUTE || name === 'srcdoc' || name === 'ping') return 'drop';
  if (!ADDRESSES.has(name)) return 'keep';
  const address = value.replace(/[\0-\x20]/g, '').toLowerCase();
  if (/^(javascript|vbscript):/.test(address)) return 'script';
  if (address.startsWith('#')) return 'keep';
  if (/^data:image\//.test(address)) return 'keep';
  // A link leads nowhere here, but where it would lead is worth reading.
  if (name === 'href' && element.localName === 'a') return 'drop';
  return 'foreign';
}

/** What would end the rule and begin another one is left out: a brace outside of texts has no place in declarations. */
const declarationsOf = (style: string): string => style.replace(/[{}<]/g, '');

function addSheet(report: Document, nonce: string, css: string, where: 'first' | 'last'): void {
  if (css === '') return;
  const sheet = report.createElement('style');
  sheet.setAttribute('nonce', nonce);
  sheet.textContent = css;
  if (where === 'first') report.head.prepend(sheet);
  else report.body.append(sheet);
}
