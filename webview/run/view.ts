/** What the Run page keeps over reloads: the tab, searches, what is folded, a text that is being written. */
import { isRecord } from '../../src/base/json';
import type { KeptView } from '../shared/kept';
import type { Draft } from '../shared/markdown/editor';

export const RUN_TABS = [
  'overview',
  'parameters',
  'metrics',
  'system',
  'artifacts',
  'models',
  'datasets',
  'code',
  'logs',
  'children',
  'edits',
  'recreate',
] as const;
export type RunTab = (typeof RUN_TABS)[number];

export interface RunView {
  readonly tab: RunTab;
  /** Of parameters and of metrics. */
  readonly search: { readonly parameters: string; readonly metrics: string };
  /** Prefixes of parameters whose keys are folded. */
  readonly folded: readonly string[];
  /** Folders of artifacts that are open, by their paths. */
  readonly open: readonly string[];
  /** Step run whose log is shown, for a pipeline's run. */
  readonly log: string | undefined;
  readonly draft: Draft | undefined;
}

export const INITIAL_RUN_VIEW: RunView = {
  tab: 'overview',
  search: { parameters: '', metrics: '' },
  folded: [],
  open: [],
  log: undefined,
  draft: undefined,
};

export const RUN_VIEW: KeptView<RunView> = { version: 1, parse, initial: INITIAL_RUN_VIEW };

/** What does not fit is as it is at first. */
function parse(raw: unknown): RunView | undefined {
  if (!isRecord(raw)) return undefined;
  const { tab, search, folded, open, log, draft } = raw;
  const texts = isRecord(search) ? search : {};
  return {
    tab: RUN_TABS.find((each) => each === tab) ?? 'overview',
    search: { parameters: text(texts['parameters']), metrics: text(texts['metrics']) },
    folded: list(folded),
    open: list(open),
    log: typeof log === 'string' ? log : undefined,
    draft: parseDraft(draft),
  };
}

const text = (raw: unknown): string => (typeof raw === 'string' ? raw : '');
const list = (raw: unknown): string[] =>
  Array.isArray(raw) ? raw.filter((each) => typeof each === 'string') : [];

function parseDraft(raw: unknown): Draft | undefined {
  if (!isRecord(raw)) return undefined;
  const { text: written, base } = raw;
  if (typeof written !== 'string' || typeof base !== 'string') return undefined;
  return { text: written, base };
}
