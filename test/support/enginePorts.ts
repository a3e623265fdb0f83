// In-memory ports for the pipeline engine: a recorded history, artifacts, code, a clock, processes.
import { createHash } from 'node:crypto';
import { toDisposable } from '../../src/base/disposable';
import { Emitter } from '../../src/base/event';
import type { ArtifactVersion } from '../../src/domain/artifact';
import type { PipelineRun, SourceRef, StepRun } from '../../src/domain/pipeline';
import type { EnginePorts } from '../../src/pipeline/enginePorts';
import type { CodeFingerprint } from '../../src/pipeline/fingerprint/codeFingerprint';
import type {
  Batch,
  Clock,
  MachinePort,
  ProcessRef,
  StagedOutput,
  StepChange,
  Verified,
  WorkerExit,
  WorkerLaunch,
} from '../../src/pipeline/ports';

export const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Time that passes when a test says so. */
export class FakeClock implements Clock {
  time = 1_000_000;
  private readonly timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void) {
    const timer = { at: this.time + ms, run };
    this.timers.add(timer);
    return toDisposable(() => this.timers.delete(timer));
  }

  /** Lets time pass, timer by timer, with all that follows from each. */
  async pass(ms: number): Promise<void> {
    const end = this.time + ms;
    for (;;) {
      const [due] = [...this.timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!due) break;
      this.time = Math.max(this.time, due.at);
      this.timers.delete(due);
      due.run();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

/** Lets all that can go on without time go on. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What survives a restart of the server. */
export class MemoryHistory {
  readonly runs = new Map<string, PipelineRun>();
  readonly artifacts = new Map<string, ArtifactVersion>();
  /** Every recorded step state, in order. */
  readonly log: StepChange[] = [];
  commits = 0;
  /** Set: writes fail with it. */
  failure: Error | undefined;
  /** Artifacts that verify finds damaged. */
  readonly damaged = new Map<string, Exclude<Verified, { ok: true }>>();
  verified = 0;
  ids = 0;

  steps(): StepRun[] {
    return [...this.runs.values()].flatMap((run) => run.steps);
  }

  write(run: PipelineRun, { extension, changes, end }: Batch): void {
    this.commits += 1;
    const held = withAdded(this.runs.get(run.id)!, extension);
    const steps = new Map(held.steps.map((step) => [step.id, step]));
    for (const change of changes) {
      steps.set(change.step.id, change.step);
      for (const artifact of change.artifacts) this.artifacts.set(artifact.id, artifact);
      this.log.push(change);
    }
    this.runs.set(run.id, { ...held, ...end, steps: [...steps.values()] });
  }
}

function withAdded(run: PipelineRun, extension: Batch['extension']): PipelineRun {
  if (!extension) return run;
  const { steps: added, closed, error } = extension;
  const invocations = added.flatMap(({ invocation }) => invocation ?? []);
  return {
    ...run,
    graph: { ...run.graph, steps: [...run.graph.steps, ...invocations] },
    steps: [...run.steps, ...added],
    ...(closed && { closed }),
    ...(error && { error }),
  };
}

export interface World {
  readonly ports: EnginePorts;
  readonly history: MemoryHistory;
  readonly clock: FakeClock;
  /** Text of workspace files. */
  readonly files: Map<string, string>;
  /** Pids that are gone, interrupted, killed. */
  readonly gone: Set<number>;
  readonly signals: string[];
  readonly launches: {
    launch: WorkerLaunch;
    output: Emitter<string>;
    exit: Emitter<WorkerExit>;
  }[];
  /** Files whose text is handed on. */
  readonly followed: { file: string; onText: (text: string) => void; isDisposed: boolean }[];
  readonly machine: { -readonly [K in keyof MachinePort]: MachinePort[K] };
  readonly logs: Map<string, string>;
  readonly warnings: string[];
}

/** As if there were plenty of everything. */
const MACHINE: MachinePort = {
  cores: 4,
  gpus: 1,
  memory: 8e9,
  maxParallel: 4,
  freeMemory: () => 4e9,
};

export function createWorld(
  history = new MemoryHistory(),
  files = new Map<string, string>(),
): World {
  const clock = new FakeClock();
  const world = {
    history,
    clock,
    files,
    gone: new Set<number>(),
    signals: [] as string[],
    launches: [] as World['launches'],
    followed: [] as World['followed'],
    machine: { ...MACHINE },
    logs: new Map<string, string>(),
    warnings: [] as string[],
  };
  return { ...world, ports: portsOf(world) };
}

function portsOf(world: Omit<World, 'ports'>): EnginePorts {
  const { history, clock, files } = world;
  const newId = () => (++history.ids).toString(16).padStart(32, '0');
  const unlessFailing = async () => {
    await settle();
    if (history.failure) throw history.failure;
  };
  return {
    history: {
      run: (id) => history.runs.get(id),
      step: (id) => history.steps().find((step) => step.id === id),
      active: () => [...history.runs.values()].filter((run) => run.status === 'running'),
      cached: (key) =>
        history
          .steps()
          .filter((step) => step.status === 'ran' && step.reusable && step.fingerprint?.key === key)
          .at(-1),
      count: (pipeline) =>
        [...history.runs.values()].filter((run) => run.graph.pipeline === pipeline).length,
      latestStep: (pipeline, stepId) => latestStep(history, pipeline, stepId),
      latestResult: (pipeline, stepId) => latestResult(history, pipeline, stepId),
      isNamed: (name) => [...history.runs.values()].some((run) => run.name === name),
      artifact: (id) => history.artifacts.get(id),
    },
    record: {
      createPipelineRun: (draft) => {
        const run = { ...draft, experimentId: '1', trackingRunId: newId() };
        if (!history.failure) history.runs.set(run.id, run);
        return { run, durable: unlessFailing() };
      },
      write: async (run, batch) => {
        if (history.failure) throw history.failure;
        history.write(run, batch);
        await unlessFailing();
      },
    },
    artifacts: {
      stage: async (id) => ({ path: `staging/${id}`, absolute: `/data/staging/${id}` }),
      adopt: async (output) => {
        await settle();
        return adopted(history, output, newId());
      },
      release: async () => {},
      verify: async (artifact) => {
        history.verified += 1;
        return history.damaged.get(artifact.id) ?? { ok: true };
      },
      absolute: (artifact) => `/data/${artifact.path}`,
    },
    code: {
      open: async () => ({
        ofStep: (source) => codeOf(files, source),
        factsOf: () => undefined,
        digestOf: () => undefined,
      }),
      source: {
        read: (file) => {
          const text = files.get(file);
          return text === undefined ? undefined : { text, version: sha(text) };
        },
      },
      files: {
        match: async (pattern) =>
          [...files]
            .filter(([path]) => path === pattern)
            .map(([path, text]) => ({ path, digest: sha(text) })),
      },
    },
    logs: {
      append: (log, text) => world.logs.set(log.path, (world.logs.get(log.path) ?? '') + text),
      grown: () => {},
      file: (log) => `/data/logs/${log.path}`,
    },
    clock,
    newId,
    processes: {
      state: (worker: ProcessRef) => (world.gone.has(worker.pid) ? 'gone' : 'alive'),
      interrupt: (worker) => world.signals.push(`interrupt ${worker.pid}`),
      kill: (worker) => world.signals.push(`kill ${worker.pid}`),
      launch: (launch) => {
        const started = { launch, output: new Emitter<string>(), exit: new Emitter<WorkerExit>() };
        world.launches.push(started);
        const process = {
          pid: 500 + world.launches.length,
          hostname: 'here',
          pidNamespace: '',
          owned: true,
        };
        return { process, onOutput: started.output.event, onExit: started.exit.event };
      },
      follow: (file, onText) => {
        const follower = { file, onText, isDisposed: false };
        world.followed.push(follower);
        return {
          drain: () => {},
          dispose: () => {
            follower.isDisposed = true;
          },
        };
      },
    },
    machine: world.machine,
    root: '/project',
    data: '/project/.runlens',
    address: () => ({ url: 'http://127.0.0.1:4000', token: 'control' }),
    warn: (message) => world.warnings.push(message),
  };
}

function latestStep(history: MemoryHistory, pipeline: string, stepId: string) {
  const runs = [...history.runs.values()].reverse();
  for (const run of runs.filter(({ graph }) => graph.pipeline === pipeline)) {
    const step = run.steps.find((found) => found.stepId === stepId && found.fingerprint);
    if (step) return step;
  }
  return undefined;
}

function latestResult(history: MemoryHistory, pipeline: string, stepId: string) {
  const runs = [...history.runs.values()].reverse();
  return runs
    .filter(({ graph }) => graph.pipeline === pipeline)
    .flatMap(({ steps }) => steps.filter((step) => step.stepId === stepId))
    .find(({ status }) => status === 'ran' || status === 'cached');
}

function adopted(history: MemoryHistory, output: StagedOutput, id: string): ArtifactVersion {
  const { stagedPath, files, ...rest } = output;
  const same = [...history.artifacts.values()].filter(({ name }) => name === output.name);
  return {
    ...rest,
    id,
    version: String(same.length + 1),
    path: `artifacts/_/${output.name}/${id}/${stagedPath}`,
    files: files.map((file) => ({ ...file, mtimeMs: 1, ino: 1 })),
  };
}

/** One file per step: its whole text is the step's code, `import x` lines name helpers. */
export function codeOf(
  files: ReadonlyMap<string, string>,
  source: SourceRef,
): CodeFingerprint | undefined {
  const text = files.get(source.file);
  if (text === undefined) return undefined;
  const helpers = [...text.matchAll(/^import (\w+)$/gm)].map((match) => `${match[1]}.py`);
  const components = helpers.map((file) => ({
    name: `helper:${file}`,
    digest: sha(files.get(file) ?? ''),
    display: `${file.slice(0, -3)}()`,
    source: { ...source, file, qualname: file.slice(0, -3) },
  }));
  const taken = [source.file, ...helpers];
  return {
    components: [{ name: 'code', digest: sha(text), source }, ...components],
    notTracked: [],
    files: taken.map((file) => ({ file, digest: sha(files.get(file) ?? '') })),
    broken: false,
  };
}
