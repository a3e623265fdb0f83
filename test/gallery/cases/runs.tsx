// The page of runs in its states.
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { EMPTY_VIEW } from '../../../src/domain/runsView';
import { App } from '../../../webview/runs/app';
import { withColumn } from '../../../webview/runs/pageView';
import { Toaster } from '../../../webview/shared/ui/toast';
import '../../../webview/runs/runs.css';
import { appears, type GalleryCase } from '../galleryCase';
import { NOW } from '../runRows';
import { type SampleOptions, sampleModel } from '../runsHost';

function Runs({ toast, ...options }: SampleOptions & { readonly toast?: string }) {
  const [model] = useState(() => sampleModel(options));
  const [toaster] = useState(() => {
    const made = new Toaster();
    if (toast !== undefined) {
      made.show({ text: toast, action: { label: 'Undo', run: () => undefined } });
    }
    return made;
  });
  return <App model={model} toaster={toaster} now={NOW} />;
}

const CELL = '.rl-body [role=gridcell] .rl-link';

/** Rows, and the lines in them where there is room for these. */
const rows = async (root: HTMLElement) => {
  await appears(root, CELL);
  if (window.innerWidth > 1000) await appears(root, '.rl-spark');
};

/** Scrolls until the head of a column is there, as in a narrow panel. */
async function head(root: HTMLElement, column: string): Promise<HTMLElement> {
  const scroller = await appears(root, '.rl-scroller');
  for (let i = 0; i < 20; i += 1) {
    const found = root.querySelector<HTMLElement>(`.rl-head [data-column="${column}"]`);
    if (found && found.getBoundingClientRect().right < window.innerWidth) return found;
    scroller.scrollLeft += 150;
    await new Promise((resolve) => setTimeout(resolve, 60));
  }
  throw new Error(`There is no column ${column}`);
}

const opensButton = (name: string) => async (root: HTMLElement) => {
  await rows(root);
  const button = await appears(root, `button[title="${name}"]`);
  button.click();
  await appears(root, '.rl-popover, .rl-menu');
};

const HEIGHT = 520;

/** Names of metrics that are markup, formulas, parts of objects, or longer than any column. */
const HOSTILE_KEYS = [
  '<svg onload=alert(1)>',
  '__proto__',
  'constructor',
  "=cmd|' /C calc'!A0",
  'val/\u202egnol',
  'k'.repeat(250),
];

export const cases: readonly GalleryCase[] = [
  {
    name: 'runs: many',
    draw: () => <Runs />,
    height: HEIGHT,
    act: rows,
    seen: [
      'training-1000',
      '<img src=x onerror="document.body.remove()">',
      'two↵lines',
      '214 runs · 3 shown',
      'store 12 MB',
      'Only Differing',
    ],
  },
  {
    name: 'runs: baseline, pinned run, chosen values',
    draw: () => (
      <Runs
        view={{
          baseline: 'run-1',
          pinnedRuns: ['run-7'],
          values: { 'val/loss': 'best' },
          directions: { f1: 'min' },
          sort: [{ id: 'metrics.val/accuracy', desc: true }],
        }}
      />
    ),
    height: HEIGHT,
    act: async (root) => {
      await rows(root);
      await head(root, 'metrics.val/loss');
      await appears(root, '.rl-delta');
    },
    seen: ['baseline', 'better', 'worse', '(best)'],
  },
  {
    name: 'runs: selected',
    draw: () => (
      <Runs
        toast="2 runs deleted"
        page={{ selection: { kind: 'some', ids: ['run-1', 'run-2', 'run-6'] } }}
      />
    ),
    height: HEIGHT,
    act: rows,
    seen: ['3 selected', 'Compare', 'Show in Charts', 'Delete', 'Undo'],
  },
  {
    name: 'runs: groups',
    draw: () => <Runs view={{ groupBy: [{ on: 'param', key: 'optimizer' }] }} />,
    height: HEIGHT,
    act: async (root) => {
      const arrow = await appears(root, '[data-row="3"] [data-act=expand]');
      arrow.click();
      await rows(root);
      await head(root, 'metrics.val/accuracy');
    },
    seen: ['optimizer = adam (70 runs)', '0.912 ± 0.0041', 'optimizer = –'],
  },
  {
    name: 'runs: nested, experiment and tag columns, only differing',
    draw: () => (
      <Runs
        view={{
          ...['tags.team', 'params.batch_size', 'id'].reduce(
            (view, id) => withColumn(view, id, true),
            EMPTY_VIEW,
          ),
          isOnlyDiffering: true,
        }}
      />
    ),
    height: HEIGHT,
    act: async (root) => {
      const arrow = await appears(root, '[data-act=expand]');
      arrow.click();
      await rows(root);
    },
    seen: ['Only Differing (1 hidden)', 'Collapse', 'digits', 'Experiment'],
  },
  {
    name: 'runs: hostile data',
    draw: () => (
      <Runs
        metrics={HOSTILE_KEYS}
        views={[{ name: '<img src=x onerror="alert(1)">', view: EMPTY_VIEW }]}
        page={{ viewName: '<img src=x onerror="alert(1)">' }}
        status={{ kind: 'down', message: '<script>alert(1)</script> is no server.' }}
      />
    ),
    height: HEIGHT,
    act: opensButton('Columns'),
    seen: [
      '<img src=x onerror="document.body.remove()">',
      '<svg onload=alert(1)>',
      '__proto__',
      '<script>alert(1)</script> is no server.',
    ],
  },
  {
    name: 'runs: columns picker',
    draw: () => <Runs />,
    height: HEIGHT,
    act: opensButton('Columns'),
    seen: ['Search columns', 'Sparklines', 'mlflow.user', 'Reset Columns'],
  },
  {
    name: 'runs: group picker',
    draw: () => <Runs view={{ groupBy: [{ on: 'param', key: 'lr' }] }} />,
    height: HEIGHT,
    act: async (root) => {
      await appears(root, '[data-act=expand]');
      const button = await appears(root, 'button[title="Group by"]');
      button.click();
      await appears(root, '.rl-popover');
    },
    seen: ['then by', 'optimizer (parameter)', 'Do Not Group'],
  },
  {
    name: 'runs: saved views',
    draw: () => (
      <Runs
        views={[
          { name: 'Best of the sweep', view: EMPTY_VIEW },
          { name: '<b>عرض</b> 🦉', view: EMPTY_VIEW },
        ]}
        page={{ viewName: 'Best of the sweep' }}
      />
    ),
    height: HEIGHT,
    act: async (root) => {
      await opensButton('Views')(root);
      await appears(root, '.runs-views');
    },
    seen: ['Best of the sweep', 'Save Over It', '.runlens/views/old.json'],
  },
  {
    name: 'runs: renaming',
    draw: () => <Runs />,
    height: HEIGHT,
    act: async (root) => {
      await rows(root);
      const cell = await appears(root, '.rl-body [data-column=name]');
      cell.focus();
      cell.dispatchEvent(new KeyboardEvent('keydown', { key: 'F2', bubbles: true }));
      await appears(root, '.runs-edit');
    },
    seen: ['Name of training-1000'],
  },
  {
    name: 'runs: 200 parameters, scrolled to them',
    draw: () => (
      <Runs
        count={40}
        params={Array.from({ length: 196 }, (_, i) => `layer.${i}.units`)}
        view={{ sort: [{ id: 'params.seed', desc: false }] }}
      />
    ),
    height: HEIGHT,
    async act(root) {
      await rows(root);
      await head(root, 'params.seed');
    },
    seen: ['seed', 'ppppp'],
  },
  {
    name: 'runs: a tag for the selected runs',
    draw: () => <Runs page={{ selection: { kind: 'all', except: ['run-1'] } }} />,
    height: HEIGHT,
    async act(root) {
      await opensButton('Tag')(root);
      const field = await appears<HTMLInputElement>(root, '.runs-form vscode-text-field');
      field.value = 'best';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await appears(root, '.runs-form vscode-button:not([disabled])');
    },
    seen: ['213 selected', 'Set Tag', 'Value'],
  },
  {
    name: 'runs: menu of a run',
    draw: () => <Runs />,
    height: HEIGHT,
    async act(root) {
      await rows(root);
      const cell = await appears(root, '.rl-body [data-column=name]');
      cell.focus();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const key = { key: 'F10', shiftKey: true, bubbles: true };
      cell.dispatchEvent(new KeyboardEvent('keydown', key));
      await appears(document, '[role=menu]');
    },
    seen: ['Baseline', 'Pin to the Top', 'Rename…', 'Show in the Tree'],
  },
  {
    name: 'runs: values of a metric',
    draw: () => <Runs view={{ values: { f1: 'best' } }} />,
    height: HEIGHT,
    async act(root) {
      await rows(root);
      (await head(root, 'metrics.f1')).dispatchEvent(
        new MouseEvent('contextmenu', { bubbles: true, clientX: 200 }),
      );
      const item = await appears(document, '[role=menuitem]');
      item.click();
      await appears(document, '[aria-label="Value of the column"]');
    },
    seen: ['best', 'last', 'first', '(best)'],
  },
  {
    name: 'runs: a filter that is refused',
    draw: () => <Runs view={{ filter: 'lr > 0.001 AND bad.x = 1' }} />,
    height: HEIGHT,
    act: async (root) => {
      await appears(root, '.rl-filter-problem');
    },
    seen: ['Valid values are', 'At character'],
  },
  {
    name: 'runs: nothing found',
    draw: () => <Runs count={0} view={{ filter: 'loss < 0' }} />,
    height: HEIGHT,
    act: async (root) => {
      await appears(root, '.rl-empty');
    },
    seen: ['No run is found', 'Clear Filter'],
  },
  {
    name: 'runs: none yet',
    draw: () => <Runs count={0} />,
    height: HEIGHT,
    act: async (root) => {
      await appears(root, '.rl-empty');
    },
    seen: ['No runs yet', 'mlflow.log_metric', 'Create Sample Project', '0 runs'],
  },
  {
    name: 'runs: loading',
    draw: () => <Runs isSilent />,
    height: HEIGHT,
    act: async (root) => {
      await appears(root, '.rl-bone');
    },
    seen: ['Reading runs', 'Columns'],
  },
  {
    name: 'runs: the server is gone',
    draw: () => (
      <Runs
        failure="The server does not answer. Look into its log."
        status={{ kind: 'down', message: 'The server ended. Runlens starts it again.' }}
      />
    ),
    height: HEIGHT,
    act: async (root) => {
      await appears(root, '[role=alert]');
    },
    seen: ['The server ended', 'Try Again', 'Show Log'],
  },
];
