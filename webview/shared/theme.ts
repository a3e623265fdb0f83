/** The editor's colours as a canvas needs them: it does not follow style sheets by itself. */
export interface Theme {
  readonly foreground: string;
  readonly faint: string;
  readonly grid: string;
  readonly background: string;
  readonly border: string;
  readonly font: string;
  /** The contributed colours `runlens.series.1` … `10`. */
  readonly series: readonly string[];
}

/** Number of colours; further runs take the same ones with dashes. */
export const COLOURS = 10;

export function readTheme(body: HTMLElement = document.body): Theme {
  const style = getComputedStyle(body);
  const read = (name: string, fallback: string) => style.getPropertyValue(name).trim() || fallback;
  const foreground = read('--vscode-foreground', '#888888');
  const isContrast = body.classList.contains('vscode-high-contrast');
  return {
    foreground,
    faint: isContrast ? foreground : read('--vscode-descriptionForeground', foreground),
    grid: withAlpha(foreground, isContrast ? 0.5 : 0.14),
    background: read('--vscode-editorHoverWidget-background', '#252526'),
    border: read('--vscode-contrastBorder', read('--vscode-editorHoverWidget-border', '#454545')),
    font: read('--vscode-font-family', 'sans-serif'),
    // The editor replaces only the first dot of a colour's id, in this version of it.
    series: Array.from({ length: COLOURS }, (_, i) =>
      read(
        `--vscode-runlens-series-${i + 1}`,
        read(`--vscode-runlens-series.${i + 1}`, foreground),
      ),
    ),
  };
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
