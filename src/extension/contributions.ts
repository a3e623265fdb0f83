/**
 * Every name that the manifest and the code share. `test/manifest.test.ts` checks that both
 * agree: a command, view, setting, colour or context key exists in both or in neither.
 */

/** Where a command is offered: in the palette, or only on an item that it needs. */
export const COMMANDS = {
  'runlens.runPipeline': 'palette',
  'runlens.runPipelineWith': 'palette',
  'runlens.runStep': 'palette',
  'runlens.runFromStep': 'palette',
  'runlens.runUpToStep': 'palette',
  'runlens.previewPipeline': 'palette',
  'runlens.previewStep': 'palette',
  'runlens.debugStep': 'palette',
  'runlens.replayRun': 'palette',
  'runlens.resumeRun': 'palette',
  'runlens.stop': 'palette',
  'runlens.stopStep': 'palette',
  'runlens.runScript': 'palette',
  'runlens.showScriptRuns': 'palette',
  'runlens.openScriptCharts': 'palette',
  'runlens.runEntryPoint': 'palette',
  'runlens.openCharts': 'palette',
  'runlens.openRun': 'palette',
  'runlens.openRuns': 'palette',
  'runlens.compareRuns': 'palette',
  'runlens.openPipeline': 'palette',
  'runlens.openArtifact': 'palette',
  'runlens.openModel': 'palette',
  'runlens.promoteModel': 'palette',
  'runlens.deleteAllData': 'palette',
  'runlens.refresh': 'palette',
  'runlens.selectInterpreter': 'palette',
  'runlens.copyLoggingSnippet': 'palette',
  'runlens.createSample': 'palette',
  'runlens.restartServer': 'palette',
  'runlens.showLog': 'palette',
  'runlens.restoreFromTrash': 'palette',
  'runlens.emptyTrash': 'palette',
  'runlens.addRemoteServer': 'palette',
  'runlens.signInRemote': 'palette',
  'runlens.signOutRemote': 'palette',
  'runlens.removeRemoteServer': 'palette',
  'runlens.openMlflowFolder': 'palette',
  'runlens.importMlflow': 'palette',
  'runlens.exportRuns': 'palette',
  'runlens.retrySource': 'item',
  'runlens.closeMlflowFolder': 'item',
  'runlens.setRunTag': 'item',
  'runlens.runWithoutCache': 'item',
  'runlens.goToSource': 'item',
  'runlens.openLog': 'item',
  'runlens.showReason': 'item',
  'runlens.showTraceback': 'item',
  'runlens.openArtifactVersion': 'item',
  'runlens.openArtifactFacts': 'item',
  'runlens.copyLoadSnippet': 'item',
  'runlens.deleteArtifact': 'item',
  'runlens.openRunFile': 'item',
  'runlens.revealRun': 'item',
  'runlens.renameRun': 'item',
  'runlens.moveRun': 'item',
  'runlens.editParam': 'item',
  'runlens.renameExperiment': 'item',
  'runlens.deleteExperiment': 'item',
  'runlens.deleteRun': 'item',
  'runlens.restoreRun': 'item',
  'runlens.copyRunId': 'item',
  'runlens.copyRunMarkdown': 'item',
  'runlens.editNote': 'item',
  'runlens.setBaseline': 'item',
  'runlens.compareArtifact': 'item',
  'runlens.loadMore': 'item',
  'runlens.openFileInEditor': 'item',
  'runlens.recreateRun': 'item',
  'runlens.diffRunCode': 'item',
  'runlens.compareTexts': 'item',
  'runlens.runReportScripts': 'item',
  'runlens.setModelAlias': 'item',
  'runlens.describeModel': 'item',
  'runlens.filterExperiments': 'item',
  'runlens.filterPipelines': 'item',
  'runlens.filterArtifacts': 'item',
  'runlens.filterModels': 'item',
} as const;
export type CommandId = keyof typeof COMMANDS;

export const CONTAINER = 'runlens';
export const VIEWS = {
  experiments: 'runlens.experiments',
  pipelines: 'runlens.pipelines',
  artifacts: 'runlens.artifacts',
  models: 'runlens.models',
} as const;
export type ViewId = keyof typeof VIEWS;

/** View types of the panels, by the page that each shows (`webview/<page>`). */
export const PANELS = {
  runs: 'runlens.runsPanel',
  charts: 'runlens.charts',
  run: 'runlens.runPanel',
  pipeline: 'runlens.pipelinePanel',
  artifact: 'runlens.artifactPanel',
  models: 'runlens.modelsPanel',
} as const;
export type SurfaceId = keyof typeof PANELS;

/** Without the prefix `runlens.`. */
export const SETTINGS = [
  'interpreter',
  'terminal.environment',
  'codeLens.enabled',
  'codeLens.state',
  'codeLens.outputs',
  'codeLens.scripts',
  'codeLens.projects',
  'notifications.finished',
  'server.idleMinutes',
  'maxParallel',
  'remote.servers',
] as const;
export type SettingKey = (typeof SETTINGS)[number];

/** Context keys that the manifest's `when` clauses read. */
export const CONTEXT = {
  /** `starting`, `up` or `down`. */
  server: 'runlens.server',
  /** Whether no Python was found. */
  noPython: 'runlens.noPython',
  /** Number of runs that are running. */
  running: 'runlens.running',
} as const;

/** `contextValue` of tree items: what the menus' `viewItem` tests look for. */
export const ITEMS = {
  experiment: 'experiment',
  /** On another MLflow server, or in an opened MLflow folder. */
  sourceExperiment: 'experiment.source',
  param: 'param',
  run: 'run',
  runningRun: 'run.running',
  /** On another MLflow server: can be changed, not stopped. */
  remoteRun: 'run.remote',
  /** In an opened MLflow folder. */
  readOnlyRun: 'run.readOnly',
  runFile: 'runFile',
  server: 'source.server',
  /** That asks for a sign-in. */
  lockedServer: 'source.server.locked',
  downServer: 'source.server.down',
  folderSource: 'source.folder',
  pipeline: 'pipeline',
  /** A launch that has not become a run yet. */
  launch: 'launch',
  pipelineRun: 'pipelineRun',
  runningPipelineRun: 'pipelineRun.running',
  /** Failed or stopped: can be resumed. */
  failedPipelineRun: 'pipelineRun.failed',
  step: 'step',
  runningStep: 'step.running',
  failedStep: 'step.failed',
  artifact: 'artifact',
  /** Rows of the Artifacts tree. */
  artifactName: 'artifactName',
  artifactVersion: 'artifactVersion',
  /** Rows of the Models tree. */
  model: 'model',
  modelVersion: 'modelVersion',
} as const;

export const SERIES_COLOURS = Array.from(
  { length: 10 },
  (_, index) => `runlens.series.${index + 1}`,
);

export const SCHEMES = {
  /** Logs that grow. */
  log: 'runlens-log',
  /** Facts, reasons, tracebacks. */
  text: 'runlens',
  /** Two texts, side by side, as long as the window is. */
  compared: 'runlens-compared',
} as const;
