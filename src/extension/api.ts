/** What `activate` answers: for tests inside the editor; no promise to other extensions. */
import type * as vscode from 'vscode';
import type { Panels } from './panels/panels';
import type { Interpreters } from './session/interpreter';
import type { Sessions } from './session/sessions';
import type { ShownRuns } from './session/shown';
import type { Remotes } from './sources/remotes';
import type { Sources } from './sources/sources';
import type { ArtifactsTree } from './views/artifactsTree';
import type { ExperimentsTree } from './views/experimentsTree';
import type { ModelsTree } from './views/modelsTree';
import type { PipelinesTree } from './views/pipelinesTree';

export interface RunlensApi {
  readonly sessions: Sessions;
  readonly sources: Sources;
  readonly remotes: Remotes;
  readonly shown: ShownRuns;
  readonly interpreters: Interpreters;
  readonly panels: Panels;
  readonly trees: {
    readonly experiments: ExperimentsTree;
    readonly pipelines: PipelinesTree;
    readonly artifacts: ArtifactsTree;
    readonly models: ModelsTree;
  };
  /** What is registered for addresses of runs. */
  readonly links: {
    readonly uri: vscode.UriHandler;
    readonly terminal: vscode.TerminalLinkProvider;
  };
  /** Milliseconds that `activate` took. */
  readonly activationMs: number;
  /** Settles when every folder's server is up or known not to come up. */
  ready(): Promise<void>;
  /** Settles when the language server runs. */
  readonly language: Promise<unknown>;
}
