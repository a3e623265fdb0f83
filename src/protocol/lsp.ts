/** What the language server and the extension say beyond the Language Server Protocol. */
import type { Json } from '../base/json';

export interface LanguageInit {
  /** Folder with the wasm files. */
  readonly wasm: string;
  readonly folders: readonly FolderInit[];
  readonly lenses: LensSettings;
  /** Whether debugpy's extension is there. */
  readonly canDebug: boolean;
  readonly isTrusted: boolean;
}
export interface FolderInit {
  /** Real path of the root. */
  readonly root: string;
}
export interface LensSettings {
  readonly enabled: boolean;
  readonly state: boolean;
  readonly outputs: boolean;
  /** Over MLflow calls of scripts. */
  readonly scripts: boolean;
  /** Over the entry points of MLproject files. */
  readonly projects: boolean;
}

/** Client → server: settings, trust or debugger changed. */
export const CONFIGURE = 'runlens/configure';
export type ConfigureParams = Omit<LanguageInit, 'wasm'>;

/** Client → server: the runlens server of a folder was (re)started, or it is down. */
export const SERVER_STATE = 'runlens/server';
export interface ServerStateParams {
  readonly root: string;
  readonly up: boolean;
}

/** Commands behind the lenses; the extension registers them, all take one argument. */
export const LENS_COMMANDS = {
  runStep: 'runlens.runStep',
  debugStep: 'runlens.debugStep',
  runPipeline: 'runlens.runPipeline',
  showReason: 'runlens.showReason',
  openArtifact: 'runlens.openArtifactVersion',
  showTraceback: 'runlens.showTraceback',
  /** `LensTarget` of a step: it and all that depends on it. */
  runFromStep: 'runlens.runFromStep',
  /** `LensTarget` of a step: a dry run, shown as a list. */
  previewStep: 'runlens.previewStep',
  runPipelineWith: 'runlens.runPipelineWith',
  previewPipeline: 'runlens.previewPipeline',
  /** `LensTarget` of a pipeline: its graph, beside the code. */
  openPipeline: 'runlens.openPipeline',
  /** `StopTarget` */
  stopStep: 'runlens.stopStep',
  /** `LensTarget` whose name is that of the entry point. */
  runEntryPoint: 'runlens.runEntryPoint',
  /** `ScriptTarget` */
  runScript: 'runlens.runScript',
  showScriptRuns: 'runlens.showScriptRuns',
  openScriptCharts: 'runlens.openScriptCharts',
} as const;

/**
 * Client → server, a request: what a form for a pipeline, a step or an MLproject entry point asks for.
 * The reply is null when the document has no such thing.
 */
export const SIGNATURE = 'runlens/signature';
export interface SignatureParams {
  readonly uri: string;
  readonly kind: 'pipeline' | 'step' | 'entryPoint';
  readonly name: string;
}
export interface SignatureReply {
  readonly parameters: readonly SignatureParameter[];
}
export interface SignatureParameter {
  readonly name: string;
  /** How it is asked for; `json`: any literal. */
  readonly type: 'int' | 'float' | 'bool' | 'str' | 'path' | 'choice' | 'json';
  /** As written; empty when there is none. */
  readonly annotation: string;
  readonly choices?: readonly Json[];
  /** Absent: it must be given. */
  readonly default?: Json;
}

export interface StopTarget extends LensTarget {
  readonly stepRunIds: readonly string[];
}
export interface ScriptTarget extends LensTarget {
  /** Experiments that the script names with a literal; empty: the default one. */
  readonly experiments: readonly string[];
}

export interface LensTarget {
  /** URI of the document. */
  readonly uri: string;
  readonly root: string;
  /** Name of the step or pipeline. */
  readonly name: string;
  readonly line: number;
}
export interface ReasonTarget extends LensTarget {
  readonly stepRunId: string | undefined;
  /** All reasons, one line each. */
  readonly reasons: readonly string[];
}
export interface ArtifactTarget {
  readonly root: string;
  readonly artifactId: string;
}
