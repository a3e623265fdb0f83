/** What the lens says of a step before anything runs is what the engine then does, with the same words. */
import assert from 'node:assert/strict';
import type { PipelineRun } from '../../../../src/domain/pipeline';
import { documentStates } from '../../../../src/language/stepStates';
import { Engine } from '../../../../src/pipeline/engine';
import type { CodeFingerprinter } from '../../../../src/pipeline/fingerprint/codeFingerprint';
import type { CacheHit } from '../../../../src/protocol/control';
import type { ArtifactRow } from '../../../../src/protocol/rows';
import { createWorld, sha, type World } from '../../../support/enginePorts';
import { ran, start } from '../../../support/pipelines';
import {
  editModel,
  firstModel,
  graphOf,
  type Model,
  outputOf,
  textsOf,
} from './support/editedPipeline';
import { randomFrom } from './support/generated';
import { type Workspace, workspace } from './support/workspace';

const EDITS = Number(process.env['RUNLENS_TEST_EDITS'] ?? 1000);
const SEED = Number(process.env['RUNLENS_TEST_SEED'] ?? 7);

/** Older ones are forgotten by both: the history in memory is searched from end to end. */
const KEPT_RUNS = 40;

/** The editor and the server over one workspace. */
class Both {
  private constructor(
    readonly world: World,
    private readonly engine: Engine,
    private readonly ws: Workspace,
    private readonly code: CodeFingerprinter,
    private model: Model,
  ) {}

  static async over(model: Model): Promise<Both> {
    const { ws, code } = await workspace(textsOf(model));
    const world = createWorld();
    const ports = {
      ...world.ports,
      code: {
        open: async () => code,
        source: ws,
        files: { match: async (pattern: string) => both.matched(pattern) },
      },
    };
    const both: Both = new Both(world, new Engine(ports), ws, code, model);
    return both;
  }

  /** The editor's buffers; nothing is saved or run. */
  type(model: Model): void {
    this.model = model;
    for (const [file, text] of Object.entries(textsOf(model))) {
      if (this.ws.read(file)?.text !== text) this.ws.write(file, text);
    }
  }

  /** What lenses say: `cached`, `stale: …`, `waits: …`; undefined when they do not commit. */
  lenses(): Map<string, { says: string; reasons: readonly string[] }> {
    const { world, code } = this;
    const { steps } = documentStates({
      file: 'train.py',
      facts: code.factsOf('train.py')!,
      runs: [...world.history.runs.values()].slice(-3),
      fingerprinterOf: () => code,
      hit: (key) => this.hit(key),
      policyFiles: (pattern) => this.matched(pattern),
      progressOf: () => undefined,
      now: world.clock.now(),
    });
    const said = new Map<string, { says: string; reasons: readonly string[] }>();
    for (const { stepId, state } of [...steps.values()].flat()) {
      if (state.kind === 'cached') said.set(stepId, { says: 'cached', reasons: [] });
      if (state.kind === 'stale') said.set(stepId, { says: 'stale', reasons: state.reasons });
      if (state.kind === 'waits') said.set(stepId, { says: `waits ${state.for}`, reasons: [] });
    }
    return said;
  }

  /** `python train.py`. */
  async run(): Promise<PipelineRun> {
    const { model, world } = this;
    const graph = graphOf(model);
    const modules = Object.entries(textsOf(model)).map(([file, text]) => ({
      module: file.slice(0, -3),
      file,
      digest: sha(text),
    }));
    const worker = await start(this.engine, graph, {
      modules,
      environment: { command: ['/project/train.py'] },
    });
    await worker.run((task) => ran(task, outputOf(model, graph, task.stepId)));
    world.clock.time += 1000;
    const [oldest] = world.history.runs.keys();
    if (world.history.runs.size > KEPT_RUNS && oldest) world.history.runs.delete(oldest);
    return world.history.runs.get(worker.registered.pipelineRunId)!;
  }

  private hit(key: string): CacheHit | 'none' {
    const { history } = this.world;
    const found = this.world.ports.history.cached(key);
    if (!found) return 'none';
    const outputs = Object.entries(found.outputs).map(([name, id]) => {
      const { version, contentDigest, name: artifact } = history.artifacts.get(id)!;
      return { name, artifact: { id, name: artifact, version, contentDigest } as ArtifactRow };
    });
    return { stepRunId: found.id, endedAt: found.endedAt ?? 0, durationMs: 1, outputs };
  }

  private matched(pattern: string) {
    const regexp = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`);
    return Object.entries(this.model.data)
      .filter(([file]) => regexp.test(file))
      .map(([path, content]) => ({ path, digest: sha(content) }))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

describe('lens and engine', () => {
  it(`agree over ${EDITS} edits`, async function () {
    this.timeout(60_000 + EDITS * 50);
    const random = randomFrom(SEED);
    let model = firstModel(random);
    const both = await Both.over(model);
    await both.run();
    const history: Model[] = [];
    const committed = { cached: 0, stale: 0, waits: 0 };
    const reasons = new Set<string>();
    for (let edit = 0; edit < EDITS; edit++) {
      const earlier = random(12) === 0 ? history.at(-1 - random(5)) : undefined;
      history.push(structuredClone(model));
      model = structuredClone(earlier ?? model);
      const what = earlier ? 'undo' : editModel(model, random);
      both.world.clock.time += random(8) === 0 ? 40_000 : 100;
      both.type(model);
      const said = both.lenses();
      const run = await both.run();
      for (const step of run.steps) {
        const lens = said.get(step.stepId);
        if (!lens) continue;
        const place = `edit ${edit}, ${what}, ${step.stepId}: lens ${lens.says} (${lens.reasons}), engine ${step.status} (${step.reasons.map(({ text }) => text)})`;
        if (lens.says === 'cached') {
          assert.equal(step.status, 'cached', place);
          committed.cached += 1;
        } else if (lens.says === 'stale') {
          assert.equal(step.status, 'ran', place);
          assert.deepEqual(
            lens.reasons,
            step.reasons.map(({ text }) => text),
            place,
          );
          for (const text of lens.reasons) reasons.add(text.replace(/[\d.]+/g, 'n'));
          committed.stale += 1;
        } else {
          const upstream = run.steps.find(({ stepId }) => `waits ${stepId}` === lens.says);
          assert.equal(upstream?.status, 'ran', place);
          committed.waits += 1;
        }
      }
    }
    const all = EDITS * model.steps.length;
    assert.ok(committed.cached > all / 6, JSON.stringify(committed));
    assert.ok(committed.stale > all / 10, JSON.stringify(committed));
    assert.ok(reasons.size > 25, [...reasons].join('\n'));
  });
});
