/** A saved view of the table of runs: a JSON file that people commit, so it is checked when it is read. */
import { RunlensError } from '../base/errors';
import { isRecord } from '../base/json';
import type { Direction } from './direction';
import type { TextColumn } from './runTable';

export const RUNS_VIEW_VERSION = 1;

/** What a metric's column shows; `best` is the least or greatest, by the metric's direction. */
export const SHOWN_VALUES = ['last', 'best', 'min', 'max', 'first'] as const;
export type ShownValue = (typeof SHOWN_VALUES)[number];

export const GROUP_ATTRIBUTES = ['status', 'run_name', 'experiment', 'pipeline'] as const;
export type GroupAttribute = (typeof GROUP_ATTRIBUTES)[number];
export type ViewGroup = TextColumn | { readonly on: 'attribute'; readonly key: GroupAttribute };

export interface ViewSort {
  readonly id: string;
  readonly desc: boolean;
}

/**
 * What a named view is of. Columns are named as the table names them: `name`, `status`, `metrics.loss`,
 * `params.lr`, `tags.team`, `spark.loss`. What a file does not say is as in `EMPTY_VIEW`.
 */
export interface RunsView {
  /** In the language of docs/search.md. */
  readonly filter: string;
  readonly sort: readonly ViewSort[];
  readonly columns: {
    /** Shown besides those that are always. */
    readonly added: readonly string[];
    readonly hidden: readonly string[];
    readonly order: readonly string[];
    readonly pinned: readonly string[];
    /** Pixels. */
    readonly widths: Readonly<Record<string, number>>;
  };
  readonly groupBy: readonly ViewGroup[];
  /** Id of the run that others are compared with. */
  readonly baseline: string | undefined;
  /** Runs that stay under the header. */
  readonly pinnedRuns: readonly string[];
  /** Runs that are in others stand under them. */
  readonly isNested: boolean;
  /** Columns whose values are all the same are left out. */
  readonly isOnlyDiffering: boolean;
  /** Sparklines of a column share their range. */
  readonly isSameRange: boolean;
  /** By metric; `last` where nothing is said. */
  readonly values: Readonly<Record<string, ShownValue>>;
  /** By metric; guessed from the name where nothing is said. */
  readonly directions: Readonly<Record<string, Direction>>;
}

export const EMPTY_VIEW: RunsView = {
  filter: '',
  sort: [],
  columns: { added: [], hidden: [], order: [], pinned: ['check', 'eye', 'name'], widths: {} },
  groupBy: [],
  baseline: undefined,
  pinnedRuns: [],
  isNested: true,
  isOnlyDiffering: false,
  isSameRange: true,
  values: {},
  directions: {},
};

export interface NamedView {
  readonly name: string;
  readonly view: RunsView;
}

/** Longer texts, and more of them, no person wrote. */
const MOST = { name: 100, text: 10_000, list: 2000 };

/**
 * The text of a view's file: keys in one order, so that a change of it reads well in a diff.
 * @throws RunlensError `view.name` for a name that no view can have.
 */
export function writeViewFile({ name, view }: NamedView): string {
  const { baseline, ...rest } = view;
  const file = {
    kind: 'runlens.runsView',
    version: RUNS_VIEW_VERSION,
    name: checkedName(name),
    ...rest,
    ...(baseline === undefined ? {} : { baseline }),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * What `writeViewFile` wrote, or a person. Unknown keys are left out.
 * @throws RunlensError `view.invalid`, `view.newer` or `view.name`; the message names what is wrong.
 */
export function readViewFile(text: string): NamedView {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw invalid('it is no JSON', { cause: error });
  }
  if (!isRecord(raw) || raw['kind'] !== 'runlens.runsView') {
    throw invalid('its "kind" is not "runlens.runsView"');
  }
  const { version, name } = raw;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw invalid('"version" must be a whole number from 1');
  }
  if (version > RUNS_VIEW_VERSION) {
    throw new RunlensError(
      'view.newer',
      `The view was saved by a newer Runlens (version ${version}; this one reads ${RUNS_VIEW_VERSION}). Update Runlens.`,
    );
  }
  return { name: checkedName(name), view: readView(raw) };
}

/** A view as it was kept or received. @throws RunlensError `view.invalid` names what is wrong. */
export function readView(raw: unknown): RunsView {
  if (!isRecord(raw)) throw invalid('it is no object');
  const columns = raw['columns'] ?? {};
  if (!isRecord(columns)) throw invalid('"columns" must be an object');
  const flag = (key: 'isNested' | 'isOnlyDiffering' | 'isSameRange') =>
    readFlag(raw[key], key, EMPTY_VIEW[key]);
  return {
    filter: readText(raw['filter'] ?? '', 'filter'),
    sort: readSort(raw['sort']),
    columns: {
      added: readTexts(columns['added'], 'columns.added'),
      hidden: readTexts(columns['hidden'], 'columns.hidden'),
      order: readTexts(columns['order'], 'columns.order'),
      pinned:
        columns['pinned'] === undefined
          ? EMPTY_VIEW.columns.pinned
          : readTexts(columns['pinned'], 'columns.pinned'),
      widths: readRecord(columns['widths'], 'columns.widths', isWidth, 'a width in pixels'),
    },
    groupBy: readGroups(raw['groupBy']),
    baseline: raw['baseline'] === undefined ? undefined : readText(raw['baseline'], 'baseline'),
    pinnedRuns: readTexts(raw['pinnedRuns'], 'pinnedRuns'),
    isNested: flag('isNested'),
    isOnlyDiffering: flag('isOnlyDiffering'),
    isSameRange: flag('isSameRange'),
    values: readRecord(raw['values'], 'values', isShownValue, `one of ${SHOWN_VALUES.join(', ')}`),
    directions: readRecord(raw['directions'], 'directions', isDirection, '"max" or "min"'),
  };
}

/**
 * A file's name for a view: readable, safe in every file system, and the same for names that differ
 * in case only, as some file systems do not tell them apart.
 */
export function viewFileName(name: string): string {
  const plain = checkedName(name).normalize('NFC').toLowerCase();
  const slug = plain.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-+|-+$/g, '');
  const words = [...slug].slice(0, 60).join('');
  // Windows keeps such names for devices.
  const isReserved = /^(?:con|prn|aux|nul|com\d|lpt\d)$/.test(words);
  // Two names must not share a file, so what was left out is told by a hash.
  const isWhole = !isReserved && words !== '' && words.replaceAll('-', ' ') === plain;
  return `${isWhole ? words : `${words === '' ? 'view' : words}-${hashOf(plain)}`}.json`;
}

/** 32 bits (FNV-1a). */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

function checkedName(name: unknown): string {
  const said = typeof name === 'string' ? name.trim() : '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (said === '' || said.length > MOST.name || /[\u0000-\u001f\u007f]/.test(said)) {
    throw new RunlensError(
      'view.name',
      `A view needs a name of 1 to ${MOST.name} characters on one line.`,
    );
  }
  return said;
}

function readFlag(raw: unknown, what: string, usual: boolean): boolean {
  if (raw === undefined) return usual;
  if (typeof raw !== 'boolean') throw invalid(`"${what}" must be true or false`);
  return raw;
}

function readText(raw: unknown, what: string): string {
  if (typeof raw === 'string' && raw.length <= MOST.text) return raw;
  throw invalid(`"${what}" must be a text of at most ${MOST.text} characters`);
}

function readList(raw: unknown, what: string): readonly unknown[] {
  if (raw === undefined) return [];
  if (Array.isArray(raw) && raw.length <= MOST.list) return raw;
  throw invalid(`"${what}" must be a list of at most ${MOST.list}`);
}

const readTexts = (raw: unknown, what: string): string[] => [
  ...new Set(readList(raw, what).map((each, i) => readText(each, `${what}[${i}]`))),
];

function readSort(raw: unknown): ViewSort[] {
  return readList(raw, 'sort').map((each, i) => {
    if (!isRecord(each)) throw invalid(`"sort[${i}]" must be an object`);
    const id = readText(each['id'], `sort[${i}].id`);
    return { id, desc: readFlag(each['desc'], `sort[${i}].desc`, false) };
  });
}

function readGroups(raw: unknown): ViewGroup[] {
  return readList(raw, 'groupBy').map((each, i) => {
    const what = `groupBy[${i}]`;
    if (!isRecord(each)) throw invalid(`"${what}" must be an object`);
    const { on } = each;
    const key = readText(each['key'], `${what}.key`);
    if (on === 'param' || on === 'tag') return { on, key };
    const attribute = GROUP_ATTRIBUTES.find((known) => known === key);
    if (on === 'attribute' && attribute) return { on, key: attribute };
    throw invalid(
      `"${what}" must be a param, a tag, or an attribute (${GROUP_ATTRIBUTES.join(', ')})`,
    );
  });
}

function readRecord<T>(
  raw: unknown,
  what: string,
  isValue: (value: unknown) => value is T,
  wanted: string,
): Record<string, T> {
  if (raw === undefined) return {};
  if (!isRecord(raw)) throw invalid(`"${what}" must be an object`);
  const entries = Object.entries(raw).map(([key, value]): [string, T] => {
    if (!isValue(value)) throw invalid(`"${what}.${key}" must be ${wanted}`);
    return [key, value];
  });
  return Object.fromEntries(entries);
}

const isWidth = (value: unknown): value is number =>
  typeof value === 'number' && value >= 1 && value <= 10_000;
const isShownValue = (value: unknown): value is ShownValue =>
  SHOWN_VALUES.some((known) => known === value);
const isDirection = (value: unknown): value is Direction => value === 'max' || value === 'min';

const invalid = (why: string, options?: { cause?: unknown }): RunlensError =>
  new RunlensError(
    'view.invalid',
    `The view cannot be read: ${why}. Correct the file, or save the view again.`,
    options,
  );
