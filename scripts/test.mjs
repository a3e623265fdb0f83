// `npm test [-- SUITE [FILTER]]`: installs what is missing, builds, runs the suites and ends with `N passed, N failed`.
// Suites: check unit webview gallery contract python host ui. FILTER goes to mocha's --grep, pytest's -k or the gallery's --only.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNode, installPackages, runScript } from './lib/install.mjs';
import { runProgram } from './lib/programs.mjs';
import { fail, say, stage } from './lib/say.mjs';
import { SUITES } from './lib/suites.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const out = path.join(root, 'out');
const [suiteName, filter] = process.argv.slice(2);

/**
 * Stages follow one another; the lanes of a stage run beside each other. The unit suite fills two cores by itself, those
 * that ask servers wait half of their time. Editors have the machine for themselves: their tests click on what they saw.
 */
const STAGES = [
  [['webview', 'check', 'unit', 'gallery']],
  [['contract'], ['python']],
  [['host', 'ui']],
];

/** Preparations that were begun, by name: each is over when its promise is. */
const preparations = new Map();

/** Downloads at once and in the background what the suites need: most of that time is waiting. */
function beginPreparations(names) {
  for (const name of new Set(names)) {
    const log = path.join(out, `prepare-${name}.log`);
    const script = path.join(root, 'scripts/prepare.mjs');
    const ended = runProgram(process.execPath, [script, name], { cwd: root, log }).then(() => log);
    // Whoever needs it waits for it, and is told then.
    ended.catch(() => {});
    preparations.set(name, ended);
  }
}

/** Waits for a preparation. One that failed is tried again by the suite itself, which says what is wrong. */
async function need(name) {
  if (!preparations.has(name)) beginPreparations([name]);
  const log = await preparations.get(name);
  const said = fs.readFileSync(log, 'utf8').trim();
  fs.writeFileSync(log, '');
  if (said) say(`  prepared ${name}:\n${said}`);
}

async function runSuite(name, shared) {
  const { needs, run } = SUITES[name];
  for (const each of needs) await need(each);
  const log = shared ? path.join(out, `${name}.log`) : undefined;
  const title = shared ? `suite ${name} (its output follows at its end)` : `suite ${name}`;
  return await stage(title, async () => {
    const result = await run({ filter, shared, log, need });
    if (log && fs.existsSync(log))
      say(`• suite ${name} has ended\n${fs.readFileSync(log, 'utf8')}`);
    say(`  ${name}: ${result.passed} passed, ${result.failed} failed`);
    return result;
  });
}

async function runLane(names, shared) {
  const results = [];
  for (const name of names) results.push(await runSuite(name, shared));
  return results;
}

async function runStages(stages) {
  const results = [];
  for (const lanes of stages) {
    const ended = await Promise.all(lanes.map((names) => runLane(names, lanes.length > 1)));
    results.push(...ended.flat());
  }
  return {
    passed: results.reduce((sum, { passed }) => sum + passed, 0),
    failed: results.reduce((sum, { failed }) => sum + failed, 0),
  };
}

async function main() {
  if (suiteName && !SUITES[suiteName]) {
    throw new Error(`Unknown suite ${suiteName}. Known: ${Object.keys(SUITES).join(', ')}`);
  }
  checkNode();
  const started = Date.now();
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  const stages = suiteName ? [[[suiteName]]] : STAGES;
  beginPreparations(stages.flat(2).flatMap((name) => SUITES[name].needs));
  await stage('installing npm packages', () => installPackages(root));
  await stage('building', () => runScript(root, 'build.mjs'));
  const total = await runStages(stages);
  say(`all suites took ${((Date.now() - started) / 1000).toFixed(0)} s`);
  if (filter === undefined && total.passed === 0) total.failed += 1;
  say(`${total.passed} passed, ${total.failed} failed`);
  process.exit(total.failed === 0 ? 0 : 1);
}

main().catch(fail);
