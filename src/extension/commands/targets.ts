/** From what a command was called with (a lens, a tree row, nothing) to what it is about. */
import * as path from 'node:path';
import { isRecord } from '../../base/json';
import type {
  ArtifactTarget,
  LensTarget,
  ReasonTarget,
  ScriptTarget,
  StopTarget,
} from '../../protocol/lsp';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import type { ExperimentNode, FileNode, RunNode } from '../views/experimentNodes';
import type {
  ArtifactNode,
  LaunchNode,
  PipelineNode,
  PipelineRunNode,
  StepNode,
} from '../views/pipelineNodes';

/** What to run. */
export interface RunTarget {
  readonly session: FolderSession;
  /** Absolute path of the Python file or notebook to import. */
  readonly file: string;
  readonly pipeline: string | undefined;
  /** A step's id or name; undefined runs the whole pipeline. */
  readonly step: string | undefined;
}

/** What people call it: the step, else the pipeline, else the file. */
export const nameOf = ({ step, pipeline, file }: RunTarget): string =>
  step ?? pipeline ?? path.basename(file);

type AnyNode = ExperimentNode | PipelineNode;

export function isNode(value: unknown): value is AnyNode {
  return isRecord(value) && typeof value['kind'] === 'string' && isRecord(value['session']);
}
const isKind = <K extends AnyNode['kind']>(
  value: unknown,
  kind: K,
): value is Extract<AnyNode, { kind: K }> => isNode(value) && value.kind === kind;

export const isRunNode = (value: unknown): value is RunNode => isKind(value, 'run');
export const isFileNode = (value: unknown): value is FileNode => isKind(value, 'file');
export const isStepNode = (value: unknown): value is StepNode => isKind(value, 'step');
export const isPipelineRunNode = (value: unknown): value is PipelineRunNode =>
  isKind(value, 'pipelineRun');
export const isLaunchNode = (value: unknown): value is LaunchNode => isKind(value, 'launch');
export const isArtifactNode = (value: unknown): value is ArtifactNode => isKind(value, 'artifact');

export function isLensTarget(value: unknown): value is LensTarget {
  if (!isRecord(value)) return false;
  const { uri, root, name, line } = value;
  return (
    typeof uri === 'string' &&
    typeof root === 'string' &&
    typeof name === 'string' &&
    typeof line === 'number'
  );
}
export const isReasonTarget = (value: unknown): value is ReasonTarget =>
  isLensTarget(value) && 'reasons' in value && Array.isArray(value.reasons);

export const isStopTarget = (value: unknown): value is StopTarget =>
  isLensTarget(value) && 'stepRunIds' in value && Array.isArray(value.stepRunIds);
export const isScriptTarget = (value: unknown): value is ScriptTarget =>
  isLensTarget(value) && 'experiments' in value && Array.isArray(value.experiments);

export const isArtifactTarget = (value: unknown): value is ArtifactTarget =>
  isRecord(value) && typeof value['root'] === 'string' && typeof value['artifactId'] === 'string';

/** The pipeline of a row or a lens; undefined when it names none. */
export function pipelineTarget(
  argument: unknown,
  sessions: Sessions,
  toFile: (uri: string) => string,
): RunTarget | undefined {
  if (isLensTarget(argument)) {
    const session = sessions.byRoot(argument.root);
    const { name } = argument;
    return session && { session, file: toFile(argument.uri), pipeline: name, step: undefined };
  }
  if (!isNode(argument)) return undefined;
  const { session } = argument;
  if (argument.kind !== 'pipeline' && argument.kind !== 'pipelineRun') return undefined;
  const row =
    argument.kind === 'pipeline'
      ? session.pipelines.pipeline(argument.name)?.lastRun
      : session.pipelines.run(argument.id);
  return row && { ...ofRun(session, row), step: undefined };
}

/** The step of a row or a lens; undefined when it names none. */
export async function stepTarget(
  argument: unknown,
  sessions: Sessions,
  toFile: (uri: string) => string,
): Promise<RunTarget | undefined> {
  if (isStepNode(argument)) {
    const { session, pipelineRunId, id } = argument;
    const row = session.pipelines.run(pipelineRunId);
    const step = session.pipelines.step(pipelineRunId, id);
    return row && step && { ...ofRun(session, row), step: step.stepId };
  }
  if (!isLensTarget(argument)) return undefined;
  const session = sessions.byRoot(argument.root);
  return session && stepOfFile(session, toFile(argument.uri), argument.name);
}

/** A step may be used by a pipeline of another file: then that file is run. */
async function stepOfFile(session: FolderSession, file: string, step: string): Promise<RunTarget> {
  const { root } = session.folder;
  const relative = path.relative(root, file).split(path.sep).join('/');
  const { runs } = await session.call('GET /api/invocations', { file: relative });
  const newest = [...runs]
    .sort((a, b) => b.startedAt - a.startedAt)
    .find(({ graph }) =>
      graph.steps.some((each) => each.step === step && each.source.file === relative),
    );
  if (!newest) return { session, file, pipeline: undefined, step };
  const { pipeline, source } = newest.graph;
  return { session, file: path.join(root, source.file), pipeline, step };
}

function ofRun(session: FolderSession, row: { pipeline: string; source: { file: string } }) {
  const file = path.join(session.folder.root, row.source.file);
  return { session, file, pipeline: row.pipeline };
}
