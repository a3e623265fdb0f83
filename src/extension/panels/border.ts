/**
 * What a page may send. A page that asks for anything else is refused: its data is other people's, and
 * nothing that slips into it may reach a route or command that the page is not meant to have.
 */
import { RunlensError } from '../../base/errors';
import { isRecord } from '../../base/json';
import type { RequestOf } from '../../protocol/control';
import type { FilePlace } from '../../protocol/files';
import {
  CHARTS_TABS,
  PAGE_CHANGES,
  PAGE_COMMANDS,
  PAGE_ROUTES,
  type PageChange,
  type PageCommand,
  type PageRoute,
  type PageTarget,
  type PanelMemory,
  type PanelSubject,
} from '../../protocol/webview/panel';
import { fits, parseTarget } from './targetNeeds';

/** Longer texts are no ids, names or filters. */
const MOST_TEXT = 100_000;
const MOST_IDS = 100_000;

const refused = (what: string): RunlensError =>
  new RunlensError('panel.refused', `The page asked for something it may not: ${what}.`);

/** The route and its request, without `source`: the panel's place says that. @throws RunlensError `panel.refused` */
export function checkAsked<R extends PageRoute | PageChange>(
  kind: 'ask' | 'change',
  route: unknown,
  request: unknown,
): { readonly route: R; readonly request: RequestOf<R> } {
  const known: readonly string[] = kind === 'ask' ? PAGE_ROUTES : PAGE_CHANGES;
  if (typeof route !== 'string' || !known.includes(route)) {
    throw refused(`${kind} ${textOf(route)}`);
  }
  if (!isRecord(request)) throw refused(`${route} without a request`);
  for (const [, name = ''] of route.matchAll(/:(\w+)/g)) {
    if (!isSegment(request[name])) throw refused(`${route} without ${name}`);
  }
  // What else is in it the server checks; its words go back to the page.
  return { route: route as R, request: withoutSource(request) as RequestOf<R> };
}

/** @throws RunlensError `panel.refused` for a command that pages have not, or that lacks what it needs. */
export function checkCommand(
  command: unknown,
  target: unknown,
): { readonly command: PageCommand; readonly target: PageTarget } {
  const known = PAGE_COMMANDS.find((each) => each === command);
  if (!known) throw refused(`the command ${textOf(command)}`);
  const parsed = parseTarget(target);
  if (!parsed) throw refused(`${known} for something that is no target`);
  if (!fits(known, parsed)) throw refused(`${known} without what it is about`);
  return { command: known, target: parsed };
}

/** @throws RunlensError `panel.refused` */
export function checkText(value: unknown, what: string, most = MOST_TEXT): string {
  if (typeof value === 'string' && value.length <= most) return value;
  throw refused(`${what} that is no text of at most ${most} characters`);
}

/** @throws RunlensError `panel.refused` */
export function checkIds(value: unknown): readonly string[] {
  if (isTexts(value)) return value;
  throw refused('runs that are no list of ids');
}

/** @throws RunlensError `panel.refused` */
export function checkPlace(value: unknown): FilePlace {
  if (isRecord(value) && isPath(value['path'])) {
    const { artifactId, runId, path } = value;
    if (isSegment(artifactId)) return { artifactId, path };
    if (isSegment(runId)) return { runId, path };
  }
  throw refused('a file that is not of a run or artifact');
}

/** What was kept of a panel; undefined when it is of an older version or broken. */
export function parseMemory(state: unknown): PanelMemory | undefined {
  const kept = isRecord(state) ? state['panel'] : undefined;
  if (!isRecord(kept) || typeof kept['place'] !== 'string') return undefined;
  const subject = parseSubject(kept['subject']);
  return subject && { place: kept['place'], subject };
}

/** Undefined for what is no subject. */
export function parseSubject(raw: unknown): PanelSubject | undefined {
  if (!isRecord(raw)) return undefined;
  const { kind, runId, artifactId, path, pipeline } = raw;
  const text = (key: string) => (typeof raw[key] === 'string' ? raw[key] : undefined);
  const texts = (key: string) => (isTexts(raw[key]) ? raw[key] : undefined);
  switch (kind) {
    case 'runs':
      return given({ kind, experimentIds: texts('experimentIds'), filter: text('filter') });
    case 'charts': {
      const tab = CHARTS_TABS.find((known) => known === raw['tab']);
      return given({ kind, runIds: texts('runIds'), tab });
    }
    case 'run':
      return isSegment(runId) ? { kind, runId } : undefined;
    case 'pipeline': {
      if (!isSegment(pipeline)) return undefined;
      return given({ kind, pipeline, pipelineRunId: text('pipelineRunId') });
    }
    case 'artifact':
      return isSegment(artifactId) ? given({ kind, artifactId, path: text('path') }) : undefined;
    case 'file':
      return isSegment(runId) && isPath(path) ? { kind, runId, path } : undefined;
    case 'models':
      return given({ kind, model: text('model'), version: text('version') });
    default:
      return undefined;
  }
}

/** Without what is undefined. */
const given = (subject: PanelSubject): PanelSubject =>
  Object.fromEntries(
    Object.entries(subject).filter(([, value]) => value !== undefined),
  ) as unknown as PanelSubject;

export const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.length <= MOST_IDS &&
  value.every((each) => typeof each === 'string' && each.length <= MOST_TEXT);

/** Part of an address: neither empty nor a way up. */
export const isSegment = (value: unknown): value is string =>
  typeof value === 'string' &&
  value !== '' &&
  value !== '.' &&
  value !== '..' &&
  value.length <= MOST_TEXT;

/** Relative, with `/`, and not upwards; empty is the folder itself. */
export const isPath = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= MOST_TEXT &&
  !value.startsWith('/') &&
  !/^[a-z]:/i.test(value) &&
  !value.includes('\\') &&
  !value.includes('\0') &&
  !value.split('/').includes('..');

/** Also of the file that is asked about. */
function withoutSource(request: Record<string, unknown>): unknown {
  const { source: _of, place, ...rest } = request;
  return {
    ...rest,
    ...(place === undefined ? {} : { place: isRecord(place) ? own(place) : place }),
  };
}

function own({ source: _of, ...place }: Record<string, unknown>): Record<string, unknown> {
  return place;
}

const textOf = (value: unknown): string => String(value).slice(0, 100);
