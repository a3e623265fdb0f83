// `npm run bench [-- tracking|pipelines|editor|ui] [--peer] [--alone] [--quick] [--long] [--write]`: prints medians.
//   --peer   also measures the real MLflow server, in the same run and by turns (tracking)
//   --alone  without the real ZenML (pipelines)
//   --quick  small sizes, for a look
//   --long   also an update a second for ten minutes, twice (ui)
//   --write  writes its part of docs/performance.md (tracking, ui)
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPackages, runScript } from './lib/install.mjs';
import { fail, say } from './lib/say.mjs';
import { ensureVenv } from './lib/venv.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const only = args.find((a) => !a.startsWith('--'));
const has = (flag) => args.includes(flag);
const log = (line) => say(`  ${line}`);

async function main() {
  installPackages(root);
  runScript(root, 'build.mjs');
  const dist = path.join(root, 'dist');
  const { benchTracking } = await import('../test/bench/tracking.mjs');
  const { benchPipelines } = await import('../test/bench/pipelines.mjs');
  const { benchEditor } = await import('../test/bench/editor.mjs');
  const { benchLanguage } = await import('../test/bench/language.mjs');
  const { benchUi } = await import('../test/bench/ui.mjs');
  const { writeDocument, writePanels } = await import('../test/bench/document.mjs');
  const ensurePython = () =>
    ensureVenv({ name: 'test', requirements: path.join(root, 'test/requirements.txt'), log });
  const command = ['npm run bench --', ...args].join(' ');
  const benches = {
    tracking: async () => {
      const options = { dist, python: ensurePython(), peer: has('--peer'), quick: has('--quick') };
      const measured = await benchTracking(options);
      if (has('--write')) writeDocument({ root, command, ...measured });
    },
    pipelines: () => {
      const requirements = path.join(root, 'test/bench/zenml-requirements.txt');
      const zenml = has('--alone') ? undefined : ensureVenv({ name: 'zenml', requirements, log });
      return benchPipelines({ dist, python: ensurePython(), zenml, quick: has('--quick') });
    },
    editor: async () => {
      await benchLanguage({ dist });
      benchEditor({ root });
    },
    ui: async () => {
      const rows = await benchUi({ dist, quick: has('--quick'), long: has('--long') });
      if (has('--write')) writePanels({ root, command, rows });
    },
  };
  if (only && !benches[only])
    throw new Error(`Unknown bench ${only}. Known: ${Object.keys(benches).join(', ')}`);
  for (const name of only ? [only] : Object.keys(benches)) await benches[name]();
}

main().then(() => process.exit(0), fail);
