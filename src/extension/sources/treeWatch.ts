/** Which sources the tree shows: unfolded ones, while the view can be seen. Only those are asked for news. */
import type * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { ExperimentNode } from '../views/experimentNodes';
import type { ExperimentsTree } from '../views/experimentsTree';
import type { ProblemNode } from '../views/liveTree';
import type { SourceSession } from './sourceSession';
import type { Sources } from './sources';

export class TreeWatch implements Disposable {
  private readonly store = new DisposableStore();
  private readonly unfolded = new Set<string>();

  constructor(
    private readonly view: vscode.TreeView<ExperimentNode | ProblemNode>,
    private readonly sources: Sources,
    tree: ExperimentsTree,
  ) {
    this.store.add(tree.onDidOpenSource((session) => this.fold(session, false)));
    this.store.add(
      view.onDidExpandElement(({ element }) => {
        if (element.kind === 'source') this.fold(element.session, false);
      }),
    );
    this.store.add(
      view.onDidCollapseElement(({ element }) => {
        if (element.kind === 'source') this.fold(element.session, true);
      }),
    );
    this.store.add(view.onDidChangeVisibility(() => this.update()));
  }

  dispose(): void {
    this.store.dispose();
  }

  private fold(session: SourceSession, isFolded: boolean): void {
    if (isFolded) this.unfolded.delete(session.info.id);
    else this.unfolded.add(session.info.id);
    this.update();
  }

  private update(): void {
    for (const session of this.sources.all) {
      session.watch('tree', this.view.visible && this.unfolded.has(session.info.id));
    }
  }
}
