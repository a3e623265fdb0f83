// Makes a run of what a source holds, or brings one that is there already up to date.
import { type DatasetInput, isTerminal, type ModelOutput, type Run } from '../../domain/run';
import { TAGS } from '../../domain/tags';
import type { Mutation } from '../../store/mutation';
import type { SourceRun } from '../source';
import { missingTags } from './tags';
import type { Target } from './target';

/** What MLflow accepts as the id of a run. */
const VALID_ID = /^[a-zA-Z0-9][\w-]{0,255}$/;

export interface RunPlace {
  readonly experimentId: string;
  readonly artifactUri: string;
}

/**
 * One commit holds all of a run but its points and files, so that an import that is ended anywhere
 * finds each run whole or not at all.
 * @returns the run as it now is, or undefined when it cannot be taken.
 */
export async function importRun(
  target: Target,
  run: SourceRun,
  place: RunPlace,
): Promise<Run | undefined> {
  const { store, commits, progress } = target;
  if (!VALID_ID.test(run.runId)) {
    progress.note(run.where, `MLflow allows no run to be called ${run.runId}; it was left out.`);
    return undefined;
  }
  const known = store.runs.get(run.runId);
  await commits.add(...(known ? updates(target, known, run) : creations(target, run, place)));
  if (!known) progress.add('runs');
  return store.runs.get(run.runId);
}

function creations(target: Target, run: SourceRun, place: RunPlace): Mutation[] {
  const { runId, userId, startTime, status, endTime, params, tags, datasets } = run;
  const name = run.name || runId.slice(0, 8);
  const created: Mutation = {
    type: 'run.create',
    runId,
    ...place,
    name,
    userId,
    startTime,
    // The name that is shown is the one of the description: it wins over the tag.
    tags: tags.map((tag) => (tag.key === TAGS.runName ? { ...tag, value: name } : tag)),
  };
  return [
    created,
    ...(params.length > 0
      ? [{ type: 'run.log', runId, metrics: [], params, tags: [] } satisfies Mutation]
      : []),
    ...linkMutations(runId, { datasets, models: run.inputModels, outputs: run.outputModels }),
    { type: 'run.update', runId, status, ...(endTime === undefined ? {} : { endTime }) },
    ...lifecycle(target, run, 'active'),
  ];
}

function lifecycle(
  { clock }: Target,
  { runId, lifecycleStage: stage, deletedTime, endTime }: SourceRun,
  before: Run['info']['lifecycleStage'],
): Mutation[] {
  if (stage === before) return [];
  return [{ type: 'run.lifecycle', runId, stage, time: deletedTime ?? endTime ?? clock.now() }];
}

/** A run that went on here as it did there takes what it became there; an ended one stays. */
function updates(target: Target, known: Run, run: SourceRun): Mutation[] {
  const { runId } = run;
  const sourceWins = target.mode === 'mirror' || !isTerminal(known.info.status);
  const params = missingParams(target, known, run);
  const name = run.name || known.info.runName;
  const renamed = tagsWithName(run, name);
  const tags = missingTags(target, known.tags, { tags: renamed, where: run.where }, sourceWins);
  const changes: Mutation[] = [];
  if (params.length > 0 || tags.length > 0) {
    changes.push({ type: 'run.log', runId, metrics: [], params, tags });
  }
  changes.push(...linkMutations(runId, missingLinks(known, run)));
  if (sourceWins) changes.push(...statusChanges(known, run));
  if (target.mode === 'mirror') {
    const gone = known.tags.filter((tag) => renamed.every(({ key }) => key !== tag.key));
    for (const { key } of gone) changes.push({ type: 'run.tag.delete', runId, key });
    changes.push(...lifecycle(target, run, known.info.lifecycleStage));
  }
  return changes;
}

const tagsWithName = ({ tags }: SourceRun, name: string) => [
  ...tags.filter((tag) => tag.key !== TAGS.runName),
  { key: TAGS.runName, value: name },
];

function missingParams({ progress }: Target, known: Run, run: SourceRun): SourceRun['params'] {
  const values = new Map(known.params.map(({ key, value }) => [key, value]));
  return run.params.filter(({ key, value }) => {
    const here = values.get(key);
    if (here !== undefined && here !== value) {
      progress.note(run.where, `The parameter ${key} has another value here, which was kept.`);
    }
    return here === undefined;
  });
}

function statusChanges({ info }: Run, { runId, status, endTime }: SourceRun): Mutation[] {
  if (info.status === status && info.endTime === endTime) return [];
  return [{ type: 'run.update', runId, status, ...(endTime === undefined ? {} : { endTime }) }];
}

interface Links {
  readonly datasets: readonly DatasetInput[];
  readonly models: readonly string[];
  readonly outputs: readonly ModelOutput[];
}

function missingLinks(known: Run, run: SourceRun): Links {
  const datasets = new Set(
    known.datasets.map(({ name, digest }) => JSON.stringify([name, digest])),
  );
  const outputs = new Set(known.outputModels.map(({ modelId }) => modelId));
  return {
    datasets: run.datasets.filter(
      ({ name, digest }) => !datasets.has(JSON.stringify([name, digest])),
    ),
    models: run.inputModels.filter((id) => !known.inputModels.includes(id)),
    outputs: run.outputModels.filter(({ modelId }) => !outputs.has(modelId)),
  };
}

function linkMutations(runId: string, { datasets, models, outputs }: Links): Mutation[] {
  const links: Mutation[] = [];
  if (datasets.length > 0 || models.length > 0) {
    links.push({ type: 'run.inputs', runId, datasets, models });
  }
  if (outputs.length > 0) links.push({ type: 'run.outputs', runId, models: outputs });
  return links;
}
