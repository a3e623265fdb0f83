// Which lenses stand over which function, with which words and commands.
import assert from 'node:assert/strict';
import {
  type DocumentStates,
  type LastRun,
  type LensFact,
  type LensRequest,
  lastRunText,
  lensesOf,
} from '../../../../src/language/features/codeLens';
import type { InvocationState, StepState } from '../../../../src/language/features/stepState';
import type { ArtifactRow } from '../../../../src/protocol/rows';
import type { StepProgress } from '../../../../src/protocol/worker';

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;
const TRAIN: LensFact = { kind: 'step', name: 'train', qualname: 'train', line: 4 };
const PIPELINE: LensFact = { kind: 'pipeline', name: 'training', qualname: 'training', line: 9 };

const artifact = (id: string, name: string, version: string): ArtifactRow => ({
  id,
  name,
  version,
  type: 'dict',
  materializer: 'json',
  size: 1,
  createdAt: NOW,
  metadata: {},
  folder: '/data',
  files: [],
  pipeline: 'training',
  stepId: 'train',
});

const CACHED: StepState = {
  kind: 'cached',
  stepRunId: 's1',
  endedAt: NOW - 2 * HOUR,
  durationMs: 1300,
  outputs: [{ name: 'classifier', artifact: artifact('a7', 'classifier', '7') }],
};

function lenses(over: Partial<LensRequest>): string[] {
  return lensesOf(request(over)).map(({ line, title }) => `${line} ${title}`);
}

function request(over: Partial<LensRequest>): LensRequest {
  return {
    uri: 'file:///p/train.py',
    root: '/p',
    facts: [TRAIN],
    states: undefined,
    hasErrors: false,
    settings: { enabled: true, state: true, outputs: true, scripts: true, projects: true },
    canDebug: true,
    isTrusted: true,
    now: NOW,
    ...over,
  };
}

const running = (progress: StepProgress): StepState => ({
  kind: 'running',
  stepRunId: 's',
  startedAt: NOW - 12_400,
  progress,
});
const of = (state: StepState, pipeline = 'training'): InvocationState => ({
  pipeline,
  stepId: 'train',
  state,
});
const states = (...invocations: InvocationState[]): DocumentStates => ({
  steps: new Map([['train', invocations]]),
  pipelines: new Map(),
});

describe('code lenses', () => {
  describe('words of a state', () => {
    const cases: [StepState, string][] = [
      [CACHED, 'cached 2 h ago, 1.3 s'],
      [{ kind: 'notRun' }, 'not run yet'],
      [
        { kind: 'stale', stepRunId: 's', reasons: ['gamma 0.001 → 0.002'] },
        'stale: gamma 0.001 → 0.002',
      ],
      [
        { kind: 'stale', stepRunId: 's', reasons: ['gamma 0.001 → 0.002', 'code changed', 'b'] },
        'stale: gamma 0.001 → 0.002 (+2)',
      ],
      [{ kind: 'waits', stepRunId: 's', for: 'load_data' }, 'waits for load_data'],
      [{ kind: 'undecided', stepRunId: 's', reasons: ['x'] }, 'decided at run'],
      [{ kind: 'running', stepRunId: 's', startedAt: NOW - 12_400 }, 'running 12 s'],
      [running({ done: 9, total: 20 }), 'running 12 s, 45 %'],
      [running({ done: 30, total: 20 }), 'running 12 s, 100 %'],
      [running({ done: 7, unit: 'epoch' }), 'running 12 s, 7 epoch'],
      [running({ done: 7, total: 0 }), 'running 12 s, 7 it'],
      [
        { kind: 'failed', stepRunId: 's', error: { type: 'ValueError', message: 'no' } },
        'failed: ValueError',
      ],
    ];
    for (const [state, text] of cases) {
      it(text, () => {
        const titles = lenses({ states: states(of(state)) });
        assert.ok(titles.includes(`4 ${text}`), titles.join(' | '));
      });
    }

    it('not run yet for a step without any recorded invocation', () => {
      assert.deepEqual(lenses({ states: states() }), ['4 ▶ Run', '4 Debug', '4 not run yet']);
    });
  });

  it('shows actions, state and outputs in this order', () => {
    assert.deepEqual(lenses({ states: states(of(CACHED)) }), [
      '4 ▶ Run',
      '4 Debug',
      '4 cached 2 h ago, 1.3 s',
      '4 classifier v7 ↗',
    ]);
  });

  it('claims nothing about the store while it is not known', () => {
    assert.deepEqual(lenses({ states: undefined }), ['4 ▶ Run', '4 Debug']);
  });

  it('has no Debug without a debugger, and none of it for a pipeline', () => {
    assert.deepEqual(lenses({ canDebug: false }), ['4 ▶ Run']);
    assert.deepEqual(lenses({ facts: [PIPELINE] }), ['9 ▶ Run', '9 Run with…']);
  });

  it('runs nothing in a workspace that is not trusted, but still shows', () => {
    assert.deepEqual(lenses({ isTrusted: false, states: states(of(CACHED)) }), [
      '4 cached 2 h ago, 1.3 s',
      '4 classifier v7 ↗',
    ]);
  });

  it('follows each setting', () => {
    const all = { states: states(of(CACHED)), facts: [TRAIN, PIPELINE] };
    const off = { enabled: true, state: true, outputs: true, scripts: true, projects: true };
    assert.deepEqual(lenses({ ...all, settings: { ...off, enabled: false } }), []);
    assert.ok(
      !lenses({ ...all, settings: { ...off, state: false } }).some((t) => /cached/.test(t)),
    );
    assert.ok(!lenses({ ...all, settings: { ...off, outputs: false } }).some((t) => /↗/.test(t)));
  });

  it('marks a state that is from before the text had errors', () => {
    assert.equal(
      lenses({ states: states(of(CACHED)), hasErrors: true })[2],
      '4 cached 2 h ago, 1.3 s (buffer has errors)',
    );
  });

  it('shows the worst state of several pipelines and lists the others', () => {
    const stale: StepState = { kind: 'stale', stepRunId: 's2', reasons: ['gamma 1 → 2', 'code'] };
    const rows = lensesOf(request({ states: states(of(CACHED, 'nightly'), of(stale)) }));
    const row = rows.find(({ command }) => command === 'runlens.showReason');
    assert.equal(row?.title, 'stale: gamma 1 → 2 (+1)');
    assert.deepEqual(row?.argument, {
      uri: 'file:///p/train.py',
      root: '/p',
      name: 'train',
      line: 4,
      stepRunId: 's2',
      reasons: ['gamma 1 → 2', 'code', 'nightly / train: cached 2 h ago, 1.3 s'],
    });
  });

  it('opens the traceback of a failure, and an output by its id', () => {
    const failed: StepState = {
      kind: 'failed',
      stepRunId: 's',
      error: { type: 'E', message: 'm' },
    };
    const rows = lensesOf(request({ states: states(of(failed), of(CACHED, 'other')) }));
    assert.equal(rows[2]?.command, 'runlens.showTraceback');
    assert.deepEqual(rows[3], {
      line: 4,
      title: 'classifier v7 ↗',
      command: 'runlens.openArtifactVersion',
      argument: { root: '/p', artifactId: 'a7' },
    });
  });

  describe('further actions', () => {
    const stale: StepState = { kind: 'stale', stepRunId: 's', reasons: ['code changed'] };
    const row = (title: string, over: Partial<LensRequest>) =>
      lensesOf(request(over)).find((one) => one.title === title);

    it('runs on from a stale step that others depend on', () => {
      const known = states({ ...of(stale), hasDependants: true });
      assert.deepEqual(lenses({ states: known }), [
        '4 ▶ Run',
        '4 Debug',
        '4 Run from here',
        '4 stale: code changed',
      ]);
      assert.equal(row('Run from here', { states: known })?.command, 'runlens.runFromStep');
    });

    it('does not where nothing depends on it, it is cached, or nothing may run', () => {
      const has = (over: Partial<LensRequest>) => row('Run from here', over) !== undefined;
      assert.equal(has({ states: states(of(stale)) }), false);
      assert.equal(has({ states: states({ ...of(CACHED), hasDependants: true }) }), false);
      const known = states({ ...of(stale), hasDependants: true });
      assert.equal(has({ states: known, isTrusted: false }), false);
    });

    it('stops all that runs of a step, and only that', () => {
      const one = running({ done: 1 });
      const other: StepState = { kind: 'running', stepRunId: 's2', startedAt: NOW };
      const known = states(of(one), of(CACHED), of(other));
      assert.deepEqual(row('■ Stop', { states: known })?.argument, {
        uri: 'file:///p/train.py',
        root: '/p',
        name: 'train',
        line: 4,
        stepRunIds: ['s', 's2'],
      });
      assert.equal(row('■ Stop', { states: known, isTrusted: false }), undefined);
      assert.equal(row('Run from here', { states: known }), undefined);
    });

    it('never has more than five in a row, and says how many outputs there are more', () => {
      const outputs = ['a', 'b', 'c', 'd'].map((id) => ({
        name: id,
        artifact: artifact(id, id, '1'),
      }));
      const titles = lenses({ states: states(of({ ...CACHED, outputs })) });
      assert.deepEqual(titles.slice(3), ['4 a v1 ↗', '4 +3 outputs']);
    });
  });

  it('names an output that has no name of its own by its step', () => {
    const plain = {
      ...CACHED,
      outputs: [{ name: 'output', artifact: artifact('a', 'p::train::output', '2') }],
    };
    assert.equal(lenses({ states: states(of(plain)) })[3], '4 train v2 ↗');
  });

  describe('the last run of a pipeline', () => {
    const run: LastRun = {
      status: 'finished',
      startedAt: NOW - 200_000,
      endedAt: NOW - 180_000,
      steps: 5,
      done: 5,
      cached: 2,
    };
    const cases: [LastRun | undefined, string][] = [
      [undefined, 'not run yet'],
      [run, 'last run 3 m ago, 2 of 5 cached'],
      [{ ...run, status: 'failed' }, 'last run 3 m ago, failed'],
      [{ ...run, status: 'running', startedAt: NOW - 4000, done: 1 }, 'running 4 s, 1 of 5'],
    ];
    for (const [last, text] of cases) {
      it(text, () => assert.equal(lastRunText(last, NOW), text));
    }

    it('stands behind Run', () => {
      const known = { steps: new Map(), pipelines: new Map([['training', run]]) };
      assert.deepEqual(lenses({ facts: [PIPELINE], states: known }), [
        '9 ▶ Run',
        '9 Run with…',
        '9 Graph',
        '9 last run 3 m ago, 2 of 5 cached',
      ]);
    });

    it('leads to the graph, also where nothing may run or states are not told', () => {
      const known = { steps: new Map(), pipelines: new Map([['training', run]]) };
      const settings = { ...request({}).settings, state: false };
      const rows = lensesOf(
        request({ facts: [PIPELINE], states: known, settings, isTrusted: false }),
      );
      assert.deepEqual(
        rows.map(({ title, command }) => [title, command]),
        [['Graph', 'runlens.openPipeline']],
      );
    });
  });
});
