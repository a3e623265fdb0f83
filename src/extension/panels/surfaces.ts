/** The kinds of panels: which page shows a subject, what it follows, what it is called. No VS Code. */
import { assertNever } from '../../base/assertNever';
import { canonicalJson, type Json } from '../../base/json';
import { countOf } from '../../domain/display';
import type { Topic } from '../../protocol/events';
import type { PanelSubject } from '../../protocol/webview/panel';
import { PANELS, type SurfaceId } from '../contributions';

/** Topics of the events that each page is told. */
export const SURFACE_TOPICS: Readonly<Record<SurfaceId, readonly Topic[]>> = {
  runs: ['experiments', 'points', 'status'],
  charts: ['experiments', 'points', 'pipelines', 'models', 'status'],
  run: ['experiments', 'points', 'pipelines', 'logs', 'models', 'status'],
  pipeline: ['experiments', 'points', 'pipelines', 'logs', 'status'],
  artifact: ['experiments', 'pipelines', 'status'],
  models: ['experiments', 'points', 'pipelines', 'models', 'status'],
};

export function surfaceOf(subject: PanelSubject): SurfaceId {
  return subject.kind === 'file' ? 'artifact' : subject.kind;
}

export const SURFACES = Object.keys(PANELS) as readonly SurfaceId[];

/** What a page shows whose subject was not kept; undefined when it cannot be known. */
export function defaultSubject(surface: SurfaceId): PanelSubject | undefined {
  switch (surface) {
    case 'runs':
    case 'charts':
    case 'models':
      return { kind: surface };
    default:
      return undefined;
  }
}

/** Equal for panels of the same content: the second opening shows the first one. */
export function panelKey(place: string, subject: PanelSubject): string {
  return `${place} ${canonicalJson(JSON.parse(JSON.stringify(subject)) as Json)}`;
}

/** The text for an English one in the editor's language, as `vscode.l10n.t`. */
export type Translate = (english: string, ...values: readonly (string | number)[]) => string;

/** What the tab says before more is known. */
export function firstTitle(subject: PanelSubject, t: Translate): string {
  switch (subject.kind) {
    case 'runs':
      return t('Runs');
    case 'charts':
      return subject.runIds === undefined
        ? t('Charts')
        : t('Compare {0}', countOf(subject.runIds.length, 'Run'));
    case 'run':
      return t('Run');
    case 'pipeline':
      return subject.pipeline;
    case 'artifact':
      return subject.path === undefined ? t('Artifact') : baseName(subject.path);
    case 'file':
      return baseName(subject.path);
    case 'models':
      return modelTitle(subject.model ?? t('Models'), subject.version);
    default:
      return assertNever(subject);
  }
}

const modelTitle = (model: string, version: string | undefined): string =>
  [model, ...(version === undefined ? [] : [`v${version}`])].join(' ');

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || path;

const LONGEST_TITLE = 60;

/** One line that fits a tab; names may hold anything. */
export function tabTitle(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').trim();
  const characters = [...line];
  if (characters.length <= LONGEST_TITLE) return line || '–';
  return `${characters.slice(0, LONGEST_TITLE - 1).join('')}…`;
}
