// `node scripts/prepare.mjs python|browser|editors`: makes one part of what the tests need, when it is not there yet. A program of
// its own, so that it can download while other things run. Needs no package.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { provisionBrowser } from '../test/support/editor/browser.mjs';
import { provision } from './editor/provision.mjs';
import { fail } from './lib/say.mjs';
import { ensureVenv } from './lib/venv.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

const PARTS = {
  python: () =>
    ensureVenv({
      name: 'test',
      requirements: path.join(root, 'test/requirements.txt'),
      log: console.log,
    }),
  browser: provisionBrowser,
  editors: () => {
    for (const version of ['oldest', 'latest']) provision(version);
  },
};

try {
  const part = PARTS[process.argv[2]];
  if (!part) throw new Error(`Unknown part. Known: ${Object.keys(PARTS).join(', ')}`);
  part();
} catch (error) {
  fail(error);
}
