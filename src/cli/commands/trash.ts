/** `runlens trash`: what is deleted; deletes, restores, and empties the trash for good. */
import { RunlensError } from '../../base/errors';
import { ageText } from '../../base/timeText';
import { artifactLabel } from '../../domain/artifact';
import { countOf, formatBytes } from '../../domain/display';
import type {
  EmptiedTrash,
  Trash,
  TrashBytes,
  TrashedArtifactRow,
  TrashedRow,
} from '../../protocol/trash';
import { type Args, type Command, type Context, EXIT, UsageError } from '../command';
import { findExperiment, findRun, LookupError } from '../lookup';
import type { Server } from '../server';
import { tableLines } from '../table';
import { shortId } from '../texts';
import { findArtifact } from './artifacts';

const SHOWN = 1000;

export const trashCommand: Command = {
  name: 'trash',
  summary:
    'Lists what is deleted; deletes runs and artifact versions, restores them, empties the trash',
  usage: '[RUN...] [options]',
  options: {
    experiment: { type: 'string', value: 'NAME', help: 'delete this experiment with its runs' },
    artifact: {
      type: 'string',
      value: 'ID|NAME[:VERSION]',
      help: 'delete this version of an artifact, the newest when none is named',
    },
    restore: {
      type: 'string',
      value: 'ID',
      help: 'restore a run, experiment or artifact version by its id or the first digits, or an experiment by name',
    },
    empty: { type: 'boolean', help: 'say what emptying frees; with --yes, do it' },
    yes: { type: 'boolean', help: 'with --empty: delete for good' },
  },
  positionals: { min: 0, max: 1000 },
  async run(args, context) {
    checkOptions(args);
    const server = await context.server();
    const restored = args.text('restore');
    const experiment = args.text('experiment');
    const artifact = args.text('artifact');
    if (restored !== undefined) await restore(server, restored, context);
    else if (args.flag('empty')) await empty(server, args.flag('yes'), context);
    else if (experiment !== undefined) await deleteExperiment(server, experiment, context);
    else if (artifact !== undefined) await deleteArtifact(server, artifact, context);
    else if (args.positionals.length > 0) await deleteRuns(server, args.positionals, context);
    else await list(server, context);
    return EXIT.ok;
  },
};

function checkOptions(args: Args): void {
  const given = [
    args.text('restore') !== undefined,
    args.flag('empty'),
    args.text('experiment') !== undefined,
    args.text('artifact') !== undefined,
    args.positionals.length > 0,
  ];
  if (given.filter(Boolean).length > 1) {
    throw new UsageError(
      'trash takes runs, --experiment, --artifact, --restore or --empty, one of them',
    );
  }
  if (args.flag('yes') && !args.flag('empty')) throw new UsageError('--yes goes with --empty');
}

async function list(server: Server, context: Context): Promise<void> {
  const trash = await server.call('GET /api/trash', { limit: SHOWN });
  const { out, json } = context;
  if (json) return out.json(trash);
  const { experiments, runs, models, artifacts } = trash;
  const count = experiments.length + runs.total + models.length + artifacts.length;
  if (count === 0) return out.line('the trash is empty');
  const rows = [
    ...experiments.map((row) => cells('experiment', row, context.now())),
    ...runs.items.map((row) => cells('run', row, context.now())),
    ...models.map((row) => cells('model', row, context.now())),
    ...artifacts.map((row) => artifactCells(row, context.now())),
  ];
  const titles = ['WHAT', 'NAME', 'EXPERIMENT', 'DELETED', 'ID'].map((title) => ({ title }));
  for (const line of tableLines(titles, rows)) out.line(line);
  if (runs.total > runs.items.length) out.line(`… of ${countOf(runs.total, 'run')}`);
  out.line();
  out.line(`About ${bytesText(trash.bytes)}. runlens trash --empty --yes frees it.`);
}

function cells(what: string, row: TrashedRow, now: number): string[] {
  const age = row.deletedTime === undefined ? '' : ageText(row.deletedTime, now);
  const isExperiment = what === 'experiment';
  const id = isExperiment ? row.id : shortId(row.id);
  return [what, row.name, isExperiment ? '' : row.experimentId, age, id];
}

const artifactCells = ({ id, deletedTime, ...of }: TrashedArtifactRow, now: number): string[] => [
  'artifact',
  artifactLabel(of),
  '',
  ageText(deletedTime, now),
  shortId(id),
];

/** `12 MB (points 8 MB, files 3 MB, rows 1 MB)` */
function bytesText({ series, artifacts, rows }: TrashBytes): string {
  const parts = [
    `points ${formatBytes(series)}`,
    `files ${formatBytes(artifacts)}`,
    `rows ${formatBytes(rows)}`,
  ];
  return `${formatBytes(series + artifacts + rows)} (${parts.join(', ')})`;
}

const thingsText = (
  things: Pick<EmptiedTrash, 'experiments' | 'runs' | 'models' | 'artifacts'>,
): string =>
  [
    countOf(things.runs, 'run'),
    countOf(things.experiments, 'experiment'),
    countOf(things.models, 'logged model'),
    countOf(things.artifacts, 'artifact version'),
  ].join(', ');

async function empty(server: Server, sure: boolean, { out, json }: Context): Promise<void> {
  const trash = await server.call('GET /api/trash', { limit: 1 });
  if (!sure) {
    if (json) return out.json(trash);
    return sayWhatWouldGo(trash, out);
  }
  const emptied = await server.call('POST /api/trash/empty', { asOf: trash.asOf });
  if (json) return out.json(emptied);
  out.line(`Gone for good: ${thingsText(emptied)}; about ${bytesText(emptied.bytes)} freed.`);
  for (const { folder, reason } of emptied.left) {
    out.error(`The files in ${folder} could not be removed: ${reason}`);
  }
  if (trash.held.length > 0) out.line(heldText(trash.held));
}

function sayWhatWouldGo(trash: Trash, out: Context['out']): void {
  const { experiments, runs, models, artifacts, held, bytes } = trash;
  const things = {
    experiments: experiments.length,
    runs: runs.total - held.length,
    models: models.length,
    artifacts: artifacts.length,
  };
  out.line(`Would go for good: ${thingsText(things)}; about ${bytesText(bytes)}.`);
  if (held.length > 0) out.line(heldText(held));
  out.line('This cannot be undone. runlens trash --empty --yes does it.');
}

const heldText = (held: readonly TrashedRow[]): string =>
  `${countOf(held.length, 'run')} will stay: versions of registered models have their files there.`;

async function deleteRuns(
  server: Server,
  ids: readonly string[],
  { out, json }: Context,
): Promise<void> {
  const runs = await Promise.all(ids.map((id) => findRun(server, id)));
  for (const { runId } of runs) await server.call('POST /api/runs/:runId/delete', { runId });
  if (json) out.json(runs.map(({ runId }) => ({ runId })));
  else for (const { name, runId } of runs) out.line(`Deleted run ${name} (${shortId(runId)}).`);
}

async function deleteExperiment(
  server: Server,
  name: string,
  { out, json }: Context,
): Promise<void> {
  const { experimentId, ...row } = await findExperiment(server, name);
  await server.call('POST /api/experiments/:experimentId/delete', { experimentId });
  if (json) out.json({ experimentId });
  else out.line(`Deleted experiment ${row.name} with its runs.`);
}

async function deleteArtifact(server: Server, text: string, { out, json }: Context): Promise<void> {
  const { id, name, version } = await findArtifact(server, text);
  await server.call('POST /api/artifacts/:id/delete', { id });
  if (json) out.json({ id });
  else out.line(`Deleted artifact ${artifactLabel({ name, version })} (${shortId(id)}).`);
}

async function restore(server: Server, id: string, { out, json }: Context): Promise<void> {
  const { experiments, runs, artifacts } = await server.call('GET /api/trash', { limit: SHOWN });
  const experiment = experiments.find((row) => row.id === id || row.name === id);
  const begins = (row: { readonly id: string }) => row.id.startsWith(id.toLowerCase());
  const found = experiment ? [] : runs.items.filter(begins);
  const versions = experiment ? [] : artifacts.filter(begins);
  const [version] = versions;
  if (version && versions.length === 1 && found.length === 0) {
    await server.call('POST /api/artifacts/:id/restore', { id: version.id });
    if (json) return out.json({ restored: version.id });
    return out.line(`Restored artifact ${artifactLabel(version)}.`);
  }
  const row = experiment ?? found[0];
  if (!row || found.length + versions.length > 1) throw notOne(id, found.length + versions.length);
  if (experiment) {
    const experimentId = row.id;
    await server.call('POST /api/experiments/:experimentId/restore', { experimentId });
  } else if (experiments.some((each) => each.id === row.experimentId)) {
    const message = `The experiment of this run is deleted: restore it first (--restore ${row.experimentId}).`;
    throw new RunlensError('experiment.deleted', message);
  } else {
    await server.call('POST /api/runs/:runId/restore', { runId: row.id });
  }
  if (json) out.json({ restored: row.id });
  else out.line(`Restored ${experiment ? 'experiment' : 'run'} ${row.name}.`);
}

const notOne = (id: string, found: number): LookupError =>
  new LookupError(
    found === 0
      ? `nothing in the trash has the id ${id}; see runlens trash`
      : `${found} things in the trash begin with ${id}`,
  );
