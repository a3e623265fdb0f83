// An mlruns folder as a source: experiments, the trash, logged models and the registry beside them.
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { isTerminal } from '../../domain/run';
import { type ArtifactRoots, isFolder } from '../artifactPlaces';
import {
  BATCH_POINTS,
  type MlflowSource,
  type Notes,
  type PointBatch,
  type RunRef,
  type SourceExperiment,
  type SourceModel,
  type SourceRegisteredModel,
  type SourceRun,
  tracesLeft,
} from '../source';
import { filled, lifecycleStage, maybeWhole } from '../values';
import { filesBelow, foldersIn, readMeta, readPairs } from './folder';
import { parseRunPoint, pointsOf } from './metricFile';
import { readModel, readRegisteredModel } from './modelFolders';
import { readRun } from './runFolder';

const TRASH = '.trash';
/** Beside the runs of an experiment, and beside the experiments. */
const NOT_RUNS = new Set(['tags', 'datasets', 'traces', 'models']);
const REGISTRY = 'models';

export interface MlrunsOptions {
  /** Absolute path of the folder. */
  readonly path: string;
  /** Where the artifacts are, when they are not in it. */
  readonly artifacts?: string | undefined;
  readonly notes: Notes;
}

export function openMlruns(options: MlrunsOptions): MlflowSource {
  return new MlrunsSource(options);
}

/** Whether a folder holds experiments, be it in the trash. */
export const isMlruns = (folder: string): boolean =>
  [folder, path.join(folder, TRASH)].some((parent) =>
    folderNames(parent).some((name) => isExperiment(path.join(parent, name))),
  );

/** Descriptions of runs name their experiment too. */
function isExperiment(folder: string): boolean {
  const file = path.join(folder, 'meta.yaml');
  if (!fs.existsSync(file)) return false;
  const text = fs.readFileSync(file, 'utf8');
  return /^experiment_id:/m.test(text) && !/^(run_id|run_uuid|model_id):/m.test(text);
}

class MlrunsSource implements MlflowSource {
  readonly kind = 'mlruns';
  readonly path: string;
  private readonly notes: Notes;
  private readonly roots: ArtifactRoots;

  constructor({ path: folder, artifacts, notes }: MlrunsOptions) {
    this.path = folder;
    this.notes = notes;
    const base = path.dirname(folder);
    const given = artifacts === undefined ? [] : [artifacts];
    this.roots = { base, roots: [...given, folder, path.join(base, 'mlartifacts')] };
  }

  countRuns(): number {
    return this.experimentFolders()
      .map((folder) => folderNames(folder).filter(isRunName).length)
      .reduce((sum, count) => sum + count, 0);
  }

  async *experiments(): AsyncGenerator<SourceExperiment> {
    for (const folder of this.experimentFolders()) {
      const experiment = await this.readExperiment(folder);
      if (experiment) yield experiment;
    }
  }

  async *runs(experiment: SourceExperiment): AsyncGenerator<RunRef> {
    for (const runId of (await foldersIn(experiment.where)).filter(isRunName)) {
      const stamp = () => stampOf(path.join(experiment.where, runId));
      yield { runId, experiment, stamp };
    }
  }

  readRun({ runId, experiment: { where } }: RunRef): Promise<SourceRun | undefined> {
    const { roots, notes } = this;
    return readRun({ folder: path.join(where, runId), experimentFolder: where, roots, notes });
  }

  async *points(run: SourceRun): AsyncGenerator<PointBatch> {
    const isOver = isTerminal(run.status);
    const reading = { parse: parseRunPoint, most: BATCH_POINTS, isOver, notes: this.notes };
    for (const { key, file } of await filesBelow(path.join(run.where, 'metrics'))) {
      for await (const points of pointsOf(file, reading)) yield { key, points };
    }
  }

  async *models({ where }: SourceExperiment): AsyncGenerator<SourceModel> {
    const { roots, notes } = this;
    const folder = path.join(where, 'models');
    for (const name of await foldersIn(folder)) {
      const model = await readModel(path.join(folder, name), { roots, notes });
      if (model) yield model;
    }
  }

  async *registeredModels(): AsyncGenerator<SourceRegisteredModel> {
    const folder = path.join(this.path, REGISTRY);
    for (const name of await foldersIn(folder)) {
      const model = await readRegisteredModel(path.join(folder, name), this.notes);
      if (model) yield model;
    }
  }

  close(): void {
    // Every file is closed as soon as it is read.
  }

  private experimentFolders(): string[] {
    const live = folderNames(this.path).filter((name) => name !== TRASH && name !== REGISTRY);
    const trash = path.join(this.path, TRASH);
    return [
      ...live.map((name) => path.join(this.path, name)),
      ...folderNames(trash).map((name) => path.join(trash, name)),
    ];
  }

  private async readExperiment(folder: string): Promise<SourceExperiment | undefined> {
    const isTrash = path.basename(path.dirname(folder)) === TRASH;
    const file = path.join(folder, 'meta.yaml');
    if (!fs.existsSync(file) && folderNames(folder).every((name) => !isRunName(name))) {
      return undefined;
    }
    const meta = await readMeta(file, this.notes);
    if (!meta) return undefined;
    const traces = folderNames(path.join(folder, 'traces')).length;
    if (traces > 0) this.notes(path.join(folder, 'traces'), tracesLeft(traces));
    const experimentId = filled(meta['experiment_id']) ?? path.basename(folder);
    const created = maybeWhole(meta['creation_time']) ?? Math.trunc(fs.statSync(file).mtimeMs);
    return {
      experimentId,
      name: filled(meta['name']) ?? experimentId,
      lifecycleStage: isTrash ? 'deleted' : lifecycleStage(meta['lifecycle_stage']),
      creationTime: created,
      lastUpdateTime: maybeWhole(meta['last_update_time']) ?? created,
      tags: await readPairs(path.join(folder, 'tags'), this.notes),
      where: folder,
    };
  }
}

/** Size and time of every file of a run but its artifacts. */
function stampOf(folder: string): string {
  const hash = createHash('sha1');
  const visit = (parent: string) => {
    for (const entry of fs.readdirSync(parent, { withFileTypes: true })) {
      const file = path.join(parent, entry.name);
      if (entry.isDirectory()) {
        if (parent !== folder || entry.name !== 'artifacts') visit(file);
        continue;
      }
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      hash.update(`${file}\0${stat?.size}\0${stat?.mtimeMs}\n`);
    }
  };
  visit(folder);
  return hash.digest('base64');
}

const isRunName = (name: string): boolean => !NOT_RUNS.has(name) && !name.startsWith('.');

/** A link to a folder counts, as it does for MLflow. */
function folderNames(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) =>
        entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path.join(folder, entry.name))),
    )
    .map((entry) => entry.name)
    .sort();
}
