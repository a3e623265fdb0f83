// `npm run bench [-- tracking|pipelines|editor] [--peer] [--alone] [--quick] [--write]`: prints medians.
//   --peer   also measures the real MLflow server, in the same run and by turns (tracking)
//   --alone  without the real ZenML (pipelines)
//   --quick  small sizes, for a look
//   --write  writes docs/performance.md (tracking)
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
  const { writeDocument } = await import('../test/bench/document.mjs');
  const python = ensureVenv({
    name: 'test',
    requirements: path.join(root, 'test/requirements.txt'),
    log,
  });
  const benches = {
    tracking: async () => {
      const options = { dist, python, peer: has('--peer'), quick: has('--quick') };
      const measured = await benchTracking(options);
      const command = ['npm run bench --', ...args].join(' ');
      if (has('--write')) writeDocument({ root, command, ...measured });
    },
    pipelines: () => {
      const requirements = path.join(root, 'test/bench/zenml-requirements.txt');
      const zenml = has('--alone') ? undefined : ensureVenv({ name: 'zenml', requirements, log });
      return benchPipelines({ dist, python, zenml, quick: has('--quick') });
    },
    editor: async () => {
      await benchLanguage({ dist });
      benchEditor({ root });
    },
  };
  if (only && !benches[only])
    throw new Error(`Unknown bench ${only}. Known: ${Object.keys(benches).join(', ')}`);
  for (const name of only ? [only] : Object.keys(benches)) await benches[name]();
}

main().then(() => process.exit(0), fail);
