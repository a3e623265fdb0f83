/**
 * Changes of many runs of an MLflow server. Its REST has no call for several runs: each is changed by
 * itself, a few at a time, and a failure in between leaves those that were changed.
 */
import { assertNever } from '../../base/assertNever';
import { messageOf } from '../../base/errors';
import type { BulkChange, BulkReply, TagBefore } from '../../protocol/runTable';
import { RemoteError } from './errors';
import type { MlflowClient } from './mlflowClient';
import { type KeyValue, type RemoteRun, tagOf } from './wire';

const AT_ONCE = 6;

export interface RemoteChange {
  /** All exist. */
  readonly runs: readonly RemoteRun[];
  readonly change: BulkChange;
  /** Told of each run as it is after its change. */
  readonly onChanged: (run: RemoteRun) => void;
}

type Step = { readonly after: RemoteRun; readonly send: () => Promise<void> };

/** @throws RemoteError that says how many runs were changed before it. */
export async function changeRemoteRuns(
  client: MlflowClient,
  { runs, change, onChanged }: RemoteChange,
): Promise<BulkReply> {
  const stepOf = stepsOf(client, change);
  const steps = runs.flatMap((run) => stepOf(run) ?? []);
  const changed = new Set<string>();
  const waiting = [...steps];
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      await step.send();
      changed.add(step.after.runId);
      onChanged(step.after);
    }
  };
  const outcomes = await Promise.allSettled(
    Array.from({ length: AT_ONCE }, () =>
      work().catch((error: unknown) => {
        waiting.length = 0;
        throw error;
      }),
    ),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw partly(failed.reason, changed.size, steps.length);
  const runIds = steps.map(({ after }) => after.runId);
  if (!('key' in change)) return { runIds };
  const before = runs
    .filter(({ runId }) => changed.has(runId))
    .map(({ runId, tags }): TagBefore => ({ runId, value: tagOf(tags, change.key) ?? null }));
  return { runIds, before };
}

/** What is to be sent for a run; undefined when it is so already. */
function stepsOf(client: MlflowClient, change: BulkChange): (run: RemoteRun) => Step | undefined {
  switch (change.do) {
    case 'delete':
      return (run) => stageStep(run, 'deleted', () => client.remove(run.runId));
    case 'restore':
      return (run) => stageStep(run, 'active', () => client.restore(run.runId));
    case 'tag':
      return (run) => tagStep(client, run, { key: change.key, value: change.value });
    case 'untag':
      return (run) => tagStep(client, run, { key: change.key, value: null });
    case 'retag': {
      const before = new Map(change.before.map(({ runId, value }) => [runId, value]));
      return (run) => {
        const value = before.get(run.runId);
        return value === undefined ? undefined : tagStep(client, run, { key: change.key, value });
      };
    }
    default:
      return assertNever(change);
  }
}

function stageStep(
  run: RemoteRun,
  lifecycleStage: RemoteRun['lifecycleStage'],
  send: Step['send'],
): Step | undefined {
  return run.lifecycleStage === lifecycleStage
    ? undefined
    : { after: { ...run, lifecycleStage }, send };
}

function tagStep(
  client: MlflowClient,
  run: RemoteRun,
  { key, value }: { readonly key: string; readonly value: string | null },
): Step | undefined {
  if ((tagOf(run.tags, key) ?? null) === value) return undefined;
  const others = run.tags.filter((tag) => tag.key !== key);
  const tags: readonly KeyValue[] = value === null ? others : [...others, { key, value }];
  const { runId } = run;
  const send = () =>
    value === null ? client.deleteTag(runId, key) : client.setTag(runId, key, value);
  return { after: { ...run, tags }, send };
}

function partly(error: unknown, changed: number, all: number): RemoteError {
  const problem = error instanceof RemoteError ? error.problem : 'refused';
  const message = `${changed} of ${all} runs were changed, then: ${messageOf(error)}`;
  return new RemoteError(problem, message, { cause: error });
}
