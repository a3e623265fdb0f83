/** What the store tells about a document: names that are not there, and the last error of failed steps. */
import { parseStoreUri } from '../../domain/storeUri';
import type {
  ArtifactName,
  ArtifactVersionName,
  ModelName,
  ResolvedUri,
} from '../../protocol/names';
import type { ModuleFacts, StepFact, StringUse, TextRange } from '../../syntax/facts';
import type { DocumentStates } from './codeLens';
import { type Finding, type Fix, nearNames, type RelatedPlace } from './finding';
import type { FailureText } from './stepState';

/** Undefined answers are not known yet: then nothing is said. */
export interface KnownNames {
  artifacts(): readonly ArtifactName[] | undefined;
  versions(artifact: string): readonly ArtifactVersionName[] | undefined;
  models(): readonly ModelName[] | undefined;
  resolve(uri: string): ResolvedUri | undefined;
}

export function nameFindings({ store, steps }: ModuleFacts, names: KnownNames): Finding[] {
  // What a step of the same file will make is there when it has run.
  const isMade = (name: string) =>
    steps.some(({ returns }) => returns?.includes(`"${name}"`) || returns?.includes(`'${name}'`));
  return store.strings
    .filter(({ role, value }) => role.kind !== 'artifact' || !isMade(value))
    .flatMap((use) => nameFinding(use, names, store.setsServer) ?? []);
}

function nameFinding(use: StringUse, names: KnownNames, isElsewhere: boolean): Finding | undefined {
  switch (use.role.kind) {
    case 'artifact':
      return unknownArtifact(use, names);
    case 'artifactVersion':
      return use.role.of === undefined ? undefined : unknownVersion(use, use.role.of, names);
    case 'uri':
      // The script says itself that its runs and models are kept somewhere else.
      return isElsewhere ? undefined : unknownUri(use, names);
    default:
      return undefined;
  }
}

function unknownArtifact({ value, range }: StringUse, names: KnownNames): Finding | undefined {
  const known = names.artifacts();
  // An id, or the beginning of one, is no name.
  if (!known || known.some(({ name }) => name === value) || /^[0-9a-f-]{8,36}$/.test(value)) {
    return undefined;
  }
  const fixes = replacements(
    range,
    nearNames(
      value,
      known.map(({ name }) => name),
    ),
  );
  const message = `No artifact is named ${value} so far.`;
  return { code: 'unknown-artifact', severity: 'warning', range, message, fixes };
}

function unknownVersion(
  { value, range }: StringUse,
  artifact: string,
  names: KnownNames,
): Finding | undefined {
  const known = names.versions(artifact);
  if (!known || known.length === 0 || value === '' || value === 'latest') return undefined;
  if (known.some(({ version }) => version === value)) return undefined;
  // The list holds the newest ones only.
  if (known.length >= 200) return undefined;
  const fixes = replacements(
    range,
    known.slice(0, 3).map(({ version }) => version),
  );
  const newest = known[0]?.version ?? '';
  const message = `${artifact} has no version ${value}; its newest is ${newest}.`;
  return { code: 'unknown-artifact', severity: 'warning', range, message, fixes };
}

function unknownUri({ value, range }: StringUse, names: KnownNames): Finding | undefined {
  const uri = parseStoreUri(value);
  const found = uri && names.resolve(value);
  if (!uri || found?.kind !== 'none') return undefined;
  const { message } = found;
  // A run of a team's server is known there; only models tell whether they are kept here.
  if (uri.kind === 'run') return { code: 'unknown-run', severity: 'information', range, message };
  const models = names.models();
  if (!models || models.length === 0) return undefined;
  const fixes = replacements(range, nearUris(value, models));
  return { code: 'unknown-model', severity: 'warning', range, message, fixes };
}

function nearUris(value: string, models: readonly ModelName[]): string[] {
  const uri = parseStoreUri(value);
  if (uri?.kind !== 'model' && uri?.kind !== 'alias') return [];
  const own = models.find(({ name }) => name === uri.name);
  if (uri.kind === 'alias') {
    const aliases = own?.aliases.map(({ alias }) => alias) ?? [];
    if (own) return nearNames(uri.alias, aliases).map((alias) => `models:/${uri.name}@${alias}`);
  } else if (own)
    return own.versions.slice(0, 3).map((version) => `models:/${uri.name}/${version}`);
  const rest = uri.kind === 'alias' ? `@${uri.alias}` : `/${uri.version}`;
  const near = nearNames(
    uri.name,
    models.map(({ name }) => name),
  );
  return near.map((name) => `models:/${name}${rest}`);
}

const replacements = (range: TextRange, texts: readonly string[]): Fix[] =>
  texts.map((text, index) => ({
    title: `Change to "${text}"`,
    edits: [{ range, text: JSON.stringify(text) }],
    isPreferred: index === 0,
  }));

export interface FailureContext {
  /** Relative to the root, with `/`. */
  readonly file: string;
  readonly lines: readonly string[];
  /** A file of a traceback as it is called in the workspace; undefined when it is outside. */
  relative(file: string): string | undefined;
}

/** The error of each step that failed last and is still the same code. */
export function failureFindings(
  steps: readonly StepFact[],
  states: DocumentStates | undefined,
  context: FailureContext,
): Finding[] {
  return steps.flatMap((step) => {
    const failed = (states?.steps.get(step.qualname) ?? []).flatMap(({ state }) =>
      state.kind === 'failed' ? [state.error] : [],
    );
    return failed.slice(0, 1).map((error) => failure(step, error, context));
  });
}

function failure(step: StepFact, error: FailureText, context: FailureContext): Finding {
  const related = framesOf(error.traceback ?? '').flatMap(
    ({ file, line, name }): RelatedPlace[] => {
      const inWorkspace = context.relative(file);
      return inWorkspace === undefined ? [] : [{ file: inWorkspace, line, message: `in ${name}` }];
    },
  );
  return {
    code: 'step-failed',
    severity: 'error',
    range: failedLine(step, error, context),
    message: `${step.name} failed: ${error.type}: ${error.message}`,
    related,
  };
}

/** The line of the error when it is in the step itself, wherever that stands now; else its name. */
function failedLine(step: StepFact, error: FailureText, context: FailureContext): TextRange {
  const { source, recordedLine } = error;
  if (source?.file !== context.file || recordedLine === undefined) return step.nameRange;
  const line = source.line - recordedLine + step.line - 1;
  const isInside = line > step.nameRange.start.line && line <= step.range.end.line;
  const text = isInside ? context.lines[line]?.replace(/\s+$/, '') : undefined;
  if (!text?.trim()) return step.nameRange;
  const start = text.length - text.trimStart().length;
  return { start: { line, character: start }, end: { line, character: text.length } };
}

/** `File "x.py", line 3, in f` of a traceback, innermost last. */
function framesOf(traceback: string): { file: string; line: number; name: string }[] {
  const frames = [...traceback.matchAll(/^ *File "([^"]+)", line (\d+)(?:, in (.+?))?\s*$/gm)];
  return frames
    .slice(-20)
    .map(([, file = '', line, name = 'module']) => ({ file, line: Number(line), name }));
}
