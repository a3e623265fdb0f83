/**
 * The editor's colours: read as values for canvases, which do not follow style sheets, and given to style
 * sheets where a value is derived (`publishTheme`). Every colour here has enough contrast on `editor`.
 */
import { LINE_CONTRAST, parseColour, TEXT_CONTRAST, toHex, withContrast } from './contrast';

export type ThemeKind = 'dark' | 'light' | 'contrast-dark' | 'contrast-light';

export interface Theme {
  readonly kind: ThemeKind;
  readonly isContrast: boolean;
  /** What everything is drawn on. */
  readonly editor: string;
  readonly foreground: string;
  /** Text that matters less, still readable. */
  readonly faint: string;
  /** Lines that only guide the eye and carry nothing. */
  readonly grid: string;
  /** Axes and borders that separate what can be used; at least 3 : 1. */
  readonly line: string;
  /** Of tooltips. */
  readonly background: string;
  readonly border: string;
  readonly focus: string;
  /** Behind selected rows; text has enough contrast there, too. */
  readonly selected: string;
  readonly link: string;
  readonly font: string;
  /** Better than, finished; worse than, failed; to be looked at; going on. Text, never without a sign. */
  readonly good: string;
  readonly bad: string;
  readonly warn: string;
  readonly active: string;
  /** The contributed colours `runlens.series.1` … `10`. */
  readonly series: readonly string[];
  /** From little to much, for heat maps and matrices; five stops, the first near `editor`. */
  readonly ramp: readonly string[];
}

const SELECTED_SHARE = 0.16;

/** Number of colours; further runs take the same ones with dashes. */
export const COLOURS = 10;

export function readTheme(body: HTMLElement = document.body): Theme {
  const style = getComputedStyle(body);
  const read = (name: string, fallback: string) =>
    style.getPropertyValue(`--vscode-${name}`).trim() || fallback;
  const kind = kindOf(body);
  const isContrast = kind === 'contrast-dark' || kind === 'contrast-light';
  const isLight = kind === 'light' || kind === 'contrast-light';
  const editor = read('editor-background', isLight ? '#ffffff' : '#1f1f1f');
  const foreground = read('foreground', isLight ? '#3b3b3b' : '#cccccc');
  const focus = withContrast(read('focusBorder', foreground), editor, LINE_CONTRAST);
  const selected = mixed(focus, editor, SELECTED_SHARE);
  const text = (name: string, fallback: string) =>
    [editor, selected].reduce(
      (colour, under) => withContrast(colour, under, TEXT_CONTRAST),
      read(name, fallback),
    );
  const line = (colour: string) => withContrast(colour, editor, LINE_CONTRAST);
  const series = Array.from({ length: COLOURS }, (_, i) => line(seriesColour(read, i, foreground)));
  return {
    kind,
    isContrast,
    editor,
    foreground,
    faint: isContrast ? foreground : text('descriptionForeground', foreground),
    grid: withAlpha(foreground, isContrast ? 0.5 : 0.14),
    line: line(read('contrastBorder', mixed(foreground, editor, 0.5))),
    background: read('editorHoverWidget-background', isLight ? '#f8f8f8' : '#252526'),
    border: read('contrastBorder', read('editorHoverWidget-border', '#454545')),
    focus,
    selected,
    link: text('textLink-foreground', foreground),
    font: read('font-family', 'sans-serif'),
    good: text('testing-iconPassed', isLight ? '#1a7f37' : '#73c991'),
    bad: text('errorForeground', isLight ? '#a1260d' : '#f48771'),
    warn: text('editorWarning-foreground', isLight ? '#8f6400' : '#cca700'),
    active: text('charts-blue', isLight ? '#1a6fb5' : '#3794ff'),
    series,
    ramp: rampTo(series[0] ?? foreground, editor),
  };
}

function kindOf({ classList }: HTMLElement): ThemeKind {
  // The light one has both classes.
  if (classList.contains('vscode-high-contrast-light')) return 'contrast-light';
  if (classList.contains('vscode-high-contrast')) return 'contrast-dark';
  return classList.contains('vscode-light') ? 'light' : 'dark';
}

// The editor replaces only the first dot of a colour's id, in this version of it.
const seriesColour = (
  read: (name: string, fallback: string) => string,
  index: number,
  fallback: string,
): string => read(`runlens-series-${index + 1}`, read(`runlens-series.${index + 1}`, fallback));

/** Five steps from just off the background to the colour, even in light as far as mixing goes. */
function rampTo(colour: string, background: string): string[] {
  return [0.12, 0.34, 0.56, 0.78, 1].map((share) => mixed(colour, background, share));
}

/** `share` of `colour` on `background`. */
export function mixed(colour: string, background: string, share: number): string {
  const [over, under] = [parseColour(colour), parseColour(background)];
  if (!over || !under) return colour;
  const mix = (x: number, y: number) => x * share + y * (1 - share);
  return toHex({ r: mix(over.r, under.r), g: mix(over.g, under.g), b: mix(over.b, under.b), a: 1 });
}

export const colourOf = (theme: Theme, slot: number): string =>
  theme.series[slot % COLOURS] ?? theme.foreground;

/** Ten colours solid, then dashed, then dotted, then long dashes. */
export function dashOf(slot: number): number[] {
  const dashes = [[], [7, 4], [2, 3], [12, 4, 2, 4]];
  return dashes[Math.floor(slot / COLOURS) % dashes.length] ?? [];
}

export function withAlpha(colour: string, alpha: number): string {
  if (/^#[0-9a-f]{6}$/i.test(colour)) {
    return `${colour}${Math.round(alpha * 255)
      .toString(16)
      .padStart(2, '0')}`;
  }
  return `color-mix(in srgb, ${colour} ${Math.round(alpha * 100)}%, transparent)`;
}

/** The editor marks a change of theme by the body's classes. */
export function onThemeChange(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'style'] });
  return () => observer.disconnect();
}

/** Gives style sheets what is derived here as `--rl-…`, now and after each change. */
export function publishTheme(): () => void {
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const write = () => sheet.replaceSync(`:root { ${declarations(readTheme())} }`);
  write();
  return onThemeChange(write);
}

export function declarations(theme: Theme): string {
  const named = { ...theme, kind: undefined, isContrast: undefined, series: undefined };
  const single = Object.entries(named).flatMap(([name, value]) =>
    typeof value === 'string' ? [`--rl-${name}: ${value};`] : [],
  );
  return [...single, ...theme.series.map((colour, i) => `--rl-series-${i + 1}: ${colour};`)].join(
    ' ',
  );
}
