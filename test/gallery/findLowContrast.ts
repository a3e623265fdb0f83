// Every text and line that is seen, against what lies behind it.
import {
  blend,
  type Colour,
  contrast,
  LINE_CONTRAST,
  parseColour,
  TEXT_CONTRAST,
  toHex,
} from '../../webview/shared/contrast';

export interface LowContrast {
  readonly what: string;
  readonly ratio: number;
  readonly needed: number;
  readonly colour: string;
  readonly behind: string;
}

/** Large text needs less (WCAG 1.4.3): 24 px, or 18.66 px when bold. */
const LARGE = 24;
const LARGE_BOLD = 18.66;
const WHITE: Colour = { r: 255, g: 255, b: 255, a: 1 };

export function findLowContrast(root: HTMLElement): LowContrast[] {
  return [...allElements(root)]
    .filter(isSeen)
    .flatMap((element) => [...textContrast(element), ...strokeContrast(element)]);
}

function* allElements(root: ParentNode): Generator<Element> {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) yield* allElements(element.shadowRoot);
  }
}

function isSeen(element: Element): boolean {
  const box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  if (box.width < 2 || box.height < 2 || style.visibility !== 'visible') return false;
  // What cannot be used needs no contrast, but must be so on purpose.
  const isOff = element.closest('[disabled],[aria-disabled="true"],.rl-dragged') !== null;
  return !isOff && !hostOf(element)?.hasAttribute('disabled');
}

const hostOf = (element: Element): Element | undefined => {
  const top = element.getRootNode();
  return top instanceof ShadowRoot ? top.host : undefined;
};

function textContrast(element: Element): LowContrast[] {
  const text = [...element.childNodes]
    .flatMap((node) => (node instanceof Text ? [node.data.trim()] : []))
    .join(' ');
  if (text.trim() === '' || element.classList.contains('rl-sr-only')) return [];
  const style = getComputedStyle(element);
  const size = Number.parseFloat(style.fontSize);
  const isLarge = size >= LARGE || (size >= LARGE_BOLD && Number(style.fontWeight) >= 700);
  const needed = isLarge ? LINE_CONTRAST : TEXT_CONTRAST;
  return judge(element, style.color, needed, `“${text.slice(0, 40)}”`);
}

/** Lines of icons, charts and swatches. */
function strokeContrast(element: Element): LowContrast[] {
  if (!(element instanceof SVGGeometryElement)) return [];
  // Grids guide the eye and carry nothing.
  if (element.closest('.rl-grid-lines')) return [];
  const { stroke } = getComputedStyle(element);
  return stroke === 'none'
    ? []
    : judge(element, stroke, LINE_CONTRAST, `line of ${nameOf(element)}`);
}

function judge(element: Element, text: string, needed: number, what: string): LowContrast[] {
  const colour = parseColour(text);
  // Nothing is drawn, on purpose: the text behind a squiggle.
  if (!colour || colour.a === 0) return [];
  const behind = backgroundOf(element);
  const ratio = contrast({ ...colour, a: colour.a * opacityOf(element) }, behind);
  if (ratio >= needed - 0.005) return [];
  return [
    { what, ratio: Math.round(ratio * 100) / 100, needed, colour: text, behind: toHex(behind) },
  ];
}

const parentOf = (element: Element): Element | null =>
  element.assignedSlot ?? element.parentElement ?? hostOf(element) ?? null;

function backgroundOf(element: Element): Colour {
  const layers: Colour[] = [];
  for (let at: Element | null = element; at; at = parentOf(at)) {
    const colour = parseColour(getComputedStyle(at).backgroundColor);
    if (colour && colour.a > 0) layers.push(colour);
    if (colour?.a === 1) break;
  }
  return layers.reduceRight((under, over) => blend(over, under), WHITE);
}

function opacityOf(element: Element): number {
  let opacity = 1;
  for (let at: Element | null = element; at; at = parentOf(at)) {
    opacity *= Number(getComputedStyle(at).opacity);
  }
  return opacity;
}

const nameOf = (element: Element): string => {
  const owner = element.closest('[class]') ?? element;
  return `${owner.tagName.toLowerCase()}.${owner.getAttribute('class') ?? ''}`;
};
