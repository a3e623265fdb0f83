// A host of the page of runs over a real store: routes are called as the server calls them.

import { tableRoutes } from '../../src/api/runTable';
import { runRoutes } from '../../src/api/tracking';
import { toRaw } from '../../src/client/http';
import type { NamedView } from '../../src/domain/runsView';
import type { ControlRoute, RequestOf, SearchRefusal } from '../../src/protocol/control';
import type { ServerEvent } from '../../src/protocol/events';
import type { PageTarget, PanelStart } from '../../src/protocol/webview/panel';
import type { RunsHost } from '../../src/protocol/webview/views';
import { blobPathUnder } from '../../src/tracking/artifactPath';
import { checkKey } from '../../src/tracking/validation';
import { PAGE_VIEW, type PageView } from '../../webview/runs/pageView';
import { Panel } from '../../webview/shared/panel';
import { callRoute } from '../support/callRoute';
import type { StoreFixture } from '../unit/api/fixture';

export class RunsFixture {
  readonly asks: { readonly route: string; readonly request: unknown }[] = [];
  readonly commands: { readonly command: string; readonly target: PageTarget }[] = [];
  readonly copies: string[] = [];
  readonly shows: { readonly runIds: readonly string[]; readonly shown: boolean }[] = [];
  views: NamedView[] = [];
  /** Questions that have no answer yet. */
  pending = 0;
  kept: unknown;
  /** Set: every question fails with it. */
  down: string | undefined;
  start: PanelStart = {
    subject: { kind: 'runs' },
    place: { id: 'p', name: 'digits', source: undefined, canWrite: true, canRun: true },
    status: { kind: 'up', storeBytes: 12 * 1024 * 1024 },
    shown: [],
    locale: 'en',
    texts: {},
  };

  constructor(private readonly store: StoreFixture) {}

  open(): Panel<PageView, RunsHost> {
    const panel = new Panel<PageView, RunsHost>(
      {
        remote: this.host,
        kept: this.kept,
        keep: (state) => {
          this.kept = structuredClone(state);
        },
        dispose: () => undefined,
      },
      PAGE_VIEW,
    );
    void panel.begin();
    return panel;
  }

  readonly host: RunsHost = {
    ready: async () => this.start,
    ask: (route, request) => this.call(route, request),
    change: (route, request) => this.call(route, request),
    run: async (command, target) => {
      this.commands.push({ command, target });
    },
    show: async (runIds, shown) => {
      this.shows.push({ runIds, shown });
    },
    copy: async (text) => {
      this.copies.push(text);
    },
    save: async () => true,
    report: async () => undefined,
    listViews: async () => ({ views: this.views, problems: [] }),
    saveView: async (view) => {
      this.views = [...this.views.filter(({ name }) => name !== view.name), view];
    },
    deleteView: async (name) => {
      this.views = this.views.filter((view) => view.name !== name);
    },
  };

  private async call<R extends ControlRoute>(route: R, request: RequestOf<R>) {
    this.asks.push({ route, request });
    this.pending += 1;
    try {
      return await this.answer(route, request);
    } finally {
      this.pending -= 1;
    }
  }

  private async answer<R extends ControlRoute>(route: R, request: RequestOf<R>) {
    if (this.down !== undefined) throw new Error(this.down);
    const { store } = this.store;
    const ports = {
      store,
      // A source of the same runs, so that a page of one can be opened.
      sources: { store: (id: string) => (id === 's' ? store : undefined), files: async () => [] },
      clock: { now: () => 1_000_000 },
      user: 'ada',
      checkKey: (key: string) => checkKey(key, { field: 'key', name: 'key' }),
      runFolder: blobPathUnder,
      stopPipeline: async () => false,
    };
    const raw = toRaw(route, JSON.parse(JSON.stringify(request)) as Record<string, unknown>);
    const routes = [...tableRoutes(ports), ...runRoutes(ports)];
    const body = raw.body === undefined ? undefined : String(raw.body);
    const answer = await callRoute<unknown>(routes, `${raw.method} ${raw.path}`, body);
    if (answer.status === 200) return { ok: true as const, value: answer.body as never };
    const refusal = answer.body as SearchRefusal;
    if (typeof refusal.position !== 'number') throw new Error(refusal.message);
    return { ok: false as const, refusal };
  }
}

/** What the server sends when a run begins or changes. */
export const runEvent = (runId: string, experimentId = '0'): ServerEvent => ({
  type: 'run',
  run: {
    runId,
    experimentId,
    name: '',
    status: 'RUNNING',
    lifecycleStage: 'active',
    startTime: 0,
    endTime: undefined,
    parentRunId: undefined,
    children: 0,
    primaryMetric: undefined,
    pipelineRunId: undefined,
    stepId: undefined,
  },
});
