// Takes what a source holds into the store. May be ended anywhere and repeated: the end is the same.
import { pathToFileURL } from 'node:url';
import type { ArtifactPlace, MlflowSource, RunRef, SourceExperiment, SourceRun } from '../source';
import { hideDefault, importExperiment } from './experiments';
import { importFiles } from './files';
import { importModel } from './models';
import { importPoints } from './points';
import { importRegisteredModel } from './registry';
import { importRun } from './runs';
import type { Target } from './target';

export interface Selection {
  /** Names or ids of experiments; undefined means all, and the registry. */
  readonly experiments?: readonly string[] | undefined;
  readonly watch?: Watch;
}

/** Follows what a source holds, for an image that is brought up to date again and again. */
export interface Watch {
  sawExperiment(experimentId: string): void;
  /** Whether the run is to be read. */
  sawRun(ref: RunRef): boolean;
  /** All of it is in the store. */
  tookRun(ref: RunRef): void;
  sawRegisteredModel(name: string): void;
}

/**
 * Experiments with their runs first, then their logged models, whose metrics name runs, and last the
 * registry, which names both.
 * @throws RunlensError `transfer.cancelled`, or of the store when it takes no more.
 */
export async function importAll(
  target: Target,
  source: MlflowSource,
  selection: Selection = {},
): Promise<void> {
  const seen = new Set<string>();
  for await (const experiment of source.experiments()) {
    if (!isSelected(experiment, selection)) continue;
    const experimentId = await importExperiment(target, experiment);
    seen.add(experimentId);
    selection.watch?.sawExperiment(experimentId);
    await importRuns(target, source, { experiment, experimentId, selection });
    await importModels(target, source, { experiment, experimentId });
  }
  noteMissing(target, source, { seen: seen.size, selection });
  if (selection.experiments === undefined) await importRegistry(target, source, selection);
  if (target.mode === 'mirror') await hideDefault(target, seen);
  await target.commits.done();
}

function isSelected({ experimentId, name }: SourceExperiment, { experiments }: Selection): boolean {
  return (
    experiments === undefined || experiments.includes(name) || experiments.includes(experimentId)
  );
}

function noteMissing(
  { progress }: Target,
  source: MlflowSource,
  { seen, selection }: { seen: number; selection: Selection },
): void {
  const wanted = selection.experiments;
  if (wanted === undefined || seen >= wanted.length) return;
  progress.note(source.path, `Not all of these experiments are there: ${wanted.join(', ')}.`);
}

interface Experiment {
  readonly experiment: SourceExperiment;
  /** Its id here. */
  readonly experimentId: string;
}

async function importRuns(
  target: Target,
  source: MlflowSource,
  { experiment, experimentId, selection }: Experiment & { readonly selection: Selection },
): Promise<void> {
  const { watch } = selection;
  for await (const ref of source.runs(experiment)) {
    target.progress.add('seen');
    await target.progress.turn();
    if (watch && !watch.sawRun(ref)) continue;
    const run = await source.readRun(ref);
    if (run) await importOne(target, source, run, experimentId);
    watch?.tookRun(ref);
  }
}

async function importOne(
  target: Target,
  source: MlflowSource,
  run: SourceRun,
  experimentId: string,
): Promise<void> {
  const artifactUri = uriOf(target, run.artifacts, `${experimentId}/${run.runId}/artifacts`);
  const here = await importRun(target, run, { experimentId, artifactUri });
  if (!here) return;
  await importPoints(target, run.runId, source.points(run));
  if (target.mode === 'mirror') return;
  const { artifacts, where } = run;
  await importFiles(target, { artifacts, uri: here.info.artifactUri, where });
}

/** An image leaves files where they are; an import copies them to the data folder. */
function uriOf({ mode }: Target, artifacts: ArtifactPlace, path: string): string {
  if (mode === 'add') return `mlflow-artifacts:/${path}`;
  switch (artifacts.kind) {
    case 'folder':
      return pathToFileURL(artifacts.folder).href;
    case 'elsewhere':
      return artifacts.uri;
    case 'none':
      return '';
  }
}

async function importModels(
  target: Target,
  source: MlflowSource,
  { experiment, experimentId }: Experiment,
): Promise<void> {
  for await (const model of source.models(experiment)) {
    const { artifacts, where, modelId } = model;
    const path = `${experimentId}/models/${modelId}/artifacts`;
    const place = { experimentId, artifactUri: uriOf(target, artifacts, path) };
    const uri = await importModel(target, model, place);
    if (uri !== undefined) await importFiles(target, { artifacts, uri, where });
    await target.progress.turn();
  }
}

async function importRegistry(
  target: Target,
  source: MlflowSource,
  { watch }: Selection,
): Promise<void> {
  for await (const model of source.registeredModels()) {
    watch?.sawRegisteredModel(model.name);
    await importRegisteredModel(target, model);
    await target.progress.turn();
  }
}
