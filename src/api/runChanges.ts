// Changes of many runs in one commit: deleted, restored, tagged, and put back as they were.

import { assertNever } from '../base/assertNever';
import type { LifecycleStage } from '../domain/run';
import type { RunChoice, RunMark } from '../domain/runTable';
import { HttpError } from '../protocol/http';
import type { BulkReply, TagBefore } from '../protocol/runTable';
import type { Mutation } from '../store/mutation';
import type { Store } from '../store/store';
import { checkPair } from './lifecycle';
import type { LifecyclePorts } from './lifecyclePorts';
import { invalid } from './params';
import { type Bulk, bulkSchema, type Scope } from './runTableBody';
import { checked } from './workerBody';

export type BulkPorts = Pick<LifecyclePorts, 'store' | 'clock' | 'user' | 'checkKey'>;

/** More are changed in several steps. */
export const MOST_RUNS = 100_000;

type ChoiceOf = (store: Store, scope: Scope, stage: LifecycleStage) => RunChoice;
type Marks = ReadonlyMap<string, RunMark>;
type TagChange = Extract<Bulk['change'], { key: string }>;

/** Nothing is changed when one of the runs is unknown, or deleted and to be tagged. */
export async function changeRuns(
  ports: BulkPorts,
  request: unknown,
  choiceOf: ChoiceOf,
): Promise<BulkReply> {
  const { runs, change } = checked(bulkSchema, request);
  const isTag = 'key' in change;
  // A value that is put back was there before, however long.
  if (isTag) {
    const value = change.do === 'tag' ? change.value : null;
    checkPair(ports, { what: 'tag', key: change.key, value });
  }
  // From here to the commit nothing is awaited: what was read is still so when it is changed.
  const runIds = runIdsOf(ports.store, runs, change, choiceOf);
  const marks = ports.store.table.marks(runIds, isTag ? change.key : undefined);
  checkKnown(runIds, marks);
  switch (change.do) {
    case 'delete':
      return setStage(ports, marks, 'deleted');
    case 'restore':
      return setStage(ports, marks, 'active');
    case 'tag':
    case 'untag':
    case 'retag':
      return setTags(ports, marks, change);
    default:
      return assertNever(change);
  }
}

function runIdsOf(
  store: Store,
  runs: Bulk['runs'],
  change: Bulk['change'],
  choiceOf: ChoiceOf,
): readonly string[] {
  if (Array.isArray(runs)) {
    const ids = [...new Set(runs)];
    if (ids.length > MOST_RUNS) throw tooMany();
    return ids;
  }
  if (runs.source !== undefined) throw readOnlySource();
  const stage = change.do === 'restore' ? 'deleted' : 'active';
  const except = new Set(runs.except);
  const most = MOST_RUNS + except.size + 1;
  const found = store.table.runIds(choiceOf(store, runs, stage), most);
  const ids = found.filter((id) => !except.has(id));
  if (ids.length > MOST_RUNS) throw tooMany();
  return ids;
}

const tooMany = () =>
  invalid(`At most ${MOST_RUNS} runs are changed at once. Narrow the selection with a filter.`);

const readOnlySource = () =>
  new HttpError(
    409,
    'source.readOnly',
    'An opened folder is only read. Import it to change its runs.',
  );

function checkKnown(runIds: readonly string[], marks: Marks): void {
  const unknown = runIds.filter((id) => !marks.has(id));
  const [first] = unknown;
  if (first === undefined) return;
  const others = unknown.length > 1 ? ` and ${unknown.length - 1} others` : '';
  const message = `There is no run ${JSON.stringify(first)}${others}. Nothing was changed.`;
  throw new HttpError(404, 'run.notFound', message);
}

async function setStage(
  { store, clock }: BulkPorts,
  marks: Marks,
  stage: LifecycleStage,
): Promise<BulkReply> {
  const runIds = [...marks].filter(([, mark]) => mark.stage !== stage).map(([runId]) => runId);
  const time = clock.now();
  await store.commit(
    ...runIds.map((runId) => ({ type: 'run.lifecycle', runId, stage, time }) as const),
  );
  return { runIds };
}

async function setTags(
  { store, clock, user }: BulkPorts,
  marks: Marks,
  change: TagChange,
): Promise<BulkReply> {
  const deleted = [...marks.values()].filter(({ stage }) => stage === 'deleted').length;
  if (deleted > 0) throw deletedRuns(deleted);
  const before = [...marks].map(([runId, { tag }]): TagBefore => ({ runId, value: tag ?? null }));
  const after = valuesAfter(marks, change);
  const changed = before.filter(({ runId, value }) => {
    const wanted = after(runId);
    return wanted !== undefined && wanted !== value;
  });
  const time = clock.now();
  const edits = changed.map(({ runId }): Mutation => {
    const edit = { what: 'tag', key: change.key, value: after(runId) ?? null } as const;
    return { type: 'run.edit', runId, ...edit, userId: user, time };
  });
  await store.commit(...edits);
  return { runIds: changed.map(({ runId }) => runId), before: changed };
}

const deletedRuns = (count: number) =>
  new HttpError(
    409,
    'run.deleted',
    `${count === 1 ? 'One of the runs is' : `${count} of the runs are`} deleted. Restore first.`,
  );

/** The value that a run is to have; null: none; undefined: it stays as it is. */
function valuesAfter(
  marks: Marks,
  change: TagChange,
): (runId: string) => string | null | undefined {
  switch (change.do) {
    case 'tag':
      return () => change.value;
    case 'untag':
      return () => null;
    case 'retag': {
      const values = new Map(change.before.map(({ runId, value }) => [runId, value]));
      const stray = [...values.keys()].find((runId) => !marks.has(runId));
      if (stray !== undefined) {
        throw invalid(`before names the run ${JSON.stringify(stray)}, which runs does not.`);
      }
      return (runId) => values.get(runId);
    }
    default:
      return assertNever(change);
  }
}
