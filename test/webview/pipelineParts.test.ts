// The Pipeline page's parts without a page: timeline, comparison, cache key, log, and state kept right by events.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ServerEvent } from '../../src/protocol/events';
import type { StepRow } from '../../src/protocol/rows';
import { compareStep, deltaText, previousRun } from '../../webview/pipeline/compare';
import { stepGraph } from '../../webview/pipeline/graph';
import { keyParts } from '../../webview/pipeline/keyParts';
import { packLanes, spanOf, ticksOf, tickText, timelineBars } from '../../webview/pipeline/lanes';
import { listedSteps } from '../../webview/pipeline/listView';
import { RunRows } from '../../webview/pipeline/runRows';
import { StepStates } from '../../webview/pipeline/stepStates';
import { PIPELINE_VIEW, shownTab } from '../../webview/pipeline/view';
import {
  invocation,
  NOW,
  runRow,
  SAMPLE_ROWS,
  SAMPLE_STEPS,
  stepRow,
} from '../gallery/pipelineRuns';

const GRAPH = stepGraph({ steps: SAMPLE_STEPS });
const byId = (rows: readonly StepRow[]) => new Map(rows.map((row) => [row.stepId, row]));

describe('the timeline', () => {
  const start = NOW - 10_000;
  it('shows when a step could have begun, and what has not begun not at all', () => {
    const graph = stepGraph({ steps: [invocation('a'), invocation('b', ['a']), invocation('c')] });
    const rows = byId([
      stepRow('a', 'ran', { start, at: 0, took: 1000 }),
      stepRow('b', 'running', { start, at: 1500 }),
      stepRow('c', 'pending'),
    ]);
    const bars = timelineBars(graph, rows, { startedAt: start, now: NOW });
    assert.deepEqual(
      bars.map(({ row, ready, start: began, end }) => [row.stepId, ready, began, end]),
      [
        ['a', start, start, start + 1000],
        ['b', start + 1000, start + 1500, NOW],
      ],
    );
  });

  it('packs bars into as few lanes as there are at a time, none over another', () => {
    const bar = fc.tuple(fc.nat(500), fc.integer({ min: 1, max: 80 }));
    fc.assert(
      fc.property(fc.array(bar, { maxLength: 60 }), (drawn) => {
        const bars = drawn
          .map(([from, length]) => ({ start: from, end: from + length }))
          .sort((a, b) => a.start - b.start);
        const lanes = packLanes(bars);
        bars.forEach((a, i) => {
          bars.slice(i + 1).forEach((b, j) => {
            if (lanes[i] === lanes[i + 1 + j]) assert.ok(a.end <= b.start);
          });
        });
        const atOnce = bars.map(
          ({ start: at }) => bars.filter((each) => each.start <= at && at < each.end).length,
        );
        assert.equal(Math.max(-1, ...lanes) + 1, Math.max(0, ...atOnce));
      }),
    );
  });

  it('marks round times, no more than there is room for', () => {
    assert.deepEqual(ticksOf(1000, 6), [0, 200, 400, 600, 800, 1000]);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e12 }),
        fc.integer({ min: 2, max: 50 }),
        (of, most) => {
          const ticks = ticksOf(of, most);
          return ticks.length <= most && ticks[0] === 0 && ticks.every((tick) => tick <= of);
        },
      ),
    );
  });

  it('says each mark as exactly as it must differ from the next', () => {
    assert.deepEqual(
      [0, 500, 28_500, 60_000, 125_000, 3_600_000].map((tick) => tickText(tick, 500)),
      ['0', '500 ms', '28.5 s', '1 m', '2 m 5.0 s', '1 h'],
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e8 }),
        fc.integer({ min: 2, max: 400 }),
        (of, most) => {
          const ticks = ticksOf(of, most);
          const said = ticks.map((tick) => tickText(tick, ticks[1] ?? of));
          return new Set(said).size === said.length;
        },
      ),
    );
  });

  it('spans the run and all its steps', () => {
    const bars = timelineBars(GRAPH, byId(SAMPLE_ROWS), { startedAt: NOW - 60_000, now: NOW });
    assert.deepEqual(spanOf(bars, { from: NOW - 60_000, to: NOW - 50_000 }), {
      from: NOW - 60_000,
      to: NOW,
    });
    assert.deepEqual(spanOf([], { from: 5, to: 5 }), { from: 5, to: 6 });
  });
});

describe('the comparison with an earlier run', () => {
  it('tells how much longer what ran in both took', () => {
    const before = stepRow('a', 'ran', { took: 1500 });
    assert.equal(compareStep(stepRow('a', 'ran', { took: 2700 }), before, NOW).delta, 1200);
    assert.equal(compareStep(stepRow('a', 'cached', { took: 1 }), before, NOW).delta, undefined);
    assert.equal(compareStep(stepRow('a', 'running'), before, NOW).delta, undefined);
    assert.equal(compareStep(undefined, before, NOW).tookBefore, 1500);
    assert.deepEqual([1200, -40, 0.2].map(deltaText), ['+1.2 s', '−40 ms', '±0 ms']);
  });

  it('is with the newest one that began before', () => {
    const runs = [3, 1, 2].map((n) => runRow(String(n), { startedAt: n }));
    assert.equal(previousRun(runs, runs[0])?.id, '2');
    assert.equal(previousRun(runs, runs[1]), undefined);
    assert.equal(previousRun(runs, undefined), undefined);
  });

  it('puts what is missing last, in both directions', () => {
    const of = { rows: byId(SAMPLE_ROWS), before: undefined, now: NOW };
    for (const desc of [true, false]) {
      const ids = listedSteps(GRAPH, { ...of, sort: [{ id: 'took', desc }] }).map(({ id }) => id);
      assert.deepEqual(ids.slice(-2).sort(), ['evaluate', 'report']);
      assert.equal(ids[desc ? 0 : 4], 'train_model');
    }
    const plain = listedSteps(GRAPH, { ...of, sort: [] }).map(({ id }) => id);
    assert.deepEqual(
      plain,
      SAMPLE_STEPS.map(({ id }) => id),
    );
  });
});

describe('a cache key', () => {
  const part = (name: string, digest: string, display?: string) => ({ name, digest, display });
  const key = (components: ReturnType<typeof part>[]) => ({
    key: 'k',
    components: components.map(({ display, ...rest }) =>
      display === undefined ? rest : { ...rest, display },
    ),
    notTracked: [],
  });
  const NEW = key([
    part('code', '1'),
    part('parameter:gamma', '2', '0.002'),
    part('helper:features.clean', '3'),
  ]);
  const OLD = key([
    part('code', '1'),
    part('parameter:gamma', '9', '0.001'),
    part('environment:A:B', '4'),
  ]);

  it('shows what changed first, old beside new', () => {
    const step = {} as never;
    const parts = keyParts({
      fingerprint: NEW,
      previous: { step, fingerprint: OLD },
      texts: { 'parameter:gamma': { before: 'x', after: 'y' } },
    });
    assert.deepEqual(
      parts.map(({ kind, name, state, before, after }) => [kind, name, state, before, after]),
      [
        ['parameter', 'gamma', 'changed', '0.001', '0.002'],
        ['helper', 'features.clean', 'added', undefined, '3'],
        ['environment', 'A:B', 'removed', '4', undefined],
        ['code', 'code', 'same', '1', '1'],
      ],
    );
    assert.deepEqual(parts[0]?.texts, { before: 'x', after: 'y' });
  });

  it('of a first run has nothing that changed', () => {
    const parts = keyParts({ fingerprint: NEW, previous: undefined });
    assert.deepEqual(new Set(parts.map(({ state }) => state)), new Set(['same']));
    assert.deepEqual(keyParts({ fingerprint: undefined, previous: undefined }), []);
  });
});

describe('the steps of the shown run', () => {
  const step = (row: StepRow, pipelineRunId = '3'): ServerEvent => ({
    type: 'step',
    pipelineRunId,
    step: row,
  });
  const detail = (stepRows: readonly StepRow[]) => ({ ...runRow('3'), parameters: {}, stepRows });

  it('follow events, but of other runs', () => {
    const states = new StepStates();
    states.show('3');
    states.take(detail([stepRow('a', 'running')]), states.mark());
    states.apply([step(stepRow('a', 'failed'), '2')]);
    assert.equal(states.rows?.get('a')?.status, 'running');
    states.apply([step(stepRow('a', 'ran')), step(stepRow('new', 'running'))]);
    assert.equal(states.rows?.get('a')?.status, 'ran');
    assert.equal(states.rows?.get('new')?.status, 'running');
  });

  it('are not set back by an answer to an older question', () => {
    const states = new StepStates();
    states.show('3');
    const asked = states.mark();
    states.apply([step(stepRow('a', 'ran'))]);
    states.take(detail([stepRow('a', 'running')]), asked);
    assert.equal(states.rows?.get('a')?.status, 'ran');
    states.take(detail([stepRow('a', 'cancelled')]), states.mark());
    assert.equal(states.rows?.get('a')?.status, 'cancelled');
  });

  it('know how far they are as long as they run', () => {
    const states = new StepStates();
    states.show('3');
    const row = stepRow('a', 'running');
    const progress = { done: 4, total: 8 };
    const event = {
      type: 'progress',
      pipelineRunId: '3',
      stepRunId: row.id,
      stepId: 'a',
      progress,
    };
    states.apply([event as ServerEvent]);
    assert.deepEqual(states.progress(row.id), progress);
    states.apply([step(stepRow('a', 'ran'))]);
    assert.equal(states.progress(row.id), undefined);
  });

  it('know when a result of theirs was deleted, while they are read and afterwards, and is back', () => {
    const states = new StepStates();
    const made = stepRow('a', 'ran');
    const { artifact } = made.outputs[0]!;
    const told = (deletedAt?: number): ServerEvent => ({
      type: 'artifact',
      artifact: deletedAt === undefined ? artifact : { ...artifact, deletedAt },
    });
    const shown = () => states.rows?.get('a')?.outputs[0]?.artifact.deletedAt;
    states.show('3');
    const asked = states.mark();
    states.apply([told(7)]);
    states.take(detail([made, stepRow('b', 'ran')]), asked);
    assert.equal(shown(), 7);
    assert.equal(states.rows?.get('b')?.outputs[0]?.artifact.deletedAt, undefined);
    states.apply([told()]);
    assert.equal(shown(), undefined);
    states.apply([told(8)]);
    assert.equal(shown(), 8);
    const made2 = stepRow('c', 'ran', {
      outputs: [{ name: 'o', artifact: { ...artifact, id: 'c' } }],
    });
    states.apply([
      step(made2),
      { type: 'artifact', artifact: { ...artifact, id: 'c', deletedAt: 9 } },
    ]);
    assert.equal(states.rows?.get('c')?.outputs[0]?.artifact.deletedAt, 9, 'told of together');
    let changes = 0;
    states.onDidChange(() => {
      changes += 1;
    });
    states.apply([{ type: 'artifact', artifact: { ...artifact, id: 'of-no-step' } }]);
    assert.equal(changes, 0);
  });

  it('are gone with another run', () => {
    const states = new StepStates();
    states.show('3');
    states.take(detail([stepRow('a', 'ran')]), states.mark());
    states.show('4');
    assert.equal(states.rows, undefined);
    states.take(detail([stepRow('a', 'ran')]), states.mark());
    assert.equal(states.rows, undefined, 'an answer about the run before');
  });
});

describe('the runs of a pipeline', () => {
  const event = (id: string, startedAt: number, pipeline = 'training'): ServerEvent => ({
    type: 'pipeline',
    run: runRow(id, { startedAt, pipeline, status: 'running' }),
  });

  it('come newest first, with those that events tell of', () => {
    const runs = new RunRows('training');
    const unread = runs.rows;
    assert.equal(unread, undefined);
    runs.take(
      { items: [runRow('2', { startedAt: 2 }), runRow('1', { startedAt: 1 })], total: 5 },
      0,
    );
    assert.equal(runs.apply([event('x', 9, 'other')]), false);
    assert.equal(runs.apply([event('3', 3), event('1', 1)]), true);
    assert.deepEqual(
      runs.rows?.map(({ id, status }) => [id, status]),
      [
        ['3', 'running'],
        ['2', 'finished'],
        ['1', 'running'],
      ],
    );
    assert.equal(runs.more, 3);
  });

  it('are not set back by an answer to an older question', () => {
    const runs = new RunRows('training');
    const asked = runs.mark();
    runs.apply([event('1', 1)]);
    runs.take({ items: [runRow('1', { startedAt: 1 })], total: 1 }, asked);
    assert.equal(runs.rows?.[0]?.status, 'running');
    runs.take({ items: [runRow('1', { startedAt: 1 })], total: 1 }, runs.mark());
    assert.equal(runs.rows?.[0]?.status, 'finished');
  });
});

describe('the kept view of the page', () => {
  it('is as it was written', () => {
    const view = {
      ...PIPELINE_VIEW.initial,
      tab: 'timeline' as const,
      stepId: 'a',
      isPacked: true,
      viewport: { x: -40, y: 12.5, zoom: 0.8 },
    };
    assert.deepEqual(PIPELINE_VIEW.parse(JSON.parse(JSON.stringify(view))), view);
  });
  it('is a graph at first, and where there is no room for one, an outline', () => {
    const { tab } = PIPELINE_VIEW.initial;
    assert.deepEqual([shownTab({ tab }, false), shownTab({ tab }, true)], ['graph', 'outline']);
    assert.equal(shownTab({ tab: 'graph' }, true), 'graph');
  });
  it('is within bounds, whatever was kept', () => {
    assert.equal(PIPELINE_VIEW.parse({ tab: 'map' }), undefined);
    assert.equal(PIPELINE_VIEW.parse({ viewport: { x: 0, y: Number.NaN } })?.viewport, undefined);
    assert.equal(PIPELINE_VIEW.parse({ viewport: { x: 0, y: 0, zoom: 99 } })?.viewport?.zoom, 2);
    const parsed = PIPELINE_VIEW.parse({ tab: 'list', runsWidth: 1e9, sideWidth: 'x', stepId: 7 });
    assert.deepEqual([parsed?.runsWidth, parsed?.sideWidth, parsed?.stepId], [480, 400, undefined]);
  });
});
