// Draws one case, or the list of all, and lets the runner ask what it sees.
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { publishTheme } from '../../webview/shared/theme';
import { registerControls } from '../../webview/shared/ui/register';
import '../../webview/shared/shared.css';
import { findLowContrast, type LowContrast } from './findLowContrast';
import type { GalleryCase } from './galleryCase';
import './stage.css';

export interface Stage {
  readonly cases: readonly { readonly name: string; readonly seen: readonly string[] }[];
  /** All text and accessible names, also in shadow roots. */
  seen(): string;
  lowContrast(): readonly LowContrast[];
  /** What the policy refused. */
  readonly refused: readonly string[];
}

declare global {
  interface Window {
    galleryStage?: Stage;
  }
}

export function stage(cases: readonly GalleryCase[]): void {
  const refused: string[] = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
  const root = document.getElementById('app');
  if (!root) throw new Error('The page has no #app');
  registerControls();
  publishTheme();
  window.galleryStage = {
    cases: cases.map(({ name, seen }) => ({ name, seen })),
    seen: () => textOf(document.body).replace(/\s+/g, ' '),
    lowContrast: () => findLowContrast(document.body),
    refused,
  };
  const wanted = new URLSearchParams(location.search).get('case');
  const found = cases.find(({ name }) => name === wanted);
  if (found) void show(found, root);
  else render(<List cases={cases} />, root);
}

async function show(one: GalleryCase, root: HTMLElement): Promise<void> {
  if (one.height !== undefined) root.style.height = `${one.height}px`;
  render(one.draw(), root);
  await settled();
  try {
    await one.act?.(root);
    await settled();
    root.dataset['drawn'] = 'yes';
  } catch (error) {
    root.dataset['drawn'] = `failed: ${String(error)}`;
  }
}

const settled = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve, 60)));

const THEMES = ['dark', 'light', 'contrast-dark', 'contrast-light'];

function List({ cases }: { readonly cases: readonly GalleryCase[] }) {
  const link = (name: string, theme: string) =>
    `/case?${new URLSearchParams({ case: name, theme }).toString()}`;
  return (
    <div class="stage-list">
      <h1>Gallery</h1>
      <ul>
        {cases.map(({ name }) => (
          <li key={name}>
            <span>{name}</span>
            {THEMES.map((theme) => (
              <a key={theme} href={link(name, theme)} aria-label={`${name}, ${theme}`}>
                {theme}
              </a>
            ))}
          </li>
        ))}
      </ul>
    </div>
  );
}

const NAMED = ['aria-label', 'title', 'placeholder', 'alt'];

/** Text nodes and names, also of what lies in shadow roots, with the values of fields. */
function textOf(node: Node): string {
  if (node instanceof Text) return node.data;
  if (!(node instanceof Element) && !(node instanceof ShadowRoot)) return '';
  const parts = [...node.childNodes].map(textOf);
  if (node instanceof Element) {
    parts.push(...NAMED.map((name) => node.getAttribute(name) ?? ''));
    if (node instanceof HTMLInputElement) parts.push(node.value);
    if (node.shadowRoot) parts.push(textOf(node.shadowRoot));
  }
  return parts.filter((part) => part !== '').join(' ');
}
