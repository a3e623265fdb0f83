// Registered models with everything that the Models page shows of them.
import type {
  ModelRow,
  ModelVersionDetail,
  ModelVersionRow,
  OverTime,
} from '../../src/protocol/models';
import { MODELS_VIEW, type ModelsView } from '../../webview/models/view';
import {
  type Answering,
  type AnsweringOptions,
  answeringPanel,
  type RouteAnswers,
} from './answeringPanel';

/** 21 November 2026, 12:00. */
export const NOW = Date.UTC(2026, 10, 21, 12);
const DAY = 86_400_000;

export function versionRow(version: number, more: Partial<ModelVersionRow> = {}): ModelVersionRow {
  return {
    model: 'classifier',
    version: String(version),
    stage: version === 2 ? 'Production' : 'None',
    aliases: version === 2 ? ['champion'] : [],
    description: version === 3 ? 'Smaller learning rate' : '',
    status: 'READY',
    statusMessage: '',
    created: NOW - (5 - version) * DAY,
    updated: NOW - (5 - version) * DAY,
    tags: version === 3 ? { validated: 'yes' } : {},
    source: `models:/m-${String(version).repeat(32)}`,
    runId: `${version}`.repeat(32),
    runName: `training-${version + 10}`,
    experimentId: '7',
    ...more,
  };
}

const VERSIONS = [3, 2, 1].map((version) => versionRow(version));

export function versionDetail(
  version: number,
  more: Partial<ModelVersionDetail> = {},
): ModelVersionDetail {
  return {
    ...versionRow(version),
    params: { lr: version === 3 ? '0.01' : '0.1', optimizer: 'adam' },
    metrics: { 'val/accuracy': 0.9 + version / 100, 'val/loss': 0.5 - version / 10 },
    datasets: [{ name: 'digits', digest: 'd1g1t5', context: 'training' }],
    pipelineRunId: 'e'.repeat(32),
    pipeline: 'training',
    files: {
      folder: '/home/ada/digits/model',
      flavors: ['python_function', 'sklearn'],
      inputs: [
        { name: 'x', type: 'float64', required: true },
        ...(version === 3 ? [{ name: 'weight', type: 'float64', required: false }] : []),
      ],
      outputs: [{ name: '', type: 'int64', required: true, shape: [-1] }],
      requirements: [`scikit-learn==1.5.${version}`, 'numpy==2.1.0', '# comment'],
      pythonVersion: '3.12.4',
      mlflowVersion: '3.4.0',
      bytes: 1_204_511,
    },
    filesProblem: undefined,
    history: [
      { time: NOW - 4 * DAY, what: 'created', before: null, after: null, user: 'ada' },
      { time: NOW - 3 * DAY, what: 'stage', before: 'None', after: 'Production', user: 'ada' },
      { time: NOW - 2 * DAY, what: 'alias', before: null, after: 'champion', user: '' },
    ],
    ...more,
  };
}

export const modelRow = (more: Partial<ModelRow> = {}): ModelRow => ({
  name: 'classifier',
  description: 'Digits, **8 × 8**. Retrained each night by `training`.',
  versions: 3,
  created: NOW - 4 * DAY,
  updated: NOW - DAY,
  tags: { owner: 'vision' },
  aliases: { champion: '2' },
  latest: VERSIONS[0],
  ...more,
});

const OVER_TIME: OverTime = {
  points: [1, 2, 3].map((version) => ({
    label: `v${version}`,
    time: NOW - (5 - version) * DAY,
    runId: `${version}`.repeat(32),
    pipelineRunId: undefined,
    measured: [`${version}`.repeat(32)],
  })),
  metrics: { 'val/accuracy': [0.91, 0.92, 0.93], 'val/loss': [0.4, null, 'NaN'] },
};

const MODELS = [
  modelRow(),
  modelRow({ name: 'ranker', description: '', versions: 1, aliases: {}, tags: {} }),
];

export const MODEL_ANSWERS: RouteAnswers = {
  'GET /api/models': ({ text = '' }) => {
    const items = MODELS.filter(({ name }) => name.includes(text));
    return { items, total: items.length };
  },
  'GET /api/models/:name': ({ name }) => MODELS.find((each) => each.name === name) ?? modelRow(),
  'GET /api/models/:name/versions': ({ offset = 0, limit = 100 }) => ({
    items: VERSIONS.slice(offset, offset + limit),
    total: VERSIONS.length,
  }),
  'GET /api/models/:name/versions/:version': ({ version }) => versionDetail(Number(version)),
  'GET /api/models/:name/over-time': () => OVER_TIME,
};

export const NO_MODELS: RouteAnswers = {
  ...MODEL_ANSWERS,
  'GET /api/models': () => ({ items: [], total: 0 }),
};

const EVIL = '<img src=x onerror="document.body.remove()">';

export const HOSTILE_MODELS: RouteAnswers = {
  ...MODEL_ANSWERS,
  'GET /api/models': () => ({
    items: [
      modelRow({ name: EVIL }),
      modelRow({ name: 'n'.repeat(250), aliases: { [EVIL]: '2' } }),
    ],
    total: 999,
  }),
  'GET /api/models/:name': () =>
    modelRow({
      name: EVIL,
      description: `[x](javascript:alert(1)) ${EVIL}`,
      tags: { [EVIL]: EVIL },
    }),
  'GET /api/models/:name/versions/:version': ({ version }) =>
    versionDetail(Number(version), {
      description: EVIL,
      source: `${EVIL}${'s'.repeat(400)}`,
      params: { [EVIL]: version.repeat(6000), ['p'.repeat(250)]: 'line\nbreak', [version]: '' },
      metrics: { [EVIL]: 'NaN', huge: 1e308, none: '-Infinity' },
      files: undefined,
      filesProblem: `The file ${EVIL} is no MLmodel file.`,
      history: [{ time: Number.NaN, what: 'alias', before: null, after: EVIL, user: EVIL }],
    }),
};

export const modelsPanel = (
  answers: RouteAnswers = MODEL_ANSWERS,
  view: Partial<ModelsView> = {},
  more: Partial<AnsweringOptions<ModelsView>> = {},
): Answering<ModelsView> =>
  answeringPanel(MODELS_VIEW, { subject: { kind: 'models' }, answers, view, ...more });
