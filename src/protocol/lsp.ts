/** What the language server and the extension say beyond the Language Server Protocol. */
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
} as const;

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
