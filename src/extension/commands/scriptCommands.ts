/** Commands on scripts that log with MLflow: run one, and see what it logged. */
import * as vscode from 'vscode';
import { LENS_COMMANDS, type ScriptTarget } from '../../protocol/lsp';
import type { ExperimentRow, RunRow } from '../../protocol/rows';
import type { FolderSession } from '../session/folderSession';
import type { Interpreter } from '../session/interpreter';
import type { Sessions } from '../session/sessions';
import type { ShownRuns } from '../session/shown';
import { t } from '../texts';
import { activeTargets } from './atCursor';
import { saveDirty } from './saving';
import { isLensTarget, isScriptTarget } from './targets';
import type { Terminal } from './terminalRuns';
import { checkTrust } from './trust';

export interface ScriptParts {
  readonly sessions: Sessions;
  readonly shown: ShownRuns;
  readonly terminal: Terminal;
  /** Says that there is none. */
  interpreter(session: FolderSession): Promise<Interpreter | undefined>;
  revealExperiment(session: FolderSession, experimentId: string): Promise<void>;
  showCharts(): Promise<void>;
}

/** So many of the newest runs are shown in the charts. */
const CHARTED = 10;
/** MLflow's name for runs whose experiment is not named. */
const DEFAULT = 'Default';

export class ScriptCommands {
  constructor(private readonly parts: ScriptParts) {}

  /** @param argument a lens; without it the file in the editor. */
  readonly runScript = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run Python')))) return;
    const found = isLensTarget(argument)
      ? { session: this.parts.sessions.byRoot(argument.root), uri: vscode.Uri.parse(argument.uri) }
      : this.active();
    if (!found?.session) return say(t('Open the Python file that is to be run.'));
    const { session, uri } = found;
    await saveDirty(session);
    const python = await this.parts.interpreter(session);
    if (python) await this.parts.terminal.runScript(session, python.path, uri.fsPath);
  };

  readonly showScriptRuns = async (argument?: unknown): Promise<void> => {
    const logged = await this.logged(argument);
    const [first] = logged?.experiments ?? [];
    if (!logged || !first) return;
    await this.parts.revealExperiment(logged.session, first.experimentId);
  };

  readonly openScriptCharts = async (argument?: unknown): Promise<void> => {
    const logged = await this.logged(argument);
    if (!logged || logged.experiments.length === 0) return;
    const runs = await newestRuns(logged.session, logged.experiments);
    for (const { runId } of runs) await this.parts.shown.choose(runId, true);
    await this.parts.showCharts();
  };

  /** The experiments of a script that have runs; says so when there are none. */
  private async logged(
    argument: unknown,
  ): Promise<{ session: FolderSession; experiments: readonly ExperimentRow[] } | undefined> {
    const target = isScriptTarget(argument) ? argument : await this.activeScript();
    const session = target && this.parts.sessions.byRoot(target.root);
    if (!target || !session) {
      await say(t('Open a Python file that logs with MLflow first.'));
      return undefined;
    }
    await session.ready();
    await session.loadExperiments();
    const names = target.experiments.length === 0 ? [DEFAULT] : target.experiments;
    const experiments = session.experiments.experiments.filter(
      ({ name, runs }) => names.includes(name) && runs !== 0,
    );
    if (experiments.length === 0) await this.offerRun(target);
    return { session, experiments };
  }

  private async offerRun(target: ScriptTarget): Promise<void> {
    const file = vscode.workspace.asRelativePath(vscode.Uri.parse(target.uri));
    const text = t('{0} has logged no run yet.', file);
    const choice = await vscode.window.showInformationMessage(text, t('Run Script'));
    if (choice) await this.runScript(target);
  }

  private async activeScript(): Promise<ScriptTarget | undefined> {
    const [first] = (await activeTargets(LENS_COMMANDS.runScript)).filter(isScriptTarget);
    return first;
  }

  private active(): { session: FolderSession | undefined; uri: vscode.Uri } | undefined {
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== 'python' || document.uri.scheme !== 'file') return undefined;
    const { uri } = document;
    const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    const session = this.parts.sessions.all.find((each) => each.folder.path === folder);
    return { session, uri };
  }
}

async function newestRuns(
  session: FolderSession,
  experiments: readonly ExperimentRow[],
): Promise<readonly RunRow[]> {
  const lists = await Promise.all(
    experiments.map(async ({ experimentId }) => {
      await session.ensureRuns({ experimentId });
      return session.experiments.list({ experimentId })?.rows ?? [];
    }),
  );
  return lists
    .flat()
    .sort((a, b) => (b.startTime ?? 0) - (a.startTime ?? 0))
    .slice(0, CHARTED);
}

async function say(text: string): Promise<void> {
  await vscode.window.showInformationMessage(text);
}
