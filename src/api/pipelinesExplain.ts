// Explains a step: its key's parts, those of the run before, and what would happen with today's source.
import { OBJECT_DIGEST, objectPath } from '../domain/environment';
import type { Fingerprint, PipelineRun, Reason, StepRun } from '../domain/pipeline';
import type { CodePort, CodeReader } from '../pipeline/enginePorts';
import { definitionText } from '../pipeline/fingerprint/brokenFile';
import { type ClaimDetails, claimDetails } from '../pipeline/fingerprint/claims';
import { importRoots } from '../pipeline/fingerprint/importRoots';
import { latestInvocations } from '../pipeline/fingerprint/latestInvocations';
import type { FileContent } from '../pipeline/fingerprint/policy';
import type { Explanation } from '../protocol/control';
import { jsonReply, type Route } from '../protocol/http';
import type { Store } from '../store/store';
import { notFound, param, queryText } from './params';

export interface ExplainPorts {
  readonly store: Store;
  readonly code: CodePort;
  /** Real path of the root. */
  readonly root: string;
  /** Whether the outputs of a result are as recorded; otherwise the reason to run again. */
  damage(result: StepRun): Promise<Reason | undefined>;
}

export function explainRoutes(ports: ExplainPorts): Route[] {
  return [
    {
      method: 'GET',
      path: '/api/steps/:id/explain',
      access: 'control',
      handle: async (request) => {
        const id = param(request, 'id');
        const step = ports.store.pipelines.step(id);
        if (!step) throw notFound('step', id);
        const isNow = queryText(request, 'now') === 'true';
        return jsonReply(await (isNow ? explainNow(ports, step) : explainRecorded(ports, step)));
      },
    },
  ];
}

/** Runs that are looked through for an earlier invocation. */
const PAGE = 50;

async function explainRecorded(ports: ExplainPorts, step: StepRun): Promise<Explanation> {
  const { store } = ports;
  const run = runOf(store, step);
  const previous = previousOf(store, run.graph.pipeline, step);
  const before = previous && store.pipelines.run(previous.step.pipelineRunId);
  const texts = await changedTexts(previous?.fingerprint, step.fingerprint, {
    before: (file) => importedText(store, before, file),
    after: (file) => importedText(store, run, file),
  });
  return {
    step,
    pipeline: run.graph.pipeline,
    fingerprint: step.fingerprint,
    previous,
    reasons: step.reasons,
    texts,
  };
}

function runOf(store: Store, step: StepRun): PipelineRun {
  const run = store.pipelines.run(step.pipelineRunId);
  if (run) return run;
  throw notFound('pipeline run', step.pipelineRunId);
}

/** The newest earlier run of the pipeline that compared this invocation. */
function previousOf(store: Store, pipeline: string, step: StepRun): Explanation['previous'] {
  let isEarlier = false;
  for (let offset = 0; ; offset += PAGE) {
    const runs = store.pipelines.runs({ pipeline, limit: PAGE, offset });
    for (const run of runs) {
      const found = isEarlier && run.steps.map((one) => comparable(one, step)).find(Boolean);
      if (found) return found;
      isEarlier ||= run.id === step.pipelineRunId;
    }
    if (runs.length < PAGE) return undefined;
  }
}

function comparable(
  candidate: StepRun,
  step: StepRun,
): { step: StepRun; fingerprint: Fingerprint } | undefined {
  const { fingerprint } = candidate;
  if (candidate.stepId !== step.stepId || !fingerprint) return undefined;
  return { step: candidate, fingerprint };
}

/** The latest invocation of the step with the files of the root as they are, by the lenses' own rules. */
async function explainNow(ports: ExplainPorts, step: StepRun): Promise<Explanation> {
  const { store, code } = ports;
  const { graph } = runOf(store, step);
  const runs = store.pipelines.runs({ pipeline: graph.pipeline, limit: PAGE, offset: 0 });
  const merged = latestInvocations(runs).find((run) => run.graph.source.file === graph.source.file);
  const latest = merged?.steps.find(({ stepId }) => stepId === step.stepId);
  if (!merged || !latest) return explainRecorded(ports, step);
  const reader = await code.open(importRoots(ports.root, graph.source.file, merged));
  const details = await detailsOf(ports, merged, { reader, stepId: step.stepId });
  const before = runOf(store, latest);
  const texts = await changedTexts(latest.fingerprint, details?.fingerprint, {
    before: (file) => importedText(store, before, file),
    after: async (file) => code.source.read(file)?.text,
  });
  return {
    step: latest,
    pipeline: graph.pipeline,
    fingerprint: details?.fingerprint,
    previous: latest.fingerprint && { step: latest, fingerprint: latest.fingerprint },
    reasons: details?.claim.state === 'stale' ? details.claim.reasons : [],
    texts,
    now: nowOf(details),
  };
}

async function detailsOf(
  ports: ExplainPorts,
  run: PipelineRun,
  { reader, stepId }: { reader: CodeReader; stepId: string },
): Promise<ClaimDetails | undefined> {
  const { source, pipeline } = run.graph;
  const pipelineFact = reader
    .factsOf(source.file)
    ?.pipelines.find(({ qualname, name }) => qualname === source.qualname || name === pipeline);
  const { pipelines } = ports.store;
  const files = new Map<string, readonly FileContent[]>();
  for (;;) {
    const missing = new Set<string>();
    const policyFiles = (pattern: string) => {
      const known = files.get(pattern);
      if (!known) missing.add(pattern);
      return known;
    };
    const details = claimDetails({
      run,
      fingerprinter: reader,
      pipelineFact,
      policyFiles,
      cached: (key) => pipelines.cached(key),
      inputDigest: (id) => {
        const found = pipelines.artifact(id);
        return found && { digest: found.contentDigest, display: `${found.name} v${found.version}` };
      },
    }).get(stepId);
    if (missing.size === 0) return details && withDamage(ports, details);
    for (const pattern of missing) files.set(pattern, await ports.code.files.match(pattern));
  }
}

/** A result whose files are not as recorded is none. */
async function withDamage(
  { store, damage }: ExplainPorts,
  details: ClaimDetails,
): Promise<ClaimDetails> {
  const { claim } = details;
  const result = claim.state === 'cached-if-found' && store.pipelines.cached(claim.fingerprint.key);
  if (claim.state !== 'cached-if-found') return details;
  const reason: Reason | undefined = result
    ? await damage(result)
    : { kind: 'not-reusable', text: 'no result to reuse' };
  return reason ? { ...details, claim: { state: 'stale', reasons: [reason] } } : details;
}

function nowOf(details: ClaimDetails | undefined): NonNullable<Explanation['now']> {
  const claim = details?.claim;
  switch (claim?.state) {
    case 'cached-if-found':
      return { state: 'cached', text: 'cached' };
    case 'stale':
      return { state: 'stale', text: claim.reasons.map(({ text }) => text).join('; ') };
    case 'waits':
      return { state: 'waits', text: `waits for ${claim.for}` };
    default:
      return { state: 'undecided', text: claim?.why ?? 'it is not in the pipeline any more' };
  }
}

type ReadText = (file: string) => Promise<string | undefined>;

/** The text of each function and class that differs, where both are known. */
async function changedTexts(
  before: Fingerprint | undefined,
  after: Fingerprint | undefined,
  read: { before: ReadText; after: ReadText },
): Promise<NonNullable<Explanation['texts']>> {
  const old = new Map((before?.components ?? []).map((part) => [part.name, part]));
  const texts: Record<string, { before: string; after: string }> = {};
  for (const { name, source, digest } of after?.components ?? []) {
    const earlier = old.get(name);
    if (!source || !earlier?.source || earlier.digest === digest) continue;
    const [from, to] = await Promise.all([
      textOf(earlier.source, read.before),
      textOf(source, read.after),
    ]);
    if (from !== undefined && to !== undefined && from !== to) {
      texts[name] = { before: from, after: to };
    }
  }
  return texts;
}

async function textOf(
  { file, qualname, line }: NonNullable<Fingerprint['components'][number]['source']>,
  read: ReadText,
): Promise<string | undefined> {
  const text = await read(file);
  const name = qualname.slice(qualname.lastIndexOf('.') + 1);
  return text === undefined ? undefined : definitionText(text, name, line)?.text.trimEnd();
}

/** The text of a file as a run imported it: kept once per content when it was fingerprinted. */
async function importedText(
  store: Store,
  run: PipelineRun | undefined,
  file: string,
): Promise<string | undefined> {
  const digest = run?.modules.find((module) => module.file === file)?.digest;
  if (!digest || !OBJECT_DIGEST.test(digest)) return undefined;
  const path = objectPath(digest);
  if ((await store.blobs.stat(path)) === undefined) return undefined;
  const parts: Uint8Array[] = [];
  for await (const part of store.blobs.read(path)) parts.push(part);
  return new TextDecoder().decode(Buffer.concat(parts));
}
