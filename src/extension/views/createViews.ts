/** The trees with their views: what they follow, and how they are filtered. */
import * as vscode from 'vscode';
import { FilterCommands } from '../commands/filterCommands';
import { VIEWS } from '../contributions';
import type { Sessions } from '../session/sessions';
import type { ShownRuns } from '../session/shown';
import type { Sources } from '../sources/sources';
import { TreeWatch } from '../sources/treeWatch';
import { t } from '../texts';
import { ArtifactsTree } from './artifactsTree';
import { compareByDrag } from './compareByDrag';
import { ExperimentsTree } from './experimentsTree';
import { ModelsTree } from './modelsTree';
import { PipelinesTree } from './pipelinesTree';

const AGES_MS = 30_000;

/** Holds what is to be disposed with the extension. */
export type Keep = <T extends { dispose(): unknown }>(item: T) => T;

export interface ViewParts {
  readonly sessions: Sessions;
  readonly sources: Sources;
  readonly shown: ShownRuns;
}

export function createViews({ sessions, sources, shown }: ViewParts, keep: Keep) {
  const experiments = keep(new ExperimentsTree(sessions, shown, sources));
  const pipelines = keep(new PipelinesTree(sessions));
  const experimentsView = keep(
    vscode.window.createTreeView(VIEWS.experiments, {
      treeDataProvider: experiments,
      showCollapseAll: true,
      manageCheckboxStateManually: true,
      canSelectMany: true,
      dragAndDropController: compareByDrag,
    }),
  );
  const artifacts = keep(new ArtifactsTree(sessions));
  const models = keep(new ModelsTree(sessions));
  const plain = { showCollapseAll: true };
  const artifactsView = keep(
    vscode.window.createTreeView(VIEWS.artifacts, {
      ...plain,
      treeDataProvider: artifacts,
      // Two versions are compared.
      canSelectMany: true,
    }),
  );
  const modelsView = keep(
    vscode.window.createTreeView(VIEWS.models, { ...plain, treeDataProvider: models }),
  );
  keep(tickAges(artifactsView, artifacts));
  keep(tickAges(modelsView, models));
  const pipelinesView = keep(
    vscode.window.createTreeView(VIEWS.pipelines, { ...plain, treeDataProvider: pipelines }),
  );
  keep(experiments.askUnfolded(experimentsView));
  keep(artifacts.askUnfolded(artifactsView));
  keep(models.askUnfolded(modelsView));
  keep(pipelines.askUnfolded(pipelinesView));
  keep(new TreeWatch(experimentsView, sources, experiments));
  keep(tickAges(experimentsView, experiments));
  keep(tickAges(pipelinesView, pipelines));
  keep(
    experimentsView.onDidChangeCheckboxState(({ items }) => {
      for (const wanted of [true, false]) {
        const runIds = items.flatMap(([node, state]) =>
          node.kind === 'run' && (state === vscode.TreeItemCheckboxState.Checked) === wanted
            ? [node.runId]
            : [],
        );
        if (runIds.length > 0) void shown.chooseAll(runIds, wanted);
      }
    }),
  );
  keep(sessions.onDidChangeExperiments(({ session }) => session.isWarm && shown.schedule()));
  keep(sources.onDidChangeExperiments(() => shown.schedule()));
  keep(sources.onDidChange(() => shown.schedule()));
  return {
    ...{ experiments, pipelines, artifacts, models },
    ...{ experimentsView, pipelinesView, artifactsView, modelsView },
  };
}

export function filterCommands(views: ReturnType<typeof createViews>): FilterCommands {
  const name = t('Text that names hold; empty shows all');
  return new FilterCommands({
    experiments: {
      tree: views.experiments,
      view: views.experimentsView,
      prompt: t('Which runs? In the language of filters; empty shows all'),
      placeHolder: "metrics.accuracy > 0.9 and params.model = 'svm'",
    },
    pipelines: {
      ...{ tree: views.pipelines, view: views.pipelinesView },
      ...{ prompt: name, placeHolder: '' },
    },
    artifacts: {
      ...{ tree: views.artifacts, view: views.artifactsView },
      ...{ prompt: name, placeHolder: '' },
    },
    models: {
      ...{ tree: views.models, view: views.modelsView },
      ...{ prompt: name, placeHolder: '' },
    },
  });
}

/** Rows say how old they are: what shows is drawn again now and then, from what is held already. */
function tickAges(view: vscode.TreeView<unknown>, tree: { refreshAll(): void }): vscode.Disposable {
  const timer = setInterval(() => {
    if (view.visible) tree.refreshAll();
  }, AGES_MS);
  return new vscode.Disposable(() => clearInterval(timer));
}
