/** What each command of a page needs to be about, and how a target is checked. */
import { isRecord } from '../../base/json';
import type { PageCommand, PageTarget } from '../../protocol/webview/panel';

type Part = keyof PageTarget;

const RUN: readonly (readonly Part[])[] = [['runIds']];
const STEP: readonly (readonly Part[])[] = [['stepRunId']];
const FILE: readonly (readonly Part[])[] = [
  ['runIds', 'path'],
  ['artifactId', 'path'],
];
/** It asks for what it lacks, or is about nothing. */
const NOTHING: readonly (readonly Part[])[] = [[]];

/** One of these sets of parts has to be there. */
const NEEDS: Readonly<Record<PageCommand, readonly (readonly Part[])[]>> = {
  'runlens.openRun': RUN,
  'runlens.openRuns': NOTHING,
  'runlens.openCharts': NOTHING,
  'runlens.compareRuns': RUN,
  'runlens.openPipeline': [['pipelineRunId'], ['pipeline']],
  'runlens.openArtifact': [['artifactId'], ['runIds', 'path']],
  'runlens.openModel': NOTHING,
  'runlens.openRunFile': FILE,
  'runlens.openFileInEditor': FILE,
  'runlens.revealRun': RUN,
  'runlens.deleteRun': RUN,
  'runlens.exportRuns': NOTHING,
  'runlens.recreateRun': RUN,
  'runlens.runPipeline': [['pipeline']],
  'runlens.runPipelineWith': [['pipeline']],
  'runlens.runStep': STEP,
  'runlens.runFromStep': STEP,
  'runlens.runUpToStep': STEP,
  'runlens.debugStep': STEP,
  'runlens.replayRun': [['pipelineRunId']],
  'runlens.resumeRun': [['pipelineRunId']],
  'runlens.stop': [['pipelineRunId'], ['runIds']],
  'runlens.stopStep': STEP,
  'runlens.openLog': STEP,
  'runlens.showReason': STEP,
  'runlens.showTraceback': STEP,
  'runlens.goToSource': [['stepRunId'], ['pipelineRunId'], ['pipeline']],
  'runlens.diffRunCode': RUN,
  'runlens.compareTexts': [['texts']],
  'runlens.copyLoadSnippet': [['artifactId'], ['model', 'version']],
  'runlens.runReportScripts': FILE,
  'runlens.createSample': NOTHING,
  'runlens.copyLoggingSnippet': NOTHING,
  'runlens.showLog': NOTHING,
};

export function fits(command: PageCommand, target: PageTarget): boolean {
  return NEEDS[command].some((parts) => parts.every((part) => isGiven(target[part])));
}

const isGiven = (value: PageTarget[Part]): boolean =>
  Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';

const TEXTS = [
  'filter',
  'pipelineRunId',
  'pipeline',
  'stepRunId',
  'artifactId',
  'model',
  'version',
];
const LISTS = ['runIds', 'experimentIds'];
const LONGEST = 10_000;
const MOST_IDS = 10_000;
/** Texts to be compared are parameters, logs and the like. */
const LONGEST_COMPARED = 5_000_000;

/** Undefined when a part is not what it should be, or is none that commands have. */
export function parseTarget(raw: unknown): PageTarget | undefined {
  if (!isRecord(raw)) return undefined;
  const parts = Object.entries(raw).filter(([, value]) => value !== undefined);
  return parts.every(([key, value]) => isPart(key, value))
    ? (Object.fromEntries(parts) as unknown as PageTarget)
    : undefined;
}

function isPart(key: string, value: unknown): boolean {
  if (TEXTS.includes(key)) return typeof value === 'string' && value.length <= LONGEST;
  if (LISTS.includes(key)) {
    return (
      Array.isArray(value) &&
      value.length <= MOST_IDS &&
      value.every((id) => typeof id === 'string' && id !== '' && id.length <= LONGEST)
    );
  }
  if (key === 'path') return isInner(value);
  return (
    key === 'texts' &&
    isRecord(value) &&
    ['title', 'left', 'right'].every((name) => isCompared(value[name]))
  );
}

const isCompared = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= LONGEST_COMPARED;

/** Relative, with `/`, and not upwards. */
const isInner = (value: unknown): boolean =>
  typeof value === 'string' &&
  value !== '' &&
  value.length <= LONGEST &&
  !/^([a-z]:|\/)|\\|\0/i.test(value) &&
  !value.split('/').includes('..');
