// Pipelines through the Python SDK: import, a warm no-op step, cached steps, a whole script.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { median, printTable, stop, temporary } from './measure.mjs';
import { startRunlens } from './servers.mjs';

const CHAIN = `
import sys, time
from runlens import pipeline, step

@step
def first() -> int:
    return 0

@step
def follow(value: int, add: int = 1) -> int:
    return value + add

@pipeline
def chain(length: int = 100, salt: int = 0):
    value = first(id="start")
    for _ in range(length - 1):
        value = follow(value, salt)

if __name__ == "__main__":
    length, salt, times = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for _ in range(times):
        started = time.perf_counter()
        chain(length=length, salt=salt)
        print("MS", (time.perf_counter() - started) * 1000, file=sys.stderr)
`;

export async function benchPipelines({ dist, python }) {
  const root = temporary('root');
  fs.writeFileSync(path.join(root, 'chain.py'), CHAIN);
  const server = await startRunlens(root, dist);
  const env = {
    ...process.env,
    PYTHONPATH: path.join(dist, 'python'),
    RUNLENS_STATE_DIR: server.state,
    RUNLENS_DIR: root,
  };
  const chain = (length, salt, times) => {
    const { stderr, status } = spawnSync(python, ['chain.py', length, salt, times].map(String), {
      cwd: root,
      env,
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(stderr);
    return [...stderr.matchAll(/^MS ([\d.]+)$/gm)].map((m) => Number(m[1]));
  };
  const whole = (length, salt) => {
    const started = performance.now();
    chain(length, salt, 1);
    return performance.now() - started;
  };
  chain(3, 1, 1); // warm: parser and caches of the server
  // A new salt makes every step but the first run again.
  const ran = [101, 102, 103].map((salt) => chain(100, salt, 1)[0] / 100);
  const cached = chain(100, 103, 6).slice(1);
  const scripts = [201, 202, 203, 204, 205].map((salt) => whole(2, salt));
  const cachedScripts = [1, 2, 3, 4, 5].map(() => whole(2, 205));
  await stop(server.child);
  printTable(
    `pipelines (${python.includes('venv') ? 'virtual environment' : 'system'} interpreter)`,
    [
      { what: 'import runlens', runlens: importTime(python, env), unit: 'ms' },
      { what: 'one no-op step in a chain of 100', runlens: median(ran), unit: 'ms' },
      { what: '100 cached steps', runlens: median(cached), unit: 'ms' },
      { what: 'python train.py, two no-op steps, server up', runlens: median(scripts), unit: 'ms' },
      {
        what: 'python train.py, two no-op steps, all cached',
        runlens: median(cachedScripts),
        unit: 'ms',
      },
    ],
  );
}

/** Median difference between `import runlens` and an interpreter that does nothing. */
function importTime(python, env) {
  const run = (code) => {
    const started = performance.now();
    spawnSync(python, ['-c', code], { env });
    return performance.now() - started;
  };
  run('import runlens');
  const pairs = Array.from({ length: 15 }, () => run('import runlens') - run('pass'));
  return median(pairs);
}
