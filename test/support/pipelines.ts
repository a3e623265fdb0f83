// Builders of pipeline graphs and a worker that runs them, for tests of the engine.
import type { Json } from '../../src/base/json';
import type {
  ImportedModule,
  PipelineGraph,
  Plan,
  StepInput,
  StepInvocation,
} from '../../src/domain/pipeline';
import type { Engine } from '../../src/pipeline/engine';
import type { Gone } from '../../src/protocol/http';
import type {
  NextReply,
  Notice,
  PipelineDone,
  RegisterReply,
  RegisterRequest,
  ReportedOutput,
  StepReport,
  StepTask,
} from '../../src/protocol/worker';
import { settle, sha } from './enginePorts';

export const HERE: Gone = { aborted: false, addEventListener: () => {} };

export const from = (stepId: string, output = 'output'): StepInput => ({
  kind: 'step',
  stepId,
  output,
});
export const value = (given: Json): StepInput => ({ kind: 'parameter', value: given });

export function step(id: string, change: Partial<StepInvocation> = {}): StepInvocation {
  return {
    id,
    step: id,
    source: { file: 'train.py', module: 'train', qualname: id, line: 3 },
    inputs: {},
    outputs: [{ name: 'output', annotation: 'dict' }],
    after: [],
    options: { enableCache: true, environment: {}, retries: 0 },
    captured: {},
    importable: true,
    ...change,
  };
}

export function graph(steps: StepInvocation[], change: Partial<PipelineGraph> = {}): PipelineGraph {
  return {
    pipeline: 'training',
    source: { file: 'train.py', module: 'train', qualname: 'training', line: 20 },
    parameters: {},
    enableCache: true,
    steps,
    ...change,
  };
}

export function registration(
  pipeline: PipelineGraph,
  change: Partial<RegisterRequest> & { pid?: number; owned?: boolean } = {},
): RegisterRequest {
  const { pid = 100, owned = false, ...rest } = change;
  return {
    worker: {
      pid,
      hostname: 'here',
      pidNamespace: '',
      owned,
      executable: '/python',
      cwd: '/project',
      user: 'ada',
    },
    graph: pipeline,
    plan: { target: 'all' },
    modules: [],
    sysPath: ['/project'],
    environment: {},
    ...rest,
  };
}

export type Body = (task: StepTask) => StepReport | Promise<StepReport>;

const NO_MODULES: readonly ImportedModule[] = [];

export function ran(task: StepTask, content: Json = task.stepId, names = ['output']): StepReport {
  return {
    stepRunId: task.stepRunId,
    attempt: task.attempt,
    modules: NO_MODULES,
    durationMs: 1,
    status: 'ran',
    outputs: names.map((name) => output(name, content)),
  };
}

export const output = (name: string, content: Json): ReportedOutput => ({
  name,
  type: 'dict',
  materializer: 'json',
  files: [{ path: 'data.json', size: 4, sha256: sha(JSON.stringify(content)) }],
  contentDigest: sha(JSON.stringify(content)),
  metadata: {},
});

export const failed = (task: StepTask, message = 'no luck'): StepReport => ({
  stepRunId: task.stepRunId,
  attempt: task.attempt,
  modules: NO_MODULES,
  durationMs: 1,
  status: 'failed',
  error: { type: 'ValueError', message, traceback: `Traceback…\nValueError: ${message}` },
});

/** A worker that asks for steps and runs each with `body`. */
export class TestWorker {
  readonly notices: Notice[] = [];
  readonly order: string[] = [];
  private noticesTo = 0;

  constructor(
    private readonly engine: Engine,
    readonly registered: RegisterReply,
  ) {}

  async next(report?: StepReport, gone: Gone = HERE): Promise<NextReply> {
    const reply = await this.engine.next(
      {
        workerId: this.registered.workerId,
        pipelineRunId: this.registered.pipelineRunId,
        noticesFrom: this.noticesTo,
        ...(report && { report }),
      },
      gone,
    );
    this.notices.push(...reply.notices);
    this.noticesTo = reply.noticesTo;
    return reply;
  }

  /** Asks until there is a step to run. */
  async task(report?: StepReport): Promise<StepTask> {
    const reply = await this.next(report);
    if (reply.task) return reply.task;
    if (reply.done) throw new Error(`The run is over: ${reply.done.status}`);
    return this.task();
  }

  async run(body: Body = (task) => ran(task)): Promise<PipelineDone> {
    for (let report: StepReport | undefined; ; ) {
      const reply: NextReply = await this.next(report);
      report = undefined;
      if (reply.done) return reply.done;
      if (!reply.task) continue;
      this.order.push(reply.task.stepId);
      report = await body(reply.task);
      await settle();
    }
  }

  /** `started load`, `cached split` … */
  get printed(): string[] {
    return this.notices.map((notice) => `${notice.kind} ${notice.stepId}`);
  }
}

export async function start(
  engine: Engine,
  pipeline: PipelineGraph,
  change: Parameters<typeof registration>[1] = {},
): Promise<TestWorker> {
  return new TestWorker(engine, await engine.register(registration(pipeline, change)));
}

export const target = (id: string, force: Plan['force'] = 'none'): Plan => ({
  target: { step: id },
  force,
});

/** One more worker for a run: another process, or a thread of the one that registered. */
export async function join(
  engine: Engine,
  worker: TestWorker,
  { thread = false, pid = 101, poolId }: { thread?: boolean; pid?: number; poolId?: string } = {},
): Promise<TestWorker> {
  const { worker: info } = registration(graph([]), { pid: thread ? 100 : pid, owned: !thread });
  const joined = await engine.join({
    worker: info,
    pipelineRunId: worker.registered.pipelineRunId,
    modules: [],
    thread,
    ...(poolId === undefined ? {} : { poolId }),
  });
  return new TestWorker(engine, joined);
}
