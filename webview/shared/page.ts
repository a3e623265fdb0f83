/** What each page's entry does before it draws: controls, derived colours, the element to draw into. */
import { publishTheme } from './theme';
import { registerControls } from './ui/register';

/** Beside it the entry imports `shared.css`. May be called once per page. */
export function preparePage(): HTMLElement {
  registerControls();
  publishTheme();
  const root = document.getElementById('app');
  if (!root) throw new Error('The page has no #app');
  return root;
}
