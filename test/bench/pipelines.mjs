// Pipelines through the Python SDK, and the same programs through the real ZenML on its default stack.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, printTable, residentMB, stop, temporary } from './measure.mjs';
import { chain, sleeps, wide } from './pipelinePrograms.mjs';
import { startRunlens } from './servers.mjs';

const log = (what) => console.log(`measuring ${what} …`);
const PROGRAMS = { 'chain.py': chain, 'sleeps.py': sleeps, 'wide.py': wide };

/** Where one engine's programs run: their folder, interpreter and environment. */
class Place {
  constructor(from, { root, python, env }) {
    this.root = root;
    this.python = python;
    this.env = { ...process.env, ...env };
    // A package that was installed has its byte code; without it, each start would measure Python's compiler.
    delete this.env.PYTHONDONTWRITEBYTECODE;
    this.salt = 1000;
    for (const [name, text] of Object.entries(PROGRAMS)) {
      fs.writeFileSync(path.join(root, name), text(from));
    }
  }

  /** A number that no run had before: its steps are not cached. */
  fresh() {
    this.salt += 1;
    return this.salt;
  }

  /** Runs a program to its end and answers what it measured of itself, in milliseconds. */
  run(program, ...args) {
    const { stderr, status } = spawnSync(this.python, [program, ...args.map(String)], {
      cwd: this.root,
      env: this.env,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    if (status !== 0) throw new Error(`${program} ended with ${status}:\n${stderr.slice(-3000)}`);
    return [...stderr.matchAll(/^MS ([\d.]+)$/gm)].map((match) => Number(match[1]));
  }

  /** Milliseconds of the whole process. */
  whole(program, ...args) {
    const started = performance.now();
    this.run(program, ...args);
    return performance.now() - started;
  }

  /** Median difference between the import and an interpreter that does nothing. */
  importTime(name, times) {
    const once = (code) => {
      const started = performance.now();
      const { status } = spawnSync(this.python, ['-c', code], { cwd: this.root, env: this.env });
      if (status !== 0) throw new Error(`${code} failed`);
      return performance.now() - started;
    };
    once(`import ${name}`);
    return median(Array.from({ length: times }, () => once(`import ${name}`) - once('pass')));
  }
}

/** Per step of a chain: run anew, and again from the cache. */
function chains(place, length, rounds) {
  const ran = [];
  const cached = [];
  for (let round = 0; round < rounds; round += 1) {
    const [first, ...again] = place.run('chain.py', length, place.fresh(), 3);
    ran.push(first);
    cached.push(...again);
  }
  return { ran: median(ran), cached: median(cached) };
}

function measure(place, name, { imports, rounds }) {
  log(`${name}: import`);
  const imported = place.importTime(name, imports);
  log(`${name}: chains`);
  const [first] = place.run('chain.py', 20, place.fresh(), 1);
  const of20 = chains(place, 20, rounds);
  const of100 = chains(place, 100, rounds);
  log(`${name}: whole scripts`);
  const scripts = Array.from({ length: rounds }, () =>
    place.whole('chain.py', 2, place.fresh(), 1),
  );
  const cachedScripts = Array.from({ length: rounds }, () =>
    place.whole('chain.py', 2, place.salt, 1),
  );
  log(`${name}: sleeps`);
  const [resting] = place.run('sleeps.py', 8, place.fresh());
  return {
    imported,
    first,
    of20,
    of100,
    script: median(scripts),
    cachedScript: median(cachedScripts),
    sleeps: resting,
  };
}

/** Start of the process to the end of the script when no server runs. */
async function serverDown(place, server, rounds) {
  const times = [];
  for (let round = 0; round < rounds; round += 1) {
    await shutDown(server);
    times.push(place.whole('chain.py', 2, place.fresh(), 1));
  }
  return median(times);
}

/** The same where there is a commit to record, as most people have it. */
function inRepository(place, rounds) {
  const git = (...args) => spawnSync('git', args, { cwd: place.root, env: place.env });
  git('init', '--quiet');
  git('add', ...Object.keys(PROGRAMS));
  git(
    '-c',
    'user.name=bench',
    '-c',
    'user.email=bench@localhost',
    'commit',
    '--quiet',
    '-m',
    'bench',
  );
  return median(Array.from({ length: rounds }, () => place.whole('chain.py', 2, place.fresh(), 1)));
}

async function shutDown({ state }) {
  const [file] = fs.readdirSync(state).filter((name) => /^[0-9a-f]{32}\.json$/.test(name));
  const { port, tokens, pid } = JSON.parse(fs.readFileSync(path.join(state, file), 'utf8'));
  const headers = { authorization: `Bearer ${tokens.control}`, 'content-type': 'application/json' };
  const url = `http://127.0.0.1:${port}/api/shutdown`;
  await fetch(url, { method: 'POST', headers, body: '{}' }).catch(() => undefined);
  for (const end = Date.now() + 20_000; isAlive(pid) && Date.now() < end; ) await sleep(20);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const CLICK = `import time
from runlens import pipeline, step

@step(enable_cache=False)
def clicked() -> int:
    with open("line.txt", "w") as file:
        file.write(str(time.time_ns()))
    return 1

@pipeline
def click():
    clicked()
`;

/** From the request that a lens makes to the first line of the user's step, in a worker that is warm. */
async function clickToLine(place, server) {
  const file = path.join(place.root, 'click.py');
  const written = path.join(place.root, 'line.txt');
  fs.writeFileSync(file, CLICK);
  const request = {
    file,
    pipeline: 'click',
    plan: { target: { step: 'clicked' } },
    interpreter: place.python,
    cwd: place.root,
  };
  const times = [];
  for (let round = 0; round < 8; round += 1) {
    fs.rmSync(written, { force: true });
    const asked = Date.now();
    const reply = await fetch(`http://127.0.0.1:${server.port}/api/launches`, {
      method: 'POST',
      headers: { ...server.headers, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    if (!reply.ok) throw new Error(await reply.text());
    for (const end = Date.now() + 20_000; !fs.existsSync(written); ) {
      if (Date.now() > end) throw new Error('the step did not run');
      await sleep(2);
    }
    await sleep(400);
    times.push(Number(fs.readFileSync(written, 'utf8')) / 1e6 - asked);
  }
  // The first one starts the worker.
  return { cold: times[0], warm: median(times.slice(1)) };
}

/** A thousand steps, 200 wide: how long, and what stays in the server's memory. */
async function thousand(place, server) {
  place.run('wide.py', 20, 5, place.fresh());
  await sleep(4000);
  const before = residentMB(server.pid);
  const [ms] = place.run('wide.py', 200, 5, place.fresh());
  await sleep(4000);
  return { ms, before, after: residentMB(server.pid) };
}

/** @param {{dist: string, python: string, zenml?: string, quick: boolean}} options `zenml`: its interpreter. */
export async function benchPipelines({ dist, python, zenml, quick }) {
  const size = quick ? { imports: 3, rounds: 1 } : { imports: 15, rounds: 5 };
  const root = temporary('root');
  const server = await startRunlens(root, dist);
  const own = new Place('runlens', {
    root,
    python,
    env: {
      PYTHONPATH: path.join(dist, 'python'),
      RUNLENS_STATE_DIR: server.state,
      RUNLENS_SERVER: path.join(dist, 'server.js'),
      RUNLENS_DIR: root,
    },
  });
  own.run('chain.py', 3, 1, 1); // warm: byte code, and parser and caches of the server
  const mine = measure(own, 'runlens', size);
  log('runlens: lens to line');
  const click = await clickToLine(own, server);
  log('runlens: 1,000 steps');
  const big = await thousand(own, server);
  const inGit = inRepository(own, size.rounds);
  const down = await serverDown(own, server, size.rounds);
  await shutDown(server);
  await stop(server.child);
  const other = zenml && measureZenml(zenml, quick);
  const title = `pipelines (${python.includes('venv') ? 'virtual environment' : 'system'} interpreter)`;
  printTable(title, rowsOf(mine, other, { click, big, down, inGit }));
}

/** Its local default stack; nothing is sent anywhere. */
function measureZenml(python, quick) {
  const root = temporary('zenml');
  const place = new Place('zenml', {
    root,
    python,
    env: {
      ZENML_CONFIG_PATH: path.join(root, 'config'),
      ZENML_ANALYTICS_OPT_IN: 'false',
      ZENML_LOGGING_VERBOSITY: 'ERROR',
      ZENML_ENABLE_RICH_TRACEBACK: 'false',
    },
  });
  spawnSync(path.join(path.dirname(python), 'zenml'), ['init'], { cwd: root, env: place.env });
  place.run('chain.py', 2, 1, 1); // makes its database
  return measure(place, 'zenml', quick ? { imports: 1, rounds: 1 } : { imports: 3, rounds: 2 });
}

function rowsOf(mine, other, { click, big, down, inGit }) {
  const row = (what, runlens, peer, unit, goal = {}) => ({ what, runlens, peer, unit, ...goal });
  const perStep = (chain, length, kind) => chain && chain[kind] / length;
  return [
    row('import', mine.imported, other?.imported, 'ms', { most: 30 }),
    row('first run of a chain of 20, per step', mine.first / 20, other && other.first / 20, 'ms'),
    ...[20, 100].flatMap((length) => {
      const [own, peer] = [mine[`of${length}`], other?.[`of${length}`]];
      const goal = length === 100 ? { most: 3 } : {};
      return [
        row(
          `one no-op step in a chain of ${length}`,
          own.ran / length,
          perStep(peer, length, 'ran'),
          'ms',
          goal,
        ),
        row(
          `one cached step in a chain of ${length}`,
          own.cached / length,
          perStep(peer, length, 'cached'),
          'ms',
        ),
      ];
    }),
    row('100 cached steps', mine.of100.cached, other?.of100.cached, 'ms', { most: 50 }),
    row('eight independent steps that sleep 1 s', mine.sleeps, other?.sleeps, 'ms', { most: 2500 }),
    row('python train.py, two no-op steps, server down', down, undefined, 'ms', { most: 450 }),
    row('python train.py, two no-op steps, server up', mine.script, other?.script, 'ms', {
      most: 120,
    }),
    row(
      'python train.py, two no-op steps, all cached',
      mine.cachedScript,
      other?.cachedScript,
      'ms',
      { most: 100 },
    ),
    row('python train.py, the same in a git repository, server up', inGit, undefined, 'ms'),
    row('lens to the user’s first line, warm worker', click.warm, undefined, 'ms', { most: 150 }),
    row('lens to the user’s first line, new worker', click.cold, undefined, 'ms'),
    row('1,000 steps, 200 wide', big.ms, undefined, 'ms'),
    row('server memory after them, by that before', big.after / big.before, undefined, '×', {
      most: 1.2,
    }),
  ];
}
