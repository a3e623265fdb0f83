// Draws one case, or the list of all, and lets the runner ask what it sees.
/** @jsxRuntime automatic @jsxImportSource preact */
import { render } from 'preact';
import { publishTheme } from '../../webview/shared/theme';
import { registerControls } from '../../webview/shared/ui/register';
import '../../webview/shared/shared.css';
import { findInjected } from './findInjected';
import { findLowContrast, type LowContrast } from './findLowContrast';
import type { GalleryCase } from './galleryCase';
import './stage.css';

export interface StageCase {
  readonly name: string;
  readonly seen: readonly string[];
  /** Of its file: what a surface looks like most of the time. */
  readonly isFirst: boolean;
}

export interface Stage {
  readonly cases: readonly StageCase[];
  /** All text and accessible names, also in shadow roots. */
  seen(): string;
  lowContrast(): readonly LowContrast[];
  /** Changes the theme under what is drawn, as the editor does: first the colours, then the classes. */
  setTheme(theme: StageTheme): Promise<void>;
  /** What the policy refused. */
  readonly refused: readonly string[];
  /** Elements and attributes that no page makes: data that was taken for markup. */
  injected(): readonly string[];
}

export interface StageTheme {
  readonly id: string;
  /** Classes of the body. */
  readonly body: string;
  readonly kind: string;
}

declare global {
  interface Window {
    galleryStage?: Stage;
  }
}

/** `files`: the cases of each file. */
export function stage(files: readonly (readonly GalleryCase[])[]): void {
  const cases = files.flat();
  const firsts = new Set(files.map(([first]) => first));
  const refused: string[] = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
  const root = document.getElementById('app');
  if (!root) throw new Error('The page has no #app');
  registerControls();
  publishTheme();
  window.galleryStage = {
    cases: cases.map((one) => ({ name: one.name, seen: one.seen, isFirst: firsts.has(one) })),
    seen: () => textOf(document.body).replace(/\s+/g, ' '),
    lowContrast: () => findLowContrast(document.body),
    setTheme,
    refused,
    injected: () => findInjected(document),
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

async function setTheme({ id, body, kind }: StageTheme): Promise<void> {
  const link = document.querySelector<HTMLLinkElement>('link[href^="/theme-"]');
  if (!link) throw new Error('The page has no colours of the editor');
  await new Promise<void>((resolve, reject) => {
    link.onload = () => resolve();
    link.onerror = () => reject(new Error(`There is no theme ${id}`));
    link.href = `/theme-${id}.css`;
  });
  document.body.className = body;
  document.body.dataset['vscodeThemeKind'] = kind;
  await settled();
  // The toolkit's controls fade from one colour into the next.
  for (const animation of document.getAnimations()) {
    if (animation instanceof CSSTransition) animation.finish();
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
