// The trash: what is in it, what it takes, and how it is emptied so that a crash loses sight of nothing.
import * as z from 'zod';
import { messageOf, RunlensError } from '../base/errors';
import type { HttpRequest } from '../protocol/http';
import type {
  EmptiedTrash,
  Trash,
  TrashBytes,
  TrashedArtifactRow,
  TrashedRow,
} from '../protocol/trash';
import type { Mutation } from '../store/mutation';
import type { Store, Trashed, TrashedArtifact } from '../store/store';
import type { LifecyclePorts } from './lifecyclePorts';
import { pageOf } from './params';
import { bodyAs } from './workerBody';

/** Runs in one commit: the others' commits come in between. */
const BATCH = 50;
/** The experiment that MLflow's clients use when none is named; it stays, empty. */
const DEFAULT_EXPERIMENT = '0';
const ALL = { limit: 0x7fffffff, offset: 0 };

/** What goes for good, with the folders that go with each. */
interface Plan {
  readonly runs: readonly Trashed[];
  readonly held: readonly Trashed[];
  readonly experiments: readonly Trashed[];
  readonly models: readonly Trashed[];
  readonly artifacts: readonly TrashedArtifact[];
  readonly foldersOf: (item: Trashed) => string[];
}

export async function showTrash(ports: LifecyclePorts, request: HttpRequest): Promise<Trash> {
  const { store, clock } = ports;
  const asOf = clock.now();
  const plan = planOf(ports, asOf);
  return {
    asOf,
    experiments: store.trash.experiments().map(rowOf),
    runs: {
      items: store.trash.runs(pageOf(request)).map(rowOf),
      total: store.trash.runCount(),
    },
    models: store.trash.models().map(rowOf),
    artifacts: store.trash.artifacts().map(artifactRowOf),
    bytes: await bytesOf(store, plan),
    held: plan.held.map(rowOf),
  };
}

const emptySchema = z.object({ asOf: z.number() });

export async function emptyTrash(
  ports: LifecyclePorts,
  request: HttpRequest,
): Promise<EmptiedTrash> {
  const { store } = ports;
  const { asOf } = await bodyAs(emptySchema, request);
  const plan = planOf(ports, asOf);
  const bytes = await bytesOf(store, plan);
  const done = await purge(ports, plan);
  const left = await removeFolders(store);
  // The rows are gone from the database; now its file and the segments become smaller.
  try {
    await ports.compact();
  } catch (error) {
    return { ...done, bytes, left: [...left, { folder: 'store', reason: messageOf(error) }] };
  }
  return { ...done, bytes, left };
}

function planOf({ store, runFolder }: LifecyclePorts, asOf: number): Plan {
  const { trash } = store;
  const isMeant = ({ deletedTime }: Trashed) => (deletedTime ?? 0) <= asOf;
  const registered = trash.registered();
  const all = trash.runs(ALL);
  const held = all.filter(({ id }) => registered.has(id));
  const runs = all.filter((run) => isMeant(run) && !registered.has(run.id));
  const goes = new Set(runs);
  const stay = all.filter((run) => !goes.has(run));
  const inhabited = new Set(stay.map(({ experimentId }) => experimentId));
  const experiments = trash
    .experiments()
    .filter((each) => isMeant(each) && each.id !== DEFAULT_EXPERIMENT && !inhabited.has(each.id));
  const models = trash.models().filter(isMeant);
  const artifacts = trash.artifacts().filter(({ deletedTime }) => deletedTime <= asOf);
  const kept = foldersWithin(
    [...trash.keptUris(), ...stay.map(({ artifactUri }) => artifactUri)],
    runFolder,
  );
  const foldersOf = ({ artifactUri }: Trashed) => {
    const folder = folderOf(artifactUri, runFolder);
    return folder === undefined || kept.has(folder) ? [] : [folder];
  };
  return { runs, held, experiments, models, artifacts, foldersOf };
}

/** Folders in which no other version has its files: identical ones share one. */
function foldersOfArtifacts(store: Store, artifacts: readonly TrashedArtifact[]): string[] {
  const kept = store.trash.artifactFolders(new Set(artifacts.map(({ id }) => id)));
  const folders = new Set(artifacts.map(({ folder }) => folder));
  return [...folders].filter((folder) => !kept.has(folder));
}

type FolderOf = LifecyclePorts['runFolder'];

/** Undefined for files that are kept elsewhere: they are not ours to remove. */
function folderOf(uri: string, runFolder: FolderOf): string | undefined {
  try {
    const folder = runFolder(uri, '')?.replace(/\/artifacts$/, '');
    // The folder of all artifacts belongs to everybody.
    return folder?.includes('/') ? folder : undefined;
  } catch {
    // An artifact_uri that no route would serve: nothing was ever written there.
    return undefined;
  }
}

/** These folders and all above them: none of them may be removed. */
function foldersWithin(uris: readonly string[], runFolder: FolderOf): ReadonlySet<string> {
  const kept = new Set<string>();
  for (const uri of uris) {
    let folder = folderOf(uri, runFolder) ?? '';
    while (folder !== '' && !kept.has(folder)) {
      kept.add(folder);
      folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
    }
  }
  return kept;
}

async function bytesOf(store: Store, plan: Plan): Promise<TrashBytes> {
  const { seriesBytes, rowBytes } = store.trash.size();
  const items = [...plan.runs, ...plan.experiments, ...plan.models];
  const folders = new Set([
    ...items.flatMap(plan.foldersOf),
    ...foldersOfArtifacts(store, plan.artifacts),
  ]);
  let artifacts = 0;
  for (const folder of folders) {
    if (!isInside(folder, folders)) artifacts += await sizeOf(store, folder);
  }
  return { series: seriesBytes, artifacts, rows: rowBytes };
}

/** Whether another of these folders holds this one, so that it is counted there. */
function isInside(folder: string, folders: ReadonlySet<string>): boolean {
  for (let end = folder.lastIndexOf('/'); end > 0; end = folder.lastIndexOf('/', end - 1)) {
    if (folders.has(folder.slice(0, end))) return true;
  }
  return false;
}

async function sizeOf(store: Store, folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await store.blobs.list(folder)) {
    bytes += entry.isDirectory ? await sizeOf(store, `${folder}/${entry.path}`) : entry.size;
  }
  return bytes;
}

type Purged = Pick<EmptiedTrash, 'experiments' | 'runs' | 'models' | 'artifacts'>;

/** What was restored meanwhile stays: that is asked in the tick of each commit. */
async function purge({ store, clock }: LifecyclePorts, plan: Plan): Promise<Purged> {
  let runs = 0;
  for (let from = 0; from < plan.runs.length; from += BATCH) {
    const batch = plan.runs
      .slice(from, from + BATCH)
      .filter(({ id }) => store.runs.info(id)?.lifecycleStage === 'deleted');
    runs += batch.length;
    await commitSome(store, batch, {
      type: 'run.purge',
      runIds: batch.map(({ id }) => id),
      folders: batch.flatMap(plan.foldersOf),
      time: clock.now(),
    });
  }
  const inTrash = new Set(store.trash.models().map(({ id }) => id));
  const lonely = plan.models.filter((model) => inTrash.has(model.id) && isLonely(store, model));
  await commitSome(store, lonely, {
    type: 'model.purge',
    modelIds: lonely.map(({ id }) => id),
    folders: lonely.flatMap(plan.foldersOf),
    time: clock.now(),
  });
  const artifacts = await purgeArtifacts(store, plan.artifacts, clock.now());
  let experiments = 0;
  for (const experiment of plan.experiments) {
    if (store.experiments.get(experiment.id)?.lifecycleStage !== 'deleted') continue;
    const models = plan.models.filter(({ experimentId }) => experimentId === experiment.id);
    const folders = [...models.flatMap(plan.foldersOf), ...plan.foldersOf(experiment)];
    const time = clock.now();
    const done = await purgeExperiment(store, { experimentId: experiment.id, folders, time });
    if (done) experiments++;
  }
  return { runs, models: plan.models.length, experiments, artifacts };
}

/** @returns how many went. */
async function purgeArtifacts(
  store: Store,
  planned: readonly TrashedArtifact[],
  time: number,
): Promise<number> {
  const inTrash = new Set(store.trash.artifacts().map(({ id }) => id));
  const artifacts = planned.filter(({ id }) => inTrash.has(id));
  await commitSome(store, artifacts, {
    type: 'artifact.purge',
    artifactIds: artifacts.map(({ id }) => id),
    folders: foldersOfArtifacts(store, artifacts),
    time,
  });
  return artifacts.length;
}

/** False for one in which a run was restored: it stays, with its runs. */
async function purgeExperiment(
  store: Store,
  what: { experimentId: string; folders: readonly string[]; time: number },
): Promise<boolean> {
  try {
    await store.commit({ type: 'experiment.purge', ...what });
    return true;
  } catch (error) {
    if (error instanceof RunlensError && error.code === 'store.invalid') return false;
    throw error;
  }
}

/** Whether it was deleted by itself: those of a deleted experiment go with that. */
const isLonely = (store: Store, { experimentId }: Trashed): boolean =>
  store.experiments.get(experimentId)?.lifecycleStage === 'active';

async function commitSome(
  store: Store,
  some: readonly unknown[],
  mutation: Mutation,
): Promise<void> {
  if (some.length > 0) await store.commit(mutation);
}

/**
 * Removes the files of what was purged: after the purge is durable, and again at the next start
 * when that did not happen. @returns what could not be removed.
 */
export async function removeFolders(store: Store): Promise<EmptiedTrash['left']> {
  const left: { folder: string; reason: string }[] = [];
  const removed: string[] = [];
  for (const folder of store.trash.removals()) {
    try {
      await store.blobs.delete(folder);
      removed.push(folder);
    } catch (error) {
      left.push({ folder, reason: messageOf(error) });
    }
  }
  if (removed.length > 0) await store.commit({ type: 'folders.removed', folders: removed });
  return left;
}

const artifactRowOf = ({
  id,
  name,
  version,
  deletedTime,
}: TrashedArtifact): TrashedArtifactRow => ({ id, name, version, deletedTime });

const rowOf = ({ id, experimentId, name, deletedTime }: Trashed): TrashedRow => ({
  id,
  experimentId,
  name,
  deletedTime,
});
