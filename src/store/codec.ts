// Commits as bytes of the journal: msgpack of [seq, type, version, payload], repeated per mutation.
import { Packr } from 'msgpackr/index-no-eval';
import { isRecord } from '../base/json';
import { damaged, newer } from './errors';
import type { Mutation, MutationType } from './mutation';
import { decodeColumns, encodeColumns, pointAt } from './series/columns';

const packr = new Packr({ useRecords: false });

/** The current form of each mutation. A change of form raises its number and adds to RAISE. */
const VERSIONS: Readonly<Record<MutationType, number>> = {
  'experiment.create': 1,
  'experiment.rename': 1,
  'experiment.lifecycle': 1,
  'experiment.tag': 1,
  'run.create': 1,
  'run.update': 1,
  'run.lifecycle': 1,
  'run.log': 1,
  'run.tag.delete': 1,
  'run.inputs': 1,
  'artifact.create': 1,
  'pipeline.create': 1,
  'pipeline.update': 1,
  'step.put': 1,
};

type Payload = Readonly<Record<string, unknown>>;

/** Lifts payloads of old versions: the function at index n-1 makes version n+1 of version n. */
export type RaiseTable = Partial<Record<MutationType, readonly ((payload: Payload) => Payload)[]>>;
const RAISE: RaiseTable = {};

/** Mutations that were committed together; they are replayed wholly or not at all. */
export interface LoggedCommit {
  /** The number of the first; the others follow it. */
  readonly seq: number;
  readonly mutations: readonly Mutation[];
}

export function encodeCommit(seq: number, mutations: readonly Mutation[]): Uint8Array {
  const parts = mutations.flatMap((mutation) => [
    mutation.type,
    VERSIONS[mutation.type],
    toPayload(mutation),
  ]);
  return packr.pack([seq, ...parts]);
}

/**
 * @throws RunlensError `store.newer` for a mutation that this version does not know, and
 *   `store.damaged` for bytes that are no commit.
 */
export function decodeCommit(bytes: Uint8Array, raise: RaiseTable = RAISE): LoggedCommit {
  const parts: unknown = packr.unpack(bytes);
  const seq: unknown = Array.isArray(parts) ? parts[0] : undefined;
  if (!Array.isArray(parts) || typeof seq !== 'number' || parts.length % 3 !== 1) {
    throw damaged('A record of the journal has an unknown form.');
  }
  const mutations: Mutation[] = [];
  for (let i = 1; i < parts.length; i += 3) {
    mutations.push(fromPayload(parts[i], parts[i + 1], parts[i + 2], raise));
  }
  return { seq, mutations };
}

/** Points are packed by column: 10 bytes each instead of 60. */
function toPayload(mutation: Mutation): Payload {
  const { type, ...payload } = mutation;
  if (mutation.type !== 'run.log') return payload;
  const keys = [...new Set(mutation.metrics.map((metric) => metric.key))];
  const index = new Map(keys.map((key, i) => [key, i]));
  const points = encodeColumns({
    steps: mutation.metrics.map((metric) => metric.step),
    times: mutation.metrics.map((metric) => metric.timestamp),
    values: mutation.metrics.map((metric) => metric.value),
  });
  const { runId, params, tags } = mutation;
  const series = keys.length > 1 ? mutation.metrics.map((metric) => index.get(metric.key)) : [];
  return { runId, params, tags, keys, series, points };
}

function fromPayload(
  type: unknown,
  version: unknown,
  payload: unknown,
  raise: RaiseTable,
): Mutation {
  if (!isMutationType(type) || typeof version !== 'number' || version > VERSIONS[type]) {
    throw newer(`The journal holds a change (${type} ${version}) that this version does not know.`);
  }
  if (!isRecord(payload)) throw damaged(`A ${type} of the journal has no content.`);
  const lifts = (raise[type] ?? []).slice(version - 1);
  const current = lifts.reduce<Payload>((old, lift) => lift(old), payload);
  // What was written by `toPayload` and has the right checksum is a mutation of this type.
  return { type, ...(type === 'run.log' ? unpackLog(current) : current) } as Mutation;
}

const isMutationType = (type: unknown): type is MutationType =>
  typeof type === 'string' && Object.hasOwn(VERSIONS, type);

function unpackLog({ keys, series, points, ...rest }: Payload): Payload {
  if (!(points instanceof Uint8Array) || !Array.isArray(keys) || !Array.isArray(series)) {
    throw damaged('A run.log of the journal has no points.');
  }
  const columns = decodeColumns(points);
  const metrics = Array.from(columns.values, (_, i) => ({
    key: String(keys[Number(series[i] ?? 0)]),
    ...pointAt(columns, i),
  }));
  return { ...rest, metrics };
}
