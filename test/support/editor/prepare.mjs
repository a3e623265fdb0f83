// Provisions what the host and ui suites need: VS Code from npm and a Chromium. Quick when it is there.

import { provision } from '../../../scripts/editor/provision.mjs';
import { provisionBrowser } from './browser.mjs';

export function prepareEditor(version = 'oldest') {
  provision(version);
  if (!process.env.CHROMIUM_PATH) provisionBrowser();
}
