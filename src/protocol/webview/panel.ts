/**
 * What every panel's page and the extension say to each other. A page belongs to one *place*: a
 * folder's own store or a source. It asks that place's routes itself, but only those named here, and is
 * told of events while it can be seen. A hidden page is gone: it begins anew, so that it cannot have
 * missed anything; what a person chose is in its kept state.
 */
import type { ControlRoute, ReplyOf, RequestOf, SearchRefusal } from '../control';
import type { ServerEvent } from '../events';

/** Routes that read. */
export const PAGE_ROUTES = [
  'GET /api/experiments',
  'POST /api/search',
  'POST /api/run-table',
  'POST /api/run-columns',
  'POST /api/run-values',
  'POST /api/run-groups',
  'GET /api/runs/:runId',
  'GET /api/runs/:runId/files',
  'GET /api/runs/:runId/edits',
  'GET /api/runs/:runId/lineage',
  'GET /api/experiments/:experimentId/runs',
  'POST /api/series',
  'GET /api/pipelines',
  'GET /api/pipelines/:pipeline/runs',
  'GET /api/pipelines/:pipeline/over-time',
  'GET /api/pipeline-runs/:id',
  'GET /api/facts/pipeline-runs/:id',
  'GET /api/steps/:id',
  'GET /api/steps/:id/explain',
  'GET /api/logs/:id',
  'GET /api/artifacts/:id',
  'GET /api/artifacts/:id/lineage',
  'GET /api/lists/artifact-versions',
  'POST /api/file-facts',
  'POST /api/file-table',
  'POST /api/file-text',
  'GET /api/objects/:digest',
  'GET /api/models',
  'GET /api/models/:name',
  'GET /api/models/:name/versions',
  'GET /api/models/:name/versions/:version',
  'GET /api/models/:name/over-time',
] as const satisfies readonly ControlRoute[];
export type PageRoute = (typeof PAGE_ROUTES)[number];

/** Routes that change what is stored and need no question first. */
export const PAGE_CHANGES = [
  'POST /api/run-changes',
  'POST /api/runs/:runId/rename',
  'POST /api/runs/:runId/edit',
  'POST /api/models/:name/alias',
  'POST /api/models/:name/versions/:version/stage',
  'POST /api/models/:name/describe',
  'POST /api/models/:name/tag',
] as const satisfies readonly ControlRoute[];
export type PageChange = (typeof PAGE_CHANGES)[number];

/** What a page is told when it begins. */
export interface PanelStart {
  readonly place: PanelPlace;
  readonly subject: PanelSubject;
  readonly status: PlaceStatus;
  /** Shown runs with their colour slots, the same in trees, tables and charts. */
  readonly shown: readonly ShownSlot[];
  /** BCP 47, for numbers and times. */
  readonly locale: string;
  /** Texts of `l10n`, by their English text; empty for English. */
  readonly texts: Readonly<Record<string, string>>;
  /** What was asked of the panel since its page was last there. */
  readonly wish?: PanelWish;
}

/** What a person asks of a panel from outside of it; it changes the page's view once. */
export type PanelWish =
  /** The run that the others of the table are compared with. */
  | { readonly kind: 'baseline'; readonly runId: string }
  /** The version that the artifact is compared with. */
  | { readonly kind: 'compare'; readonly artifactId: string }
  /** The run of the pipeline, and the invocation of it whose facts are shown. */
  | { readonly kind: 'pipelineRun'; readonly pipelineRunId: string; readonly stepId?: string };

/** What a panel was opened for. A page may go on to another one by itself and keeps that in its view. */
export type PanelSubject =
  /** All experiments of the place when none is named. */
  | { readonly kind: 'runs'; readonly experimentIds?: readonly string[]; readonly filter?: string }
  /** The shown runs; `runIds` when some were chosen to be compared, the baseline first. */
  | { readonly kind: 'charts'; readonly runIds?: readonly string[]; readonly tab?: ChartsTab }
  | { readonly kind: 'run'; readonly runId: string }
  /** The newest run of the pipeline when none is named. */
  | { readonly kind: 'pipeline'; readonly pipeline: string; readonly pipelineRunId?: string }
  | { readonly kind: 'artifact'; readonly artifactId: string; readonly path?: string }
  | { readonly kind: 'file'; readonly runId: string; readonly path: string }
  | { readonly kind: 'models'; readonly model?: string; readonly version?: string };

/** What the editor keeps of a page beside its view, so that the extension opens it again after a reload. */
export interface PanelMemory {
  /** `PanelPlace.id`. */
  readonly place: string;
  readonly subject: PanelSubject;
}

export const CHARTS_TABS = ['charts', 'compare', 'parameters', 'over-time'] as const;
export type ChartsTab = (typeof CHARTS_TABS)[number];

export interface PanelPlace {
  /** Stable over windows. */
  readonly id: string;
  readonly name: string;
  /** To be sent as `source` where a request takes one; undefined for a folder's own store. */
  readonly source: string | undefined;
  readonly canWrite: boolean;
  /** Whether this window may run code: a trusted workspace with its own server. */
  readonly canRun: boolean;
}

export type PlaceStatus =
  | { readonly kind: 'starting' }
  | { readonly kind: 'up'; readonly storeBytes: number | undefined }
  | { readonly kind: 'down'; readonly message: string };

export interface ShownSlot {
  readonly runId: string;
  readonly slot: number;
}

/** A refused filter or order comes as a value, so that the page keeps its last good result. */
export type Asked<R extends ControlRoute> =
  | { readonly ok: true; readonly value: ReplyOf<R> }
  | { readonly ok: false; readonly refusal: SearchRefusal };

/** What every page may ask of the extension. */
export interface PanelHost {
  /** The page is listening. */
  ready(): Promise<PanelStart>;
  ask<R extends PageRoute>(route: R, request: RequestOf<R>): Promise<Asked<R>>;
  change<R extends PageChange>(route: R, request: RequestOf<R>): Promise<Asked<R>>;
  /** A command of the extension for something that the page shows; refused when not in PAGE_COMMANDS. */
  run(command: PageCommand, target: PageTarget): Promise<void>;
  /** Shows or hides runs in charts, as the trees' checkboxes do. */
  show(runIds: readonly string[], shown: boolean): Promise<void>;
  copy(text: string): Promise<void>;
  /** Asks for a place and writes it there; false when cancelled. */
  save(file: { readonly name: string; readonly base64: string }): Promise<boolean>;
  /** Writes `message` into the log that *Show Log* opens. */
  report(message: string): Promise<void>;
}

/** What every page is told while it can be seen. */
export interface PanelPage {
  status(status: PlaceStatus): Promise<void>;
  /** Gathered; of the topics of `TOPICS` that its surface follows. */
  events(events: readonly ServerEvent[]): Promise<void>;
  shown(shown: readonly ShownSlot[]): Promise<void>;
  /** Pages without the thing leave it. */
  wish(wish: PanelWish): Promise<void>;
}

export const PAGE_COMMANDS = [
  'runlens.openRun',
  'runlens.openRuns',
  'runlens.openCharts',
  'runlens.compareRuns',
  'runlens.openPipeline',
  'runlens.openArtifact',
  'runlens.openModel',
  'runlens.openRunFile',
  'runlens.openFileInEditor',
  'runlens.revealRun',
  'runlens.deleteRun',
  'runlens.exportRuns',
  'runlens.recreateRun',
  'runlens.runPipeline',
  'runlens.runPipelineWith',
  'runlens.runStep',
  'runlens.runFromStep',
  'runlens.runUpToStep',
  'runlens.debugStep',
  'runlens.replayRun',
  'runlens.resumeRun',
  'runlens.stop',
  'runlens.stopStep',
  'runlens.openLog',
  'runlens.showReason',
  'runlens.showTraceback',
  'runlens.goToSource',
  'runlens.diffRunCode',
  'runlens.compareTexts',
  'runlens.copyLoadSnippet',
  'runlens.runReportScripts',
  'runlens.createSample',
  'runlens.copyLoggingSnippet',
  'runlens.showLog',
] as const;
export type PageCommand = (typeof PAGE_COMMANDS)[number];

/** What a command is about; each command takes what it needs and refuses the rest. */
export interface PageTarget {
  readonly runIds?: readonly string[];
  readonly experimentIds?: readonly string[];
  readonly filter?: string;
  readonly pipelineRunId?: string;
  readonly pipeline?: string;
  readonly stepRunId?: string;
  readonly artifactId?: string;
  readonly model?: string;
  readonly version?: string;
  /** Relative path of a file of the run or artifact. */
  readonly path?: string;
  /** For `compareTexts`. */
  readonly texts?: { readonly title: string; readonly left: string; readonly right: string };
}
