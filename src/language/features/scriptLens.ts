/** Lenses over plain scripts that call MLflow, and over the entry points of MLproject files. */
import { LENS_COMMANDS, type ScriptTarget } from '../../protocol/lsp';
import type { ModuleFacts } from '../../syntax/facts';
import type { LensRequest, LensRow } from './codeLens';

export interface ScriptFact {
  /** Of the first call, from 0. */
  readonly line: number;
  /** Empty: the default one. Undefined: a name that only running it tells. */
  readonly experiments: readonly string[] | undefined;
}

/** Undefined when the file is no script that logs runs by itself. */
export function scriptFact({ store }: ModuleFacts): ScriptFact | undefined {
  const calls = store.tracking.filter(({ inDefinition }) => !inDefinition);
  const [first] = [...calls].sort((a, b) => a.line - b.line);
  if (!first) return undefined;
  const named = calls.filter(({ kind }) => kind === 'set_experiment');
  const names = named.flatMap(({ experiment }) => experiment ?? []);
  const isKnown = names.length === named.length && !store.setsServer;
  return { line: first.line, experiments: isKnown ? [...new Set(names)] : undefined };
}

export interface ScriptRequest
  extends Pick<LensRequest, 'uri' | 'root' | 'settings' | 'isTrusted'> {
  readonly fact: ScriptFact;
  /** Runs of its experiments; undefined while not known. */
  readonly runs: number | undefined;
  /** The file's name, for people. */
  readonly name: string;
}

/** `▶ Run` · `5 runs` · `Charts` */
export function scriptLenses(request: ScriptRequest): LensRow[] {
  const { fact, settings, uri, root, name, runs, isTrusted } = request;
  if (!settings.enabled || !settings.scripts) return [];
  const { line, experiments } = fact;
  const argument: ScriptTarget = { uri, root, name, line, experiments: experiments ?? [] };
  const rows: LensRow[] = isTrusted
    ? [{ line, title: '▶ Run', command: LENS_COMMANDS.runScript, argument }]
    : [];
  if (experiments === undefined || runs === undefined || !settings.state) return rows;
  rows.push({ line, title: runsText(runs), command: LENS_COMMANDS.showScriptRuns, argument });
  if (runs > 0) {
    rows.push({ line, title: 'Charts', command: LENS_COMMANDS.openScriptCharts, argument });
  }
  return rows;
}

const runsText = (runs: number): string =>
  runs === 0 ? 'no runs yet' : runs === 1 ? '1 run' : `${runs} runs`;

export interface EntryPointLine {
  readonly name: string;
  /** From 0. */
  readonly line: number;
}

/** `▶ Run` asks for what has no default. */
export function entryPointLenses(
  points: readonly EntryPointLine[],
  { uri, root, settings, isTrusted }: Omit<ScriptRequest, 'fact' | 'runs' | 'name'>,
): LensRow[] {
  if (!settings.enabled || !settings.projects || !isTrusted) return [];
  return points.map(({ name, line }) => ({
    line,
    title: '▶ Run',
    command: LENS_COMMANDS.runEntryPoint,
    argument: { uri, root, name, line },
  }));
}
