// The Models page: versions, comparison, metrics over versions, and its states.
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import { App } from '../../../webview/models/app';
import '../../../webview/models/models.css';
import type { ModelsView } from '../../../webview/models/view';
import { NowContext } from '../../../webview/shared/table/clock';
import { type AnsweringOptions, never, type RouteAnswers } from '../answeringPanel';
import { appears, type GalleryCase } from '../galleryCase';
import { HOSTILE_MODELS, MODEL_ANSWERS, modelsPanel, NO_MODELS, NOW } from '../models';

interface PageProps {
  readonly answers: RouteAnswers;
  readonly view: Partial<ModelsView>;
  readonly more: Partial<AnsweringOptions<ModelsView>>;
}

function Page({ answers, view, more }: PageProps) {
  const [{ panel }] = useState(() => modelsPanel(answers, view, more));
  return (
    <NowContext.Provider value={NOW}>
      <App panel={panel} />
    </NowContext.Provider>
  );
}

const draw =
  (
    view: Partial<ModelsView> = {},
    answers: RouteAnswers = MODEL_ANSWERS,
    more: Partial<AnsweringOptions<ModelsView>> = {},
  ) =>
  () => <Page answers={answers} view={view} more={more} />;

function pressed(root: HTMLElement, text: string): void {
  const all = [...root.querySelectorAll<HTMLElement>('button')];
  all.find((each) => each.textContent === text)?.click();
}

const shows = (selector: string) => async (root: HTMLElement) => {
  await appears(root, selector);
  await new Promise((resolve) => setTimeout(resolve, 80));
};

export const cases: readonly GalleryCase[] = [
  {
    name: 'models: versions',
    draw: draw(),
    seen: [
      'classifier',
      '@champion',
      'training-13',
      'Production',
      'mlflow.sklearn.load_model',
      'scikit-learn==1.5.3',
      'Got the alias champion',
    ],
    act: shows('.models-history'),
  },
  {
    name: 'models: an older version, promoted',
    draw: draw({ version: '2' }),
    seen: ['v2', 'Production', 'Take the alias champion from v2'],
    act: async (root) => {
      (await appears(root, '.models-history')).scrollIntoView();
    },
  },
  {
    name: 'models: moving an alias',
    draw: draw(),
    seen: ['Move from v2', 'Cancel'],
    act: async (root) => {
      await appears(root, '.models-history');
      pressed(root, 'Set Alias');
      const field = await appears(root, '.models-line vscode-text-field');
      Reflect.set(field, 'value', 'champion');
      field.dispatchEvent(new Event('input', { bubbles: true }));
    },
  },
  {
    name: 'models: before a promotion',
    draw: draw(),
    seen: ['Archive the versions in Production', 'now None', 'Promote'],
    act: async (root) => {
      const stage = await appears<HTMLSelectElement>(root, '.models-version select');
      stage.value = 'Production';
      stage.dispatchEvent(new Event('change', { bubbles: true }));
      await appears(root, 'vscode-checkbox');
    },
  },
  {
    name: 'models: descriptions being written',
    draw: draw({
      draft: {
        text: 'Smaller learning rate, *seed 7*',
        base: '',
        model: 'classifier',
        version: '3',
      },
    }),
    seen: ['Save', 'It was changed elsewhere meanwhile'],
    act: shows('textarea'),
  },
  {
    name: 'models: read only, server down',
    draw: draw({}, MODEL_ANSWERS, {
      start: {
        place: { id: 'p', name: 'digits', source: undefined, canWrite: false, canRun: false },
        status: { kind: 'down', message: 'The server of this folder ended.' },
      },
    }),
    seen: ['The server of this folder ended.', 'Stage', 'owner: vision'],
    act: shows('.models-history'),
  },
  {
    name: 'models: all of two versions',
    draw: draw({ tab: 'compare', onlyDifferences: false }),
    seen: ['optimizer', 'adam'],
    act: shows('.models-differs'),
  },
  {
    name: 'models: hostile comparison',
    draw: draw({ tab: 'compare' }, HOSTILE_MODELS),
    seen: ['differences', '<img src=x', '…'],
    act: shows('.models-difference'),
  },
  {
    name: 'models: two versions compared',
    draw: draw({ tab: 'compare' }),
    seen: ['9 differences', 'equal rows hidden', '0.01', 'better', 'weight'],
    act: shows('.models-difference'),
  },
  {
    name: 'models: a metric over versions',
    draw: draw({ tab: 'over-time' }),
    seen: ['val/accuracy over the versions of classifier'],
    act: shows('canvas'),
  },
  {
    name: 'models: none registered',
    draw: draw({}, NO_MODELS),
    seen: ['No model is registered yet', 'registered_model_name', 'Copy This Snippet'],
    act: shows('.rl-empty'),
  },
  {
    name: 'models: nothing found',
    draw: draw({ search: 'zzz', model: 'classifier' }),
    seen: ['No model has this in its name or description.'],
    act: shows('.models-list [role=status]'),
  },
  {
    name: 'models: loading',
    draw: draw({}, { ...MODEL_ANSWERS, 'GET /api/models': never }),
    seen: ['Reading models'],
    act: shows('[role=status] .rl-bone'),
    height: 300,
  },
  {
    name: 'models: problem',
    draw: draw(
      {},
      {
        ...MODEL_ANSWERS,
        'GET /api/models': () => {
          throw new Error('The server of this folder does not answer. See the log.');
        },
      },
    ),
    seen: ['The server of this folder does not answer.', 'Try Again', 'Show Log'],
    act: shows('[role=alert]'),
    height: 300,
  },
  {
    name: 'models: hostile data',
    draw: draw({}, HOSTILE_MODELS),
    seen: ['<img src=x', 'is no MLmodel file', '997 more'],
    act: shows('.models-history'),
  },
];
