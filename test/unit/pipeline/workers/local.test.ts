// Real Python processes: what they are told, what they print, how they end.
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { WorkerExit, WorkerProcess } from '../../../../src/pipeline/ports';
import { localProcesses } from '../../../../src/pipeline/workers/local';
import { ownPlace } from '../../../../src/pipeline/workers/processes';

const PYTHON =
  process.env.RUNLENS_TEST_PYTHON ?? (process.platform === 'win32' ? 'python' : 'python3');

/** A stand-in for the SDK: its worker does what the request says. */
const WORKER = `
import json, os, signal, subprocess, sys, time
request = json.loads(sys.stdin.read())
try:
    print("got " + request["say"], flush=True)
    if request.get("child"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        print("child", child.pid, flush=True)
    time.sleep(request.get("sleep", 0))
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(3)
sys.exit(request.get("code", 0))
`;

describe('local workers', () => {
  let folder: string;
  before(() => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-workers-')));
    fs.mkdirSync(path.join(folder, 'sdk', 'runlens'), { recursive: true });
    fs.writeFileSync(path.join(folder, 'sdk', 'runlens', '__init__.py'), '');
    fs.writeFileSync(path.join(folder, 'sdk', 'runlens', 'worker.py'), WORKER);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const processes = () => localProcesses({ sdk: path.join(folder, 'sdk') });
  let count = 0;
  function launch(request: object, interpreter = PYTHON) {
    const logFile = path.join(folder, `launch-${++count}.log`);
    const worker = processes().launch({ interpreter, cwd: folder, logFile, request });
    const output = new Output(worker);
    return { worker, output, logFile };
  }

  it('get the request, and their output comes as it is written', async () => {
    const { output, logFile, worker } = launch({ say: 'häll', code: 4 });
    deepStrictEqual(await output.exit, { code: 4, signal: null });
    strictEqual(output.text, 'got häll\n');
    strictEqual(fs.readFileSync(logFile, 'utf8'), 'got häll\n');
    strictEqual(processes().state(worker.process!, Date.now()), 'gone');
  });

  it('say why they did not start', async () => {
    const { output, worker } = launch({ say: '' }, path.join(folder, 'no-python'));
    const exit = await output.exit;
    ok(/ENOENT/.test(exit.error ?? ''), exit.error);
    strictEqual(worker.process, undefined);
  });

  it('are interrupted as by Ctrl+C', async function () {
    if (process.platform === 'win32') this.skip();
    const { output, worker } = launch({ say: 'x', sleep: 30 });
    await output.until(/got x/);
    strictEqual(processes().state(worker.process!, Date.now()), 'alive');
    processes().interrupt(worker.process!);
    deepStrictEqual(await output.exit, { code: 3, signal: null });
    ok(/interrupted/.test(output.text));
  });

  it('are killed with their children', async function () {
    if (process.platform === 'win32') this.skip();
    const { output, worker } = launch({ say: 'x', sleep: 30, child: true });
    const child = Number((await output.until(/child (\d+)\n/))[1]);
    processes().kill(worker.process!);
    deepStrictEqual(await output.exit, { code: null, signal: 'SIGKILL' });
    const childProcess = { ...worker.process!, pid: child };
    for (let tries = 0; tries < 100; tries += 1) {
      if (processes().state(childProcess, Date.now()) === 'gone') return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    ok(false, 'the child lives');
  });

  it('use the package that the interpreter has itself, before the bundled one', async () => {
    const own = path.join(folder, 'own');
    fs.mkdirSync(path.join(own, 'runlens'), { recursive: true });
    fs.writeFileSync(path.join(own, 'runlens', '__init__.py'), '');
    fs.writeFileSync(path.join(own, 'runlens', 'worker.py'), 'print("own")');
    const before = process.env.PYTHONPATH;
    process.env.PYTHONPATH = own;
    try {
      const { output } = launch({ say: 'x' });
      await output.exit;
      strictEqual(output.text, 'own\n');
    } finally {
      if (before === undefined) delete process.env.PYTHONPATH;
      else process.env.PYTHONPATH = before;
    }
  });

  it('of other machines cannot be seen, and those from before the last start of this one are gone', () => {
    const here = { pid: process.pid, owned: false, ...ownPlace() };
    const { state, kill } = processes();
    strictEqual(state(here, Date.now()), 'alive');
    strictEqual(state({ ...here, hostname: 'elsewhere' }, Date.now()), 'unknown');
    strictEqual(state({ ...here, pidNamespace: 'pid:[1]' }, Date.now()), 'unknown');
    strictEqual(state(here, 0), 'gone');
    // The user's own process is never killed.
    kill(here);
  });

  it('that have ended are gone, also while nobody has asked how', () => {
    const ended = spawnSync(PYTHON, ['-c', 'pass']);
    const place = { owned: false, ...ownPlace() };
    strictEqual(processes().state({ pid: ended.pid, ...place }, Date.now()), 'gone');
  });
});

/** Collects what a worker prints. */
class Output {
  text = '';
  readonly exit: Promise<WorkerExit>;
  private waiting: (() => void)[] = [];

  constructor(worker: WorkerProcess) {
    worker.onOutput((text) => {
      this.text += text;
      for (const resume of this.waiting.splice(0)) resume();
    });
    this.exit = new Promise((resolve) => {
      worker.onExit(resolve);
    });
  }

  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.text);
      if (match) return match;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }
}
