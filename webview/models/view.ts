/** What the Models page keeps over reloads: the model, the version, what it is compared with, a text being written. */
import { isRecord } from '../../src/base/json';
import type { KeptView } from '../shared/kept';
import type { Draft } from '../shared/markdown/editor';

export const MODELS_TABS = ['versions', 'compare', 'over-time'] as const;
export type ModelsTab = (typeof MODELS_TABS)[number];

export interface ModelsView {
  /** Undefined: what the panel was opened for, else the first. */
  readonly model: string | undefined;
  /** Undefined: the newest. */
  readonly version: string | undefined;
  readonly tab: ModelsTab;
  readonly search: string;
  /** The other side of a comparison; undefined: the version before. */
  readonly against: string | undefined;
  readonly onlyDifferences: boolean;
  /** Of the chart over versions; undefined: the first. */
  readonly metric: string | undefined;
  readonly draft: OwnedDraft | undefined;
}

/** A description that is being written; `version` is undefined for that of the model. */
export interface OwnedDraft extends Draft {
  readonly model: string;
  readonly version: string | undefined;
}

export const INITIAL_MODELS_VIEW: ModelsView = {
  model: undefined,
  version: undefined,
  tab: 'versions',
  search: '',
  against: undefined,
  onlyDifferences: true,
  metric: undefined,
  draft: undefined,
};

export const MODELS_VIEW: KeptView<ModelsView> = {
  version: 1,
  parse,
  initial: INITIAL_MODELS_VIEW,
};

/** What does not fit is as it is at first. */
function parse(raw: unknown): ModelsView | undefined {
  if (!isRecord(raw)) return undefined;
  return {
    model: text(raw['model']),
    version: text(raw['version']),
    tab: MODELS_TABS.find((tab) => tab === raw['tab']) ?? 'versions',
    search: text(raw['search']) ?? '',
    against: text(raw['against']),
    onlyDifferences: raw['onlyDifferences'] !== false,
    metric: text(raw['metric']),
    draft: parseDraft(raw['draft']),
  };
}

const text = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined);

function parseDraft(raw: unknown): OwnedDraft | undefined {
  if (!isRecord(raw)) return undefined;
  const { text: written, base, model, version } = raw;
  if (typeof written !== 'string' || typeof base !== 'string' || typeof model !== 'string') {
    return undefined;
  }
  return { text: written, base, model, version: text(version) };
}
