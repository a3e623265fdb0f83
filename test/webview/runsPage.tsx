// The page of runs as a person uses it, over a real store: what its tests begin with.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import { render } from 'preact';
import type { RunsHost } from '../../src/protocol/webview/views';
import { App } from '../../webview/runs/app';
import { RunsModel } from '../../webview/runs/model';
import type { PageView } from '../../webview/runs/pageView';
import type { Panel } from '../../webview/shared/panel';
import { Toaster } from '../../webview/shared/ui/toast';
import { point, StoreFixture } from '../unit/api/fixture';
import { openPage } from './dom';
import { RunsFixture } from './runsHost';

const SIZE = { offsetWidth: 1600, offsetHeight: 600, clientWidth: 1600, clientHeight: 600 };

export const soon = (ms = 60) => new Promise((resolve) => setTimeout(resolve, ms));

/** Three runs with `loss` 3, 1 and 2, `lr` 0.1, 0.01 and 0.1; `open` draws the page. */
export class RunsPage {
  page!: ReturnType<typeof openPage>;
  store!: StoreFixture;
  fixture!: RunsFixture;
  panel!: Panel<PageView, RunsHost>;
  model!: RunsModel;
  runs!: string[];

  async begin(): Promise<void> {
    this.page = openPage();
    for (const [name, value] of Object.entries(SIZE)) {
      Object.defineProperty(this.page.window.HTMLElement.prototype, name, {
        configurable: true,
        get: () => value,
      });
    }
    const globals = globalThis as Record<string, unknown>;
    globals['ResizeObserver'] = this.page.window.ResizeObserver;
    globals['HTMLInputElement'] = this.page.window.HTMLInputElement;
    // Names of its runs count from 1.
    this.store = new StoreFixture();
    await this.store.open();
    this.runs = [];
    await this.finished('0.1', 3);
    await this.finished('0.01', 1);
    await this.finished('0.1', 2);
    this.fixture = new RunsFixture(this.store);
  }

  async end(): Promise<void> {
    render(null, this.page.root);
    this.model.dispose();
    this.panel.dispose();
    await soon();
    await this.page.close();
    await this.store.close();
  }

  private async finished(lr: string, loss: number): Promise<void> {
    const runId = await this.store.createRun({ team: 'a' });
    this.runs.push(runId);
    await this.store.store.commit({
      type: 'run.log',
      runId,
      metrics: [point('loss', 0, 9), point('loss', 1, loss)],
      params: [
        { key: 'lr', value: lr },
        { key: 'model', value: 'svm' },
      ],
      tags: [],
    });
    await this.store.store.commit({ type: 'run.update', runId, status: 'FINISHED', endTime: 100 });
  }

  /** Until nothing is asked any more and what came is drawn, however busy the machine is. */
  readonly settled = async () => {
    let asked = -1;
    for (let quiet = 0; quiet < 4; ) {
      await soon(40);
      quiet = this.fixture.pending === 0 && this.fixture.asks.length === asked ? quiet + 1 : 0;
      asked = this.fixture.asks.length;
    }
  };

  readonly open = async () => {
    this.panel = this.fixture.open();
    this.model = new RunsModel(this.panel);
    render(<App model={this.model} toaster={new Toaster()} />, this.page.root);
    await this.settled();
  };

  readonly all = (selector: string) => [...this.page.root.querySelectorAll<HTMLElement>(selector)];

  readonly names = () =>
    this.all('.rl-body [data-column=name]').map((cell) => cell.textContent ?? '');

  readonly column = (id: string) =>
    this.all('.rl-body [role=gridcell]')
      .filter((cell) => cell.dataset['column'] === id)
      .map((cell) => cell.textContent ?? '');

  readonly heads = () => this.all('[role=columnheader]').map((head) => head.dataset['column']);

  readonly click = async (element: HTMLElement | undefined, init: MouseEventInit = {}) => {
    assert.ok(element, 'there is nothing to click');
    const event = new this.page.window.MouseEvent('click', { bubbles: true, ...(init as object) });
    element.dispatchEvent(event as unknown as Event);
    await this.settled();
  };

  readonly press = async (target: HTMLElement, key: string, init: KeyboardEventInit = {}) => {
    const { KeyboardEvent } = this.page.window;
    const event = new KeyboardEvent('keydown', {
      key,
      bubbles: true,
      cancelable: true,
      ...(init as object),
    });
    target.dispatchEvent(event as unknown as Event);
    await this.settled();
  };

  readonly button = (text: string) =>
    this.all('vscode-button, button').find(
      (each) => each.textContent === text || each.getAttribute('aria-label') === text,
    );

  readonly view = (change: Partial<RunsModel['view']>) => {
    this.model.setView({ ...this.model.view, ...change });
    return this.settled();
  };

  readonly tell = async (...events: Parameters<Panel<PageView, RunsHost>['page']['events']>[0]) => {
    await this.panel.page.events(events);
    await this.settled();
  };
}

/** One that begins anew for each test of a suite. */
export function eachRunsPage(): RunsPage {
  const at = new RunsPage();
  beforeEach(() => at.begin());
  afterEach(() => at.end());
  return at;
}
