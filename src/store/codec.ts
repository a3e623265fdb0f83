// Commits as bytes of the journal: msgpack of [seq, type, version, payload], repeated per mutation.
import { Packr } from 'msgpackr/index-no-eval';
import { isRecord } from '../base/json';
import type { LoggedMetric } from '../domain/run';
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
  'run.log': 2,
  'run.tag.delete': 1,
  'run.inputs': 2,
  'artifact.create': 1,
  'artifact.lifecycle': 1,
  'artifact.purge': 1,
  'pipeline.create': 1,
  'pipeline.update': 1,
  'pipeline.extend': 1,
  'step.put': 1,
  'facts.change': 1,
  'run.edit': 1,
  'run.move': 1,
  'run.purge': 1,
  'experiment.purge': 1,
  'model.purge': 1,
  'folders.removed': 1,
  'store.compact': 1,
  'registry.create': 1,
  'registry.rename': 1,
  'registry.update': 1,
  'registry.delete': 1,
  'registry.tag': 1,
  'registry.alias': 1,
  'version.create': 1,
  'version.update': 1,
  'version.delete': 1,
  'version.tag': 1,
  'model.create': 1,
  'model.update': 1,
  'model.params': 1,
  'model.tag': 1,
  'model.delete': 1,
  'model.metrics': 1,
  'run.outputs': 1,
};

type Payload = Readonly<Record<string, unknown>>;

/** Lifts payloads of old versions: the function at index n-1 makes version n+1 of version n. */
export type RaiseTable = Partial<Record<MutationType, readonly ((payload: Payload) => Payload)[]>>;
const RAISE: RaiseTable = {
  // Points of logged models; models that a run used.
  'run.log': [(payload) => ({ ...payload, origins: [], origin: [] })],
  'run.inputs': [(payload) => ({ ...payload, models: [] })],
};

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
  return { runId, params, tags, keys, series, points, ...packOrigins(mutation.metrics) };
}

/** What points of logged models came from, each once; per point its number from 1, or 0. */
function packOrigins(metrics: readonly LoggedMetric[]): Payload {
  if (!metrics.some((metric) => metric.modelId)) return { origins: [], origin: [] };
  const numbers = new Map<string, number>();
  const origin = metrics.map(({ modelId, datasetName, datasetDigest }) => {
    if (modelId === undefined) return 0;
    const text = JSON.stringify([modelId, datasetName ?? '', datasetDigest ?? '']);
    const number = numbers.get(text) ?? numbers.size + 1;
    numbers.set(text, number);
    return number;
  });
  return { origins: [...numbers.keys()], origin };
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

function unpackLog({ keys, series, points, origins, origin, ...rest }: Payload): Payload {
  const lists = [keys, series, origins, origin];
  if (!(points instanceof Uint8Array) || !lists.every(Array.isArray)) {
    throw damaged('A run.log of the journal has no points.');
  }
  const [keyNames = [], seriesOf = [], originTexts = [], originOf = []] = lists as unknown[][];
  const columns = decodeColumns(points);
  const known = originTexts.map((text) => unpackOrigin(String(text)));
  const metrics = Array.from(columns.values, (_, i) => ({
    key: String(keyNames[Number(seriesOf[i] ?? 0)]),
    ...pointAt(columns, i),
    ...known[Number(originOf[i] ?? 0) - 1],
  }));
  return { ...rest, metrics };
}

function unpackOrigin(
  text: string,
): Pick<LoggedMetric, 'modelId' | 'datasetName' | 'datasetDigest'> {
  const [modelId, datasetName, datasetDigest] = JSON.parse(text) as string[];
  return {
    modelId,
    ...(datasetName ? { datasetName } : {}),
    ...(datasetDigest ? { datasetDigest } : {}),
  };
}
