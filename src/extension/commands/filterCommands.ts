/** The filter of each tree: asked for in a line, told above the rows. */
import * as vscode from 'vscode';
import type { ViewId } from '../contributions';
import { t } from '../texts';

export interface Filterable {
  readonly filter: string;
  setFilter(text: string): void;
}

export interface FilteredView {
  readonly tree: Filterable;
  readonly view: { message?: string | undefined };
  /** What the text is matched with. */
  readonly prompt: string;
  readonly placeHolder: string;
}

export class FilterCommands {
  constructor(private readonly views: Readonly<Record<ViewId, FilteredView>>) {}

  readonly filterExperiments = (): Promise<void> => this.ask('experiments');
  readonly filterPipelines = (): Promise<void> => this.ask('pipelines');
  readonly filterArtifacts = (): Promise<void> => this.ask('artifacts');
  readonly filterModels = (): Promise<void> => this.ask('models');

  set(id: ViewId, text: string): void {
    const { tree, view } = this.views[id];
    tree.setFilter(text);
    view.message = tree.filter === '' ? undefined : t('Filter: {0}', tree.filter);
  }

  /** An empty text shows all again. */
  private async ask(id: ViewId): Promise<void> {
    const { tree, prompt, placeHolder } = this.views[id];
    const text = await vscode.window.showInputBox({ prompt, placeHolder, value: tree.filter });
    if (text !== undefined) this.set(id, text);
  }
}
