// No panel loses an update: whatever comes in whatever order, the page ends as one that is opened afterwards.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PanelSubject } from '../../src/protocol/webview/panel';
import { touchesValues } from '../../webview/shared/touches';
import { id } from '../unit/api/panelFixture';
import { openPage } from './dom';
import {
  CONTENT,
  HAPPENING_COUNT,
  happening,
  LOGS_NEW_METRIC,
  OTHER_RUN,
  PIPELINE_RUN,
  RUN,
} from './happenings';
import { LivePage } from './livePages';
import { giveSize } from './size';
import { LOST, NOW, World } from './world';

interface Case {
  readonly subject: PanelSubject;
  /** One is drawn by lot. */
  readonly views: readonly object[];
  /** Is there once something has been read. */
  readonly seen: RegExp;
}

/** Of charts the names, legends and empty states are compared: what is drawn on a canvas has no text. */
const CASES: Readonly<Record<string, Case>> = {
  runs: { subject: { kind: 'runs' }, views: [{}], seen: /owl/ },
  charts: {
    subject: { kind: 'charts', runIds: [RUN, OTHER_RUN] },
    views: [{}, { tab: 'compare' }, { tab: 'parameters' }, { tab: 'over-time' }],
    seen: /owl|classifier|parameter/,
  },
  run: {
    subject: { kind: 'run', runId: RUN },
    views: ['overview', 'parameters', 'models', 'code', 'logs', 'children', 'edits'].map((tab) => ({
      tab,
    })),
    seen: /owl/,
  },
  pipeline: {
    subject: { kind: 'pipeline', pipeline: 'training' },
    views: [
      { tab: 'list' },
      { tab: 'outline' },
      { tab: 'graph', stepId: 'train' },
      { tab: 'outline', stepId: 'load' },
      { tab: 'timeline', runId: PIPELINE_RUN },
      { tab: 'list', runId: 'newest' },
    ],
    seen: /training-1/,
  },
  artifact: {
    subject: { kind: 'artifact', artifactId: id('a1') },
    views: [{ tab: 'facts' }, { tab: 'versions' }, { tab: 'compare', against: id('a2') }],
    seen: /data/,
  },
  models: {
    subject: { kind: 'models', model: 'classifier' },
    views: [{}, { tab: 'compare' }, { version: '1' }],
    seen: /classifier/,
  },
};

type Act =
  /** At once, so that their events come together. */
  | { readonly is: 'change'; readonly which: readonly number[] }
  /** `gap`: the event stream breaks, and what happens meanwhile is not told. */
  | { readonly is: 'restart' | 'gap'; readonly meanwhile: readonly number[] }
  | { readonly is: 'wait'; readonly ms: number }
  /** Everything was read. */
  | { readonly is: 'settle' }
  | { readonly is: 'hide' | 'show' | 'reload' | 'break' | 'fail' };

/** What is all that happens, so that nothing else has the page read its values anew. */
const ALONE: readonly (readonly [keyof typeof CASES, object])[] = [
  ['models', {}],
  ['models', { tab: 'compare' }],
  ['charts', { tab: 'over-time' }],
];
const NEW_METRIC: readonly Act[] = [{ is: 'settle' }, { is: 'change', which: [LOGS_NEW_METRIC] }];

const some = (limits: fc.ArrayConstraints) => fc.array(fc.nat(HAPPENING_COUNT - 1), limits);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant('change' as const),
      which: some({ minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ is: fc.constant('wait' as const), ms: fc.nat(250) }) },
  {
    weight: 4,
    arbitrary: fc.record({ is: fc.constantFrom('hide', 'show', 'reload', 'break', 'fail') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constantFrom('restart' as const, 'gap' as const),
      meanwhile: some({ maxLength: 3 }),
    }),
  },
);

/** All timers of panels run so many times as fast; their order stays. */
const FASTER = 16;
const realTimeout = globalThis.setTimeout;
const soon = (ms: number) => new Promise<void>((resolve) => void realTimeout(resolve, ms));

describe('what shows values of runs', () => {
  it('is touched by their points, also without their rows', () => {
    const points = (runId: string) =>
      ({ type: 'points', runId, key: 'loss', count: 1, lastStep: 0, lastValue: 1 }) as const;
    assert.equal(touchesValues(points(RUN), OTHER_RUN, RUN), true);
    assert.equal(touchesValues(points(RUN), OTHER_RUN), false);
  });
});

describe('no panel loses an update', () => {
  const realNow = Date.now;
  before(() => {
    Date.now = () => NOW;
    const faster = (callback: () => void, ms?: number) => realTimeout(callback, (ms ?? 0) / FASTER);
    globalThis.setTimeout = Object.assign(faster, realTimeout) as never;
  });
  after(() => {
    Date.now = realNow;
    globalThis.setTimeout = realTimeout;
  });

  for (const [name, view] of ALONE) {
    it(`the ${name} page follows a new metric alone, shown as ${JSON.stringify(view)}`, () =>
      play(CASES[name] as Case, NEW_METRIC, view));
  }

  for (const [name, one] of Object.entries(CASES)) {
    it(`the ${name} page ends as a new one begins`, async function () {
      this.timeout(120_000);
      const acts = fc.array(act, { minLength: 4, maxLength: 14 });
      const views = fc.constantFrom(...one.views);
      await fc.assert(
        fc.asyncProperty(acts, views, (all, view) => play(one, all, view)),
        { numRuns: RUNS, seed: SEED, endOnFailure: true },
      );
    });
  }
});

const RUNS = Number(process.env['RUNLENS_TEST_RUNS'] ?? 5);
const SEED = Number(process.env['RUNLENS_TEST_SEED'] ?? 20_261_121);

async function play({ subject, seen }: Case, acts: readonly Act[], view: object): Promise<void> {
  const dom = openPage();
  giveSize(dom);
  giveGlobals(dom);
  const world = new World();
  await world.open(CONTENT);
  const page = new LivePage({ subject, view, world, dom });
  try {
    page.show();
    let count = 0;
    const next = (all: readonly number[]) => all.flatMap((each) => happening(each, ++count));
    for (const each of acts) await perform(each, { page, world, next });
    world.failing = 0;
    page.show();
    const live = await settled(page, world);
    assert.match(live, seen);
    page.reload();
    assert.equal(live, await settled(page, world));
  } finally {
    page.dispose();
    await soon(30);
    await world.close();
    await dom.close();
  }
}

interface Stage {
  readonly page: LivePage;
  readonly world: World;
  readonly next: (all: readonly number[]) => ReturnType<typeof happening>;
}

async function perform(what: Act, { page, world, next }: Stage): Promise<void> {
  switch (what.is) {
    case 'change':
      return world.commit(...next(what.which));
    case 'restart':
      return world.restart(next(what.meanwhile));
    case 'gap':
      return world.miss(next(what.meanwhile));
    case 'wait':
      return soon(what.ms / FASTER);
    case 'break':
      return world.reconnect();
    case 'settle':
      await settled(page, world);
      return;
    case 'fail':
      // More of them, and the pause before the next question is longer than anybody waits here.
      world.failing = Math.min(2, world.failing + 1);
      return;
    default:
      page[what.is]();
  }
}

/** Until nothing is asked, and the text has stayed for longer than anything waits before it asks again. */
async function settled(page: LivePage, world: World): Promise<string> {
  const [step, calm] = [20, 5000 / FASTER];
  let [last, since] = [page.text, 0];
  for (let ms = 0; ms < 8000 && since < calm; ms += step) {
    await soon(step);
    const now = page.text;
    const isCalm = now === last && world.pending === 0 && !now.includes(LOST);
    since = isCalm ? since + step : 0;
    last = now;
  }
  return last;
}

function giveGlobals({ window }: ReturnType<typeof openPage>): void {
  const matchMedia = () => ({
    matches: false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  });
  Object.assign(window, { matchMedia });
  const names = [
    'HTMLSelectElement',
    'HTMLInputElement',
    'DOMParser',
    'HTMLScriptElement',
  ] as const;
  const globals = globalThis as Record<string, unknown>;
  for (const name of names) globals[name] = window[name];
  Object.defineProperty(window.HTMLCanvasElement.prototype, 'getContext', {
    configurable: true,
    value(this: object) {
      return blankContext(this);
    },
  });
}

/** Where drawing leads nowhere: there is no canvas here. */
function blankContext(canvas: object): object {
  const held: Record<string | symbol, unknown> = {
    canvas,
    measureText: () => ({ width: 10, actualBoundingBoxAscent: 8, actualBoundingBoxDescent: 2 }),
  };
  return new Proxy(held, { get: (of, key) => (key in of ? of[key] : () => undefined) });
}
