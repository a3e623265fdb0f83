/** Commands that lead from a row or a lens to its source, log, reason or traceback. */
import * as vscode from 'vscode';
import type { SourceRef } from '../../domain/pipeline';
import { documentUri } from '../documents/uris';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { t } from '../texts';
import { openAt, openLog, openTraceback } from './opening';
import { isLensTarget, isNode, isReasonTarget, isStepNode, isStopTarget } from './targets';

interface StepOf {
  readonly session: FolderSession;
  readonly stepRunId: string | undefined;
  readonly name: string;
  readonly reasons: readonly string[];
}

export class ExplainCommands {
  constructor(private readonly sessions: Sessions) {}

  readonly goToSource = async (argument?: unknown): Promise<void> => {
    if (isLensTarget(argument)) return openAt(vscode.Uri.parse(argument.uri), argument.line);
    if (!isNode(argument)) return;
    const source = sourceOf(argument);
    if (!source) return;
    const root = vscode.Uri.file(argument.session.folder.root);
    await openAt(vscode.Uri.joinPath(root, source.file), source.line - 1);
  };

  readonly openLog = async (argument?: unknown): Promise<void> => {
    const step = this.stepOf(argument);
    if (step?.stepRunId) await openLog(step.session, step.stepRunId, step.name);
  };

  readonly showTraceback = async (argument?: unknown): Promise<void> => {
    const step = this.stepOf(argument);
    if (step?.stepRunId) await openTraceback(step.session, step.stepRunId, step.name);
  };

  /** The reasons in words, and on demand the key's components beside those of the run before. */
  readonly showReason = async (argument?: unknown): Promise<void> => {
    const step = this.stepOf(argument);
    if (!step) return;
    const { stepRunId, reasons, name } = step;
    if (reasons.length === 0 && stepRunId) return compareKeys(step, stepRunId);
    const text = `${name}: ${reasons.join('; ') || t('it has not run yet')}`;
    const actions = stepRunId ? [t('Compare Keys')] : [];
    const choice = await vscode.window.showInformationMessage(text, ...actions);
    if (choice && stepRunId) await compareKeys(step, stepRunId);
  };

  private stepOf(argument: unknown): StepOf | undefined {
    if (isStepNode(argument)) {
      const { session, pipelineRunId, id } = argument;
      const row = session.pipelines.step(pipelineRunId, id);
      const reasons = (row?.reasons ?? []).map((reason) => reason.text);
      return { session, stepRunId: id, name: row?.stepId ?? id, reasons };
    }
    if (isStopTarget(argument)) {
      const session = this.sessions.byRoot(argument.root);
      const { name, stepRunIds } = argument;
      return session && { session, stepRunId: stepRunIds[0], name, reasons: [] };
    }
    if (!isReasonTarget(argument)) return undefined;
    const session = this.sessions.byRoot(argument.root);
    const { stepRunId, reasons, name } = argument;
    return session && { session, stepRunId, name, reasons };
  }
}

/** The editor's own diff over one line per component of the cache key. */
async function compareKeys({ session, name }: StepOf, id: string): Promise<void> {
  const { root } = session.folder;
  const before = documentUri({ kind: 'before', root, id }, t('{0} before', name));
  const after = documentUri({ kind: 'after', root, id }, t('{0} after', name));
  await vscode.commands.executeCommand('vscode.diff', before, after, t('{0}: cache key', name));
}

function sourceOf(node: unknown): SourceRef | undefined {
  if (!isNode(node)) return undefined;
  const { pipelines } = node.session;
  switch (node.kind) {
    case 'pipeline':
      return pipelines.pipeline(node.name)?.source;
    case 'pipelineRun':
      return pipelines.run(node.id)?.source;
    case 'step':
      return pipelines.step(node.pipelineRunId, node.id)?.source;
    default:
      return undefined;
  }
}
