/** Joins command ids with what they do. Every command exists in every state and says why it cannot. */
import * as vscode from 'vscode';
import { messageOf } from '../../base/errors';
import type { CommandId } from '../contributions';
import { t } from '../texts';
import type { ArtifactCommands } from './artifactCommands';
import type { CodeCommands } from './codeCommands';
import type { DeleteData } from './deleteData';
import type { ExperimentCommands } from './experimentCommands';
import type { ExplainCommands } from './explain';
import type { FilterCommands } from './filterCommands';
import type { FormCommands } from './formCommands';
import type { ModelCommands } from './modelCommands';
import type { NoteCommands } from './noteCommands';
import type { PanelCommands } from './panelCommands';
import type { ProjectCommands } from './projectCommands';
import type { ReplayCommands } from './replayCommands';
import type { RunCommands } from './runCommands';
import type { EditCommands } from './runEdit';
import type { ScriptCommands } from './scriptCommands';
import type { SourceCommands } from './sources';
import type { StopCommands } from './stopCommands';
import type { TransferCommands } from './transferCommands';
import type { TrashCommands } from './trash';
import type { TreeCommands } from './treeCommands';
import type { WishCommands } from './wishCommands';

export interface CommandParts {
  readonly runs: RunCommands;
  readonly stops: StopCommands;
  readonly forms: FormCommands;
  readonly replays: ReplayCommands;
  readonly scripts: ScriptCommands;
  readonly rows: ExperimentCommands;
  readonly artifacts: ArtifactCommands;
  readonly explain: ExplainCommands;
  readonly project: ProjectCommands;
  readonly sources: SourceCommands;
  readonly edits: EditCommands;
  readonly trash: TrashCommands;
  readonly transfers: TransferCommands;
  readonly panels: PanelCommands;
  readonly models: ModelCommands;
  readonly data: DeleteData;
  readonly code: CodeCommands;
  readonly filters: FilterCommands;
  readonly trees: TreeCommands;
  readonly notes: NoteCommands;
  readonly wishes: WishCommands;
}

/** Of a menu: the clicked row, then all that are selected. */
type Handler = (argument?: unknown, selected?: unknown) => Promise<void>;

function handlers(parts: CommandParts): Record<CommandId, Handler> {
  const { runs, stops, forms, replays, scripts, rows, artifacts, explain } = parts;
  const { project, sources, edits, trash, transfers } = parts;
  const { panels, models, data, code, filters, trees, notes, wishes } = parts;
  return {
    'runlens.runPipeline': runs.runPipeline,
    'runlens.runPipelineWith': forms.runPipelineWith,
    'runlens.runStep': runs.runStep,
    'runlens.runFromStep': runs.runFromStep,
    'runlens.runUpToStep': runs.runUpToStep,
    'runlens.previewPipeline': runs.previewPipeline,
    'runlens.previewStep': runs.previewStep,
    'runlens.debugStep': runs.debugStep,
    'runlens.replayRun': replays.replayRun,
    'runlens.resumeRun': replays.resumeRun,
    'runlens.stop': stops.stop,
    'runlens.stopStep': stops.stopStep,
    'runlens.runScript': scripts.runScript,
    'runlens.showScriptRuns': scripts.showScriptRuns,
    'runlens.openScriptCharts': scripts.openScriptCharts,
    'runlens.runEntryPoint': forms.runEntryPoint,
    'runlens.openCharts': panels.openCharts,
    'runlens.openRun': panels.openRun,
    'runlens.openRuns': panels.openRuns,
    'runlens.compareRuns': panels.compareRuns,
    'runlens.openPipeline': panels.openPipeline,
    'runlens.openArtifact': panels.openArtifact,
    'runlens.openModel': panels.openModel,
    'runlens.promoteModel': models.promoteModel,
    'runlens.setModelAlias': models.setModelAlias,
    'runlens.describeModel': models.describeModel,
    'runlens.deleteAllData': data.deleteAllData,
    'runlens.openFileInEditor': code.openFileInEditor,
    'runlens.recreateRun': code.recreateRun,
    'runlens.diffRunCode': code.diffRunCode,
    'runlens.compareTexts': code.compareTexts,
    'runlens.runReportScripts': code.runReportScripts,
    'runlens.filterExperiments': filters.filterExperiments,
    'runlens.filterPipelines': filters.filterPipelines,
    'runlens.filterArtifacts': filters.filterArtifacts,
    'runlens.filterModels': filters.filterModels,
    'runlens.refresh': project.refresh,
    'runlens.selectInterpreter': project.selectInterpreter,
    'runlens.copyLoggingSnippet': project.copyLoggingSnippet,
    'runlens.createSample': project.createSample,
    'runlens.restartServer': project.restartServer,
    'runlens.showLog': project.showLog,
    'runlens.addRemoteServer': sources.addServer,
    'runlens.signInRemote': sources.signIn,
    'runlens.signOutRemote': sources.signOut,
    'runlens.removeRemoteServer': sources.removeServer,
    'runlens.openMlflowFolder': sources.openFolder,
    'runlens.importMlflow': transfers.importData,
    'runlens.exportRuns': transfers.exportRuns,
    'runlens.closeMlflowFolder': sources.closeFolder,
    'runlens.retrySource': sources.retry,
    'runlens.setRunTag': rows.setRunTag,
    'runlens.runWithoutCache': runs.runWithoutCache,
    'runlens.goToSource': explain.goToSource,
    'runlens.openLog': explain.openLog,
    'runlens.showReason': explain.showReason,
    'runlens.showTraceback': explain.showTraceback,
    'runlens.openArtifactVersion': artifacts.openArtifactVersion,
    'runlens.openArtifactFacts': artifacts.openArtifactFacts,
    'runlens.copyLoadSnippet': artifacts.copyLoadSnippet,
    'runlens.deleteArtifact': artifacts.deleteArtifact,
    'runlens.openRunFile': artifacts.openRunFile,
    'runlens.revealRun': rows.revealRun,
    'runlens.renameRun': rows.renameRun,
    'runlens.moveRun': edits.moveRun,
    'runlens.editParam': edits.editParam,
    'runlens.renameExperiment': edits.renameExperiment,
    'runlens.deleteExperiment': edits.deleteExperiment,
    'runlens.restoreFromTrash': trash.restoreFromTrash,
    'runlens.emptyTrash': trash.emptyTrash,
    'runlens.deleteRun': rows.deleteRun,
    'runlens.restoreRun': rows.restoreRun,
    'runlens.copyRunId': rows.copyRunId,
    'runlens.copyRunMarkdown': notes.copyRunMarkdown,
    'runlens.editNote': notes.editNote,
    'runlens.setBaseline': wishes.setBaseline,
    'runlens.compareArtifact': wishes.compareArtifact,
    'runlens.loadMore': trees.loadMore,
  };
}

export function registerCommands(
  parts: CommandParts,
  log: vscode.LogOutputChannel,
): vscode.Disposable[] {
  return Object.entries(handlers(parts)).map(([id, handler]) =>
    vscode.commands.registerCommand(id, (argument?: unknown, selected?: unknown) =>
      guarded(id, () => handler(argument, selected), log),
    ),
  );
}

/** A failure is shown once, in its own words, with the way to the log. */
async function guarded(
  id: string,
  act: () => Promise<void>,
  log: vscode.LogOutputChannel,
): Promise<void> {
  try {
    await act();
  } catch (error) {
    log.error(`${id}: ${messageOf(error)}`);
    const choice = await vscode.window.showErrorMessage(messageOf(error), t('Show Log'));
    if (choice) log.show(true);
  }
}
