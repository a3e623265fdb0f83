/** All that is known and can be asked of one root. */
import type { Disposable } from '../base/disposable';
import type { PythonParser } from '../syntax/parser';
import { type OpenDocuments, slashed } from './openDocuments';
import { RootInsight } from './rootInsight';
import { RootLenses } from './rootLenses';
import { RootNavigation } from './rootNavigation';
import type { Connect } from './storeLink';
import { StoreSession } from './storeSession';
import { WorkspaceFiles } from './workspaceFiles';
import { WorkspaceNames } from './workspaceNames';

export interface RootSurroundings {
  readonly parser: PythonParser;
  readonly connect: Connect;
  warn(message: string): void;
}

export class RootService implements Disposable {
  readonly lenses: RootLenses;
  readonly insight: RootInsight;
  readonly navigation: RootNavigation;
  readonly files: WorkspaceFiles;

  constructor(
    /** Real path as the client named it. */
    readonly root: string,
    { parser, connect, warn }: RootSurroundings,
    documents: OpenDocuments,
  ) {
    const session = new StoreSession(root, connect, warn);
    this.lenses = new RootLenses(root, parser, documents, session);
    const names = new WorkspaceNames(root, parser, this.lenses.sources);
    this.insight = new RootInsight(slashed(root), this.lenses, names);
    this.files = new WorkspaceFiles(slashed(root));
    this.navigation = new RootNavigation(this.insight, names, this.files);
  }

  dispose(): void {
    this.lenses.dispose();
  }
}
