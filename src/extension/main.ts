/** The extension's entry: builds its parts and joins them. Nothing slow is awaited here. */
import * as vscode from 'vscode';
import { messageOf } from '../base/errors';
import { findServer } from '../client/discovery';
import { ServerClient } from '../client/http';
import { stopServer } from '../client/launch';
import { ensureStateFolder, launcherFile, writePrivateFile } from '../client/state';
import type { RunlensApi } from './api';
import { ArtifactCommands } from './commands/artifactCommands';
import { CodeCommands } from './commands/codeCommands';
import { DeleteData } from './commands/deleteData';
import { ExperimentCommands } from './commands/experimentCommands';
import { ExplainCommands } from './commands/explain';
import { FormCommands } from './commands/formCommands';
import { LaunchDesk } from './commands/launcher';
import { ModelCommands } from './commands/modelCommands';
import { NoteCommands } from './commands/noteCommands';
import { PanelCommands } from './commands/panelCommands';
import { Picker } from './commands/picking';
import { ProjectCommands } from './commands/projectCommands';
import { registerCommands } from './commands/register';
import { ReplayCommands } from './commands/replayCommands';
import { RunCommands } from './commands/runCommands';
import { EditCommands } from './commands/runEdit';
import { ScriptCommands } from './commands/scriptCommands';
import { SourceCommands } from './commands/sources';
import { StopCommands } from './commands/stopCommands';
import { Terminal } from './commands/terminalRuns';
import { TransferCommands } from './commands/transferCommands';
import { TrashCommands } from './commands/trash';
import { TreeCommands } from './commands/treeCommands';
import { WishCommands } from './commands/wishCommands';
import { SCHEMES } from './contributions';
import { ComparedTexts } from './documents/comparedTexts';
import { LogDocuments } from './documents/logDocuments';
import { registerLogFeatures } from './documents/logFeatures';
import { RunCode } from './documents/runCode';
import { TextDocuments } from './documents/textDocuments';
import { type LanguageConnection, LanguageService } from './languageService';
import { terminalLinks, uriHandler } from './links/links';
import { fileRoots } from './panels/fileRoots';
import { panelEditor } from './panels/panelEditor';
import { Panels } from './panels/panels';
import { Places, placeId } from './panels/places';
import { createSession, workspaceFolders } from './session/folders';
import { Interpreters } from './session/interpreter';
import { pythonSearch } from './session/pythonSearch';
import { installRuntime, type Runtime, runtimeOf } from './session/runtime';
import { Sessions } from './session/sessions';
import { ShownRuns } from './session/shown';
import { Terminals } from './session/terminals';
import { Remotes } from './sources/remotes';
import { FinishNotices } from './status/finishNotices';
import { Status } from './status/status';
import { pageTexts } from './texts';
import { createViews, filterCommands, type Keep } from './views/createViews';

let stopLanguage: () => Promise<void> = async () => undefined;

export function activate(context: vscode.ExtensionContext): RunlensApi {
  const startedAt = performance.now();
  const keep: Keep = (item) => {
    context.subscriptions.push(item);
    return item;
  };
  const log = keep(vscode.window.createOutputChannel('Runlens', { log: true }));
  const dist = context.asAbsolutePath('dist');
  const runtime = runtimeOf(context.globalStorageUri.fsPath, versionOf(context));
  const prepared = prepare(dist, runtime, context);
  prepared.catch((error: unknown) => log.error(messageOf(error)));

  const sessions = keep(
    new Sessions((folder) => createSession(folder, { runtime, prepared, log })),
  );
  const remotes = keep(new Remotes(context, sessions, log));
  const { sources } = remotes;
  const shown = keep(
    new ShownRuns(context.workspaceState, () => [...sessions.knownRuns(), ...sources.knownRuns()]),
  );
  const interpreters = keep(
    new Interpreters(
      pythonSearch((message) => log.warn(message)),
      log,
    ),
  );
  const views = createViews({ sessions, sources, shown }, keep);
  keep(new Terminals(context.environmentVariableCollection, sessions, () => runtime.sdk));
  keep(new Status({ sessions, interpreters, view: views.experimentsView }));
  keep(new FinishNotices(sessions));
  const desk = keep(new LaunchDesk(sessions, interpreters));
  const filters = filterCommands(views);
  const rows = new ExperimentCommands(
    { sessions, sources },
    views.experiments,
    views.experimentsView,
    () => filters.set('experiments', ''),
  );
  const reveal = (runId: string) => rows.revealRun(runId);
  const warn = (message: string) => log.warn(message);
  const isTrusted = () => vscode.workspace.isTrusted;
  const places = new Places({ sessions, sources, isTrusted });
  const panels = keep(
    new Panels({
      ...{ extensionUri: context.extensionUri, places, sessions, sources, shown },
      editor: panelEditor(sessions),
      texts: pageTexts,
      fileRoots: (place) => fileRoots(places.byId(place), context.globalStorageUri),
      log: warn,
    }),
  );
  const showCharts = async () => {
    if (places.first) panels.show(placeId(places.first), { kind: 'charts' });
  };
  const compared = new ComparedTexts();
  const language = new LanguageService(startLanguage(dist, sessions, log));
  stopLanguage = () => language.stop();
  const parts = {
    rows,
    edits: new EditCommands(),
    trash: new TrashCommands(sessions),
    transfers: new TransferCommands(sessions),
    ...runningCommands({
      context,
      runtime,
      dist,
      language,
      desk,
      rows,
      sessions,
      shown,
      showCharts,
    }),
    artifacts: new ArtifactCommands(sessions),
    explain: new ExplainCommands(sessions),
    sources: new SourceCommands(remotes, sessions),
    project: new ProjectCommands({ sessions, sources }, interpreters, log),
    panels: new PanelCommands({ panels, places, sessions, shown }),
    models: new ModelCommands({ places, sessions }),
    data: new DeleteData(sessions, warn),
    code: new CodeCommands({
      ...{ places, sessions, texts: compared, log: warn },
      code: keep(new RunCode(warn)),
    }),
    filters,
    trees: new TreeCommands({ rows, artifacts: views.artifacts, models: views.models }),
    notes: new NoteCommands(),
    wishes: new WishCommands(panels),
  };
  for (const command of registerCommands(parts, log)) keep(command);
  registerDocuments(sessions, keep);
  keep(vscode.workspace.registerTextDocumentContentProvider(SCHEMES.compared, compared));
  const links = { uri: uriHandler(reveal), terminal: terminalLinks(sessions, reveal) };
  keep(vscode.window.registerUriHandler(links.uri));
  keep(vscode.window.registerTerminalLinkProvider(links.terminal));
  followWorkspace(sessions, keep, log);

  const { experiments, pipelines, artifacts, models } = views;
  const activationMs = performance.now() - startedAt;
  log.info(`Runlens ${versionOf(context)} activated in ${activationMs.toFixed(1)} ms`);
  return {
    sessions,
    sources,
    remotes,
    shown,
    interpreters,
    panels,
    trees: { experiments, pipelines, artifacts, models },
    links,
    activationMs,
    ready: async () => {
      await Promise.all(sessions.all.map((session) => session.ready()));
    },
    language: language.ready(),
  };
}

function registerDocuments(sessions: Sessions, keep: Keep): void {
  const logs = keep(new LogDocuments(sessions));
  const texts = new TextDocuments(sessions);
  keep(vscode.workspace.registerTextDocumentContentProvider(SCHEMES.log, logs));
  keep(vscode.workspace.registerTextDocumentContentProvider(SCHEMES.text, texts));
  keep(registerLogFeatures());
}

function followWorkspace(sessions: Sessions, keep: Keep, log: vscode.LogOutputChannel): void {
  keep(vscode.workspace.onDidChangeWorkspaceFolders(() => sessions.setFolders(workspaceFolders())));
  keep(
    vscode.workspace.onDidGrantWorkspaceTrust(() =>
      reopen(sessions).catch((error: unknown) => log.error(messageOf(error))),
    ),
  );
  sessions.setFolders(workspaceFolders());
}

export async function deactivate(): Promise<void> {
  await stopLanguage();
}

const versionOf = (context: vscode.ExtensionContext): string =>
  String(context.extension.packageJSON.version);

/** Puts server and SDK in place and tells the SDK and the command line how a server is started. */
async function prepare(
  dist: string,
  runtime: Runtime,
  context: vscode.ExtensionContext,
): Promise<void> {
  const always = context.extensionMode !== vscode.ExtensionMode.Production;
  await installRuntime(dist, runtime, { always });
  ensureStateFolder();
  writePrivateFile(launcherFile(), JSON.stringify(runtime.launcher));
}

/** Loaded apart: the client's library costs more than all the rest of the activation. */
async function startLanguage(
  dist: string,
  sessions: Sessions,
  log: vscode.LogOutputChannel,
): Promise<LanguageConnection | undefined> {
  try {
    const { startLanguageClient } = await import('./languageClient');
    return await startLanguageClient(dist, sessions, log);
  } catch (error) {
    log.error(
      `The language server was not started, so there are no code lenses: ${messageOf(error)}`,
    );
    return undefined;
  }
}

interface RunningParts {
  readonly context: vscode.ExtensionContext;
  readonly runtime: Runtime;
  readonly dist: string;
  readonly language: LanguageService;
  readonly desk: LaunchDesk;
  readonly rows: ExperimentCommands;
  readonly sessions: Sessions;
  readonly shown: ShownRuns;
  readonly showCharts: () => Promise<void>;
}

/** The commands that run and stop something. */
function runningCommands(parts: RunningParts) {
  const { context, runtime, dist, language, desk, rows, sessions, shown, showCharts } = parts;
  const picker = new Picker(sessions);
  const terminal = new Terminal(runtime, dist);
  const keep = context.workspaceState;
  return {
    runs: new RunCommands(desk, picker, runtime.sdk),
    stops: new StopCommands(sessions),
    forms: new FormCommands({ sessions, desk, picker, language, terminal, keep }),
    replays: new ReplayCommands(desk, picker, language),
    scripts: new ScriptCommands({
      sessions,
      shown,
      terminal,
      interpreter: (session) => desk.interpreter(session),
      revealExperiment: (session, id) => rows.revealExperiment(session, id),
      showCharts,
    }),
  };
}

/** With trust a folder gets a server that writes, in place of a read-only one or none. */
async function reopen(sessions: Sessions): Promise<void> {
  const roots = sessions.all.map(({ folder }) => folder.root);
  // Closed first, so that no session brings back the server that is to go.
  sessions.setFolders([]);
  await Promise.all(roots.map(endReadOnly));
  sessions.setFolders(workspaceFolders());
}

async function endReadOnly(root: string): Promise<void> {
  const running = await findServer(root);
  if (!running) return;
  const client = new ServerClient(running);
  try {
    const { mode } = await client.call('GET /api/info', {});
    if (mode === 'readonly') await stopServer(running, () => client.call('POST /api/shutdown', {}));
  } finally {
    client.dispose();
  }
}
