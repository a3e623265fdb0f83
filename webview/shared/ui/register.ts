/**
 * The toolkit's elements, registered once per page. Only this file imports the toolkit: importing it needs
 * a document, and another kit can take its place here.
 */
// Without bindings: it runs before the toolkit does.
import './nonce';

import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDivider,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';

let isRegistered = false;

/** Called by each page's entry before it draws. */
export function registerControls(): void {
  if (isRegistered) return;
  isRegistered = true;
  // Nothing needs to find the nonce in the page later.
  document.querySelector('meta[property=csp-nonce]')?.remove();
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDivider(),
    vsCodePanels(),
    vsCodePanelTab(),
    vsCodePanelView(),
    vsCodeTextField(),
  );
}
