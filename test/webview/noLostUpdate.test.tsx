// No panel loses an update: whatever comes in whatever order, the page ends as one that is opened afterwards.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { PanelSubject } from '../../src/protocol/webview/panel';
import { id } from '../unit/api/panelFixture';
import { openPage } from './dom';
import { CONTENT, HAPPENING_COUNT, happening, OTHER_RUN, PIPELINE_RUN, RUN } from './happenings';
import { LivePage } from './livePages';
import { giveSize } from './size';
import { NOW, World } from './world';

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
  | { readonly is: 'change'; readonly which: number }
  | { readonly is: 'restart'; readonly meanwhile: readonly number[] }
  | { readonly is: 'wait'; readonly ms: number }
  | { readonly is: 'hide' | 'show' | 'reload' | 'break' | 'fail' };

const which = fc.nat(HAPPENING_COUNT - 1);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant('change' as const), which }) },
  { weight: 5, arbitrary: fc.record({ is: fc.constant('wait' as const), ms: fc.nat(250) }) },
  {
    weight: 4,
    arbitrary: fc.record({ is: fc.constantFrom('hide', 'show', 'reload', 'break', 'fail') }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      is: fc.constant('restart' as const),
      meanwhile: fc.array(which, { maxLength: 3 }),
    }),
  },
);

/** All timers of panels run so many times as fast; their order stays. */
const FASTER = 8;
const realTimeout = globalThis.setTimeout;
const soon = (ms: number) => new Promise<void>((resolve) => void realTimeout(resolve, ms));

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

const RUNS = Number(process.env['RUNLENS_TEST_RUNS'] ?? 6);
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
    const next = (some: readonly number[]) => some.flatMap((each) => happening(each, ++count));
    for (const each of acts) await perform(each, { page, world, next });
    world.failing = 0;
    page.show();
    const live = await settled(page);
    assert.match(live, seen);
    page.reload();
    assert.equal(live, await settled(page));
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
  readonly next: (some: readonly number[]) => ReturnType<typeof happening>;
}

async function perform(what: Act, { page, world, next }: Stage): Promise<void> {
  switch (what.is) {
    case 'change':
      return world.commit(...next([what.which]));
    case 'restart':
      return world.restart(next(what.meanwhile));
    case 'wait':
      return soon(what.ms / FASTER);
    case 'break':
      return world.reconnect();
    case 'fail':
      world.failing += 1;
      return;
    default:
      page[what.is]();
  }
}

/** Until the text has stayed for as long as anything waits before it asks again; no more than four seconds. */
async function settled(page: LivePage): Promise<string> {
  const [step, calm] = [20, 450];
  let [last, since] = [page.text, 0];
  for (let ms = 0; ms < 4000 && since < calm; ms += step) {
    await soon(step);
    const now = page.text;
    since = now === last ? since + step : 0;
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
