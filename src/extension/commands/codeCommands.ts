/** Commands about the code of runs and texts of panels: recreate, compare, open in the editor. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import { type Recreated, recreatedFiles } from '../../client/recreate/texts';
import { readEnvironment } from '../../client/runEnvironment';
import { recreationNotes } from '../../domain/recreation';
import type { FilePlace } from '../../protocol/files';
import type { PageTarget } from '../../protocol/webview/panel';
import type { ComparedTexts } from '../documents/comparedTexts';
import { type CodeChange, changesBetween, type RunCode } from '../documents/runCode';
import type { PlaceTarget } from '../panels/pageCommands';
import type { Places } from '../panels/places';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { isSource } from '../sources/sourceSession';
import { t } from '../texts';
import { fetchWithProgress } from './fetching';
import { placeTargetOf } from './placeTargets';
import { ReportPanels } from './reportPanel';
import { checkTrust } from './trust';

/** More files than these are no longer looked through in one editor. */
const MOST_SHOWN = 200;

export interface CodeCommandParts {
  readonly places: Places;
  readonly sessions: Sessions;
  readonly texts: ComparedTexts;
  readonly code: RunCode;
  readonly log: (message: string) => void;
}

export class CodeCommands {
  private readonly reports = new ReportPanels();

  constructor(private readonly parts: CodeCommandParts) {}

  /** What `runlens recreate` would write, as one document. */
  readonly recreateRun = async (argument?: unknown): Promise<void> => {
    const target = this.need(argument);
    const session = this.parts.places.need(target.place);
    const run = await session.call('GET /api/runs/:runId', { runId: runOf(target) });
    const environment = await readEnvironment(session, run);
    if (!environment) {
      throw new RunlensError(
        'recreate.unrecorded',
        t(
          'The code and environment of the run {0} were not recorded. They are for pipelines, and for MLflow scripts started in a terminal of the editor.',
          run.name,
        ),
      );
    }
    const folder = path.join(session.folder.root, `recreated-${run.runId.slice(0, 8)}`);
    const notes = recreationNotes(environment);
    const text = recreateText({ run, environment, target: folder, datasets: [], notes });
    await vscode.window.showTextDocument(this.parts.texts.add(text, `${run.name} recreate.md`), {
      preview: true,
    });
  };

  /** @param argument two runs, or one: then another is asked for. */
  readonly diffRunCode = async (argument?: unknown, selected?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run git')))) return;
    const target = this.need(argument, selected);
    const session = this.parts.places.need(target.place);
    const [left, right] = target.runIds ?? [];
    const other = right ?? (await pickOther(session, runOf(target)));
    if (left === undefined || other === undefined) return;
    const title = t('Bringing back the code of both runs');
    const location = vscode.ProgressLocation.Notification;
    const [before, after] = await vscode.window.withProgress({ location, title }, () =>
      Promise.all([this.codeOf(session, left), this.codeOf(session, other)]),
    );
    const changes = await changesBetween(before.folder, after.folder);
    for (const note of [...before.notes, ...after.notes]) this.parts.log(note);
    if (changes.length === 0) {
      const same = t('{0} and {1} ran the same code.', before.run.name, after.run.name);
      await vscode.window.showInformationMessage(same);
      return;
    }
    await this.showChanges(`${before.run.name} ↔ ${after.run.name}`, changes);
  };

  /** @param argument of a page: two texts. */
  readonly compareTexts = async (argument?: unknown): Promise<void> => {
    const { texts } = this.need(argument);
    if (!texts) return;
    const { title, left, right } = texts;
    const [before, after] = [left, right].map((text) => this.parts.texts.add(text, title));
    await vscode.commands.executeCommand('vscode.diff', before, after, title);
  };

  /** A file of a run or artifact, by the editor's own viewer. */
  readonly openFileInEditor = async (argument?: unknown): Promise<void> => {
    const target = this.need(argument);
    const file = await localFile(this.parts.places.need(target.place), placeOf(target));
    if (file === undefined) return;
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
  };

  readonly runReportScripts = async (argument?: unknown): Promise<void> => {
    if (!(await checkTrust(t('run scripts of reports')))) return;
    const target = this.need(argument);
    const file = await localFile(this.parts.places.need(target.place), placeOf(target));
    if (file !== undefined) await this.reports.show(file);
  };

  private codeOf(session: FolderSession, runId: string) {
    return this.parts.code.of(this.parts.places.ofRun(runId, session), runId);
  }

  private async showChanges(title: string, changes: readonly CodeChange[]): Promise<void> {
    const uri = (text: string | undefined, file: string) =>
      text === undefined ? undefined : this.parts.texts.add(text, file);
    const shown = changes.slice(0, MOST_SHOWN);
    const [only] = shown;
    if (only && shown.length === 1) {
      const [before, after] = [only.before ?? '', only.after ?? ''].map((text) =>
        this.parts.texts.add(text, path.basename(only.path)),
      );
      await vscode.commands.executeCommand('vscode.diff', before, after, `${title}: ${only.path}`);
      return;
    }
    const resources = shown.map(({ path: file, before, after }) => [
      vscode.Uri.file(`/${file}`),
      uri(before, file),
      uri(after, file),
    ]);
    await vscode.commands.executeCommand('vscode.changes', title, resources);
    if (changes.length > shown.length) {
      this.parts.log(`${title}: ${changes.length - shown.length} more files differ.`);
    }
  }

  /** @throws RunlensError `target.none` */
  private need(argument: unknown, selected?: unknown): PlaceTarget {
    const target = placeTargetOf(argument, selected, this.parts.sessions);
    if (target) return target;
    throw new RunlensError('target.none', t('Choose a run in the Experiments view first.'));
  }
}

function runOf({ runIds }: PageTarget): string {
  const [runId] = runIds ?? [];
  if (runId !== undefined) return runId;
  throw new RunlensError('target.none', t('Choose a run in the Experiments view first.'));
}

function placeOf({ artifactId, runIds, path: file = '' }: PageTarget): FilePlace {
  if (artifactId !== undefined) return { artifactId, path: file };
  return { runId: runOf({ runIds: runIds ?? [] }), path: file };
}

/** On this machine; undefined when the person cancelled bringing it here. */
async function localFile(session: FolderSession, place: FilePlace): Promise<string | undefined> {
  if (!isSource(session) || session.info.kind !== 'server' || !('runId' in place)) {
    return (await session.call('POST /api/file-facts', place)).file;
  }
  const folder = path.posix.dirname(place.path);
  const { items } = await session.call('GET /api/runs/:runId/files', {
    runId: place.runId,
    ...(folder === '.' ? {} : { path: folder }),
  });
  const row = items.find((each) => each.path === place.path);
  if (row) return fetchWithProgress(session, place.runId, row);
  throw new RunlensError('file.unknown', t('The run has no file {0} any more.', place.path));
}

async function pickOther(session: FolderSession, runId: string): Promise<string | undefined> {
  const row = session.experiments.run(runId) ?? (await session.ensureDetail(runId));
  const rows = [...session.experiments.knownRuns()]
    .filter((each) => each.runId !== runId && each.lifecycleStage === 'active')
    .sort((a, b) => b.startTime - a.startTime);
  const items = rows.map((each) => ({
    label: each.name || each.runId,
    description: session.experiments.experiment(each.experimentId)?.name ?? '',
    runId: each.runId,
  }));
  const placeHolder = t('Compare the code of {0} with that of', row?.name ?? runId);
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.runId;
}

function recreateText(recreated: Recreated): string {
  const { run } = recreated;
  const files = Object.entries(recreatedFiles(recreated)).filter(
    ([name]) => name !== 'README.md' && name !== 'environment.json',
  );
  const readme = recreatedFiles(recreated)['README.md'] ?? '';
  return [
    readme.trimEnd(),
    '',
    '## Write it to a folder',
    '',
    '```sh',
    `runlens recreate ${run.runId}`,
    '```',
    ...files.flatMap(([name, text]) => ['', `## ${name}`, '', '````', text.trimEnd(), '````']),
    '',
  ].join('\n');
}
