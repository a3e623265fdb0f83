// The control routes that save artifacts for the user's code: staged, written by it, then kept.
import type { ArtifactProducer, ArtifactVersion } from '../domain/artifact';
import { nameProblem } from '../pipeline/names';
import type { ArtifactPort, StagedOutput } from '../pipeline/ports';
import type { ControlRoute, ReplyOf, SaveArtifactRequest } from '../protocol/control';
import { HttpError, type HttpRequest, jsonReply, type Route } from '../protocol/http';
import type { Store } from '../store/store';
import { artifactRow } from './rows';
import { bodyAs } from './workerBody';
import { discardSchema, saveArtifactSchema } from './workerSchemas';

export interface ArtifactPorts {
  readonly store: Store;
  readonly artifacts: ArtifactPort;
  /** Milliseconds since 1970. */
  now(): number;
  /** 32 hexadecimal digits. */
  newId(): string;
}

/** The folder inside a staging folder that becomes the artifact. */
const STAGED = 'data';

type SavingRoute = Extract<ControlRoute, `POST /api/artifacts${'' | '/stage' | '/discard'}`>;
type Answers = {
  readonly [R in SavingRoute]: (request: HttpRequest, ports: ArtifactPorts) => Promise<ReplyOf<R>>;
};

const ANSWERS: Answers = {
  'POST /api/artifacts/stage': async (_, { artifacts, newId }) => {
    const stagingId = newId();
    return { stagingId, folder: (await artifacts.stage(stagingId)).absolute };
  },
  'POST /api/artifacts/discard': async (request, { artifacts }) => {
    await artifacts.release((await bodyAs(discardSchema, request)).stagingId);
    return {};
  },
  'POST /api/artifacts': async (request, ports) => {
    const body = await bodyAs(saveArtifactSchema, request);
    return artifactRow(ports.store, await saveArtifact(body, ports));
  },
};

export function artifactRoutes(ports: ArtifactPorts): Route[] {
  return (Object.keys(ANSWERS) as SavingRoute[]).map((route) => ({
    method: 'POST',
    path: route.slice('POST '.length),
    access: 'control',
    handle: async (request) => jsonReply(await ANSWERS[route](request, ports)),
  }));
}

/** The id is that of the staging: when the answer was lost, the same request finds what it made. */
async function saveArtifact(
  request: SaveArtifactRequest,
  ports: ArtifactPorts,
): Promise<ArtifactVersion> {
  const { store, artifacts } = ports;
  const made = store.pipelines.artifact(request.stagingId);
  if (made) return made;
  checkName('name', request.name);
  if (request.version !== undefined) checkName('version', request.version);
  const { path } = await artifacts.stage(request.stagingId);
  if (!(await store.blobs.stat(`${path}/${STAGED}`))) {
    await artifacts.release(request.stagingId);
    throw refused(`Nothing is staged for the artifact \`${request.name}\`. Save it again.`);
  }
  const artifact = await artifacts.adopt(stagedOutput(request, ports));
  await store.commit({ type: 'artifact.create', artifact });
  await artifacts.release(request.stagingId);
  return artifact;
}

function stagedOutput(request: SaveArtifactRequest, { store, now }: ArtifactPorts): StagedOutput {
  const { stagingId, stepRunId, ...described } = request;
  return {
    ...described,
    id: stagingId,
    stagingId,
    stagedPath: STAGED,
    producer: stepRunId === undefined ? undefined : producerOf(stepRunId, request.name, store),
    createdAt: now(),
  };
}

/** @throws HttpError when the step is not known. */
function producerOf(stepRunId: string, output: string, store: Store): ArtifactProducer {
  const step = store.pipelines.step(stepRunId);
  const run = step && store.pipelines.run(step.pipelineRunId);
  if (!step || !run) throw new HttpError(404, 'step.notFound', `There is no step ${stepRunId}.`);
  return {
    pipelineRunId: run.id,
    pipeline: run.graph.pipeline,
    stepId: step.stepId,
    stepRunId,
    output,
    saved: true,
  };
}

function checkName(what: 'name' | 'version', text: string): void {
  const problem = nameProblem(text);
  if (problem) throw refused(`The ${what} ${JSON.stringify(text)} of an artifact ${problem}.`);
}

const refused = (message: string): HttpError => new HttpError(400, 'artifact.invalid', message);
