// What the worker routes accept, checked at the border: the shapes of protocol/worker.
import * as z from 'zod';
import { isRecord, type Json } from '../base/json';
import { EXECUTION_MODES } from '../domain/pipeline';
import type { SaveArtifactRequest } from '../protocol/control';
import {
  type ComposedRequest,
  type ExtendRequest,
  type JoinRequest,
  LOG_LEVELS,
  type LogRequest,
  type NextRequest,
  type PreviewReply,
  type RegisterRequest,
  type WaitRequest,
} from '../protocol/worker';

const text = z.string();
const id = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 hexadecimal digits');
const count = z.int().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal');
/** Parsed JSON is JSON: only its place is checked. */
const json = z.custom<Json>((value) => value !== undefined, 'is missing');
const jsonObject = z.record(text, json);

/** Below the root, as file names are in graphs. */
const file = text.refine(
  (path) => path !== '' && !path.startsWith('/') && !path.split(/[/\\]/).includes('..'),
  'must be relative to the root',
);
const source = z.object({ file: text, module: text, qualname: text, line: count });
const producer = z.object({ stepId: text, output: text });

const input = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('step'), ...producer.shape }),
  z.object({ kind: z.literal('steps'), items: z.array(producer) }),
  z.object({ kind: z.literal('item'), ...producer.shape, index: count, digest }),
  z.object({ kind: z.literal('artifact'), artifactVersionId: id }),
  z.object({ kind: z.literal('stored'), artifactVersionIds: z.array(id) }),
  z.object({
    kind: z.literal('parameter'),
    value: json,
    text: text.optional(),
    pipelineParameter: text.optional(),
    isDefault: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('path'), path: text, digest: text }),
]);

const declaredOutput = z.object({
  name: text,
  annotation: text,
  materializer: text.optional(),
  materializerDigest: digest.optional(),
  artifactName: text.optional(),
  artifactVersion: text.optional(),
  tags: z.array(text).optional(),
  metadata: jsonObject.optional(),
  artifactType: text.optional(),
});

const cachePolicy = z.object({
  code: z.boolean().optional(),
  parameters: z.boolean().optional(),
  inputs: z.boolean().optional(),
  ignored: z.array(text).optional(),
  files: z.array(text).optional(),
  environment: z.record(text, text.nullable()).optional(),
  sources: z.array(text).optional(),
  custom: text.optional(),
  packages: z.boolean().optional(),
  versions: z.record(text, text).optional(),
  expiresAfterMs: z.number().positive().optional(),
});

const model = z.object({ name: text, version: text.optional() });

const options = z.object({
  enableCache: z.boolean(),
  environment: z.record(text, text),
  secrets: z.array(text).optional(),
  retries: count.max(1000),
  retryDelayMs: z.number().nonnegative().optional(),
  retryBackoff: z.number().min(1).optional(),
  timeoutMs: z.number().positive().optional(),
  resources: z
    .object({
      cpus: z.number().positive().optional(),
      gpus: z.number().nonnegative().optional(),
      memory: z.number().nonnegative().optional(),
    })
    .optional(),
  cachePolicy: cachePolicy.optional(),
  tags: z.array(text).optional(),
  extra: jsonObject.optional(),
  group: text.optional(),
  model: model.optional(),
});

const invocation = z.object({
  id: text,
  step: text,
  source,
  inputs: z.record(text, input),
  outputs: z.array(declaredOutput),
  after: z.array(text),
  options,
  captured: z.record(text, text.nullable()),
  importable: z.boolean().optional(),
});

const graph = z.object({
  pipeline: text,
  source,
  parameters: z.record(
    text,
    z.object({ value: json, explicit: z.boolean(), text: text.optional() }),
  ),
  enableCache: z.boolean(),
  steps: z.array(invocation),
  dynamic: z.boolean().optional(),
  executionMode: z.enum(EXECUTION_MODES).optional(),
  tags: z.array(text).optional(),
  extra: jsonObject.optional(),
  model: model.optional(),
  runName: text.optional(),
});

export const plan = z.object({
  target: z.union([
    z.literal('all'),
    z.object({ step: text, reach: z.enum(['up-to', 'only', 'from']).optional() }),
  ]),
  force: z.enum(['all', 'target', 'none']).optional(),
  basedOn: id.optional(),
  mode: z.enum(['replay', 'resume']).optional(),
  skip: z.array(text).optional(),
  inputs: z.record(text, z.record(text, input)).optional(),
});

const modules = z.array(z.object({ module: text, file, digest: digest.nullable() }));

const worker = z.object({
  pid: z.int().positive(),
  hostname: text,
  pidNamespace: text,
  owned: z.boolean(),
  executable: text,
  cwd: text,
  user: text,
  variables: z.record(text, text).optional(),
});

const stepError = z.object({
  type: text,
  message: text,
  traceback: text,
  source: z.object({ file: text, line: count }).optional(),
});

const output = z.object({
  name: text,
  type: text,
  materializer: text,
  files: z.array(z.object({ path: file, size: count, sha256: digest })),
  contentDigest: text,
  metadata: jsonObject,
  tags: z.array(text).optional(),
  artifactType: text.optional(),
});

const reportBase = {
  stepRunId: id,
  attempt: count.optional(),
  modules,
  durationMs: z.number().nonnegative(),
};
const report = z.discriminatedUnion('status', [
  z.object({ ...reportBase, status: z.literal('ran'), outputs: z.array(output) }),
  z.object({ ...reportBase, status: z.literal('failed'), error: stepError }),
  z.object({ ...reportBase, status: z.literal('cancelled') }),
  z.object({ ...reportBase, status: z.literal('unavailable'), error: stepError }),
]);

export const registerSchema: z.ZodType<RegisterRequest> = z.object({
  worker,
  graph,
  plan,
  modules,
  sysPath: z.array(text),
  environment: jsonObject,
  launchId: id.optional(),
});

export const joinSchema: z.ZodType<JoinRequest> = z.object({
  worker,
  pipelineRunId: id,
  modules,
  thread: z.boolean().optional(),
  poolId: id.optional(),
});

export const extendSchema: z.ZodType<ExtendRequest> = z.object({
  workerId: id,
  pipelineRunId: id,
  steps: z.array(invocation),
  claim: z.boolean().optional(),
  closed: z.boolean().optional(),
  error: stepError.optional(),
});

export const waitSchema: z.ZodType<WaitRequest> = z.object({ poolId: id });

const { name: _, ...stored } = output.shape;
export const saveArtifactSchema: z.ZodType<SaveArtifactRequest> = z.object({
  ...stored,
  stagingId: id,
  name: text,
  version: text.optional(),
  tags: z.array(text).optional(),
  artifactType: text.optional(),
  stepRunId: id.optional(),
});

export const discardSchema = z.object({ stagingId: id });

export const nextSchema: z.ZodType<NextRequest> = z.object({
  workerId: id,
  pipelineRunId: id,
  report: report.optional(),
  noticesFrom: count,
  claim: z.boolean().optional(),
  interrupted: z.boolean().optional(),
});

export const logSchema: z.ZodType<LogRequest> = z.object({
  id,
  lines: z.array(
    z.object({
      time: z.number(),
      stream: z.enum(['stdout', 'stderr']),
      level: z.enum(LOG_LEVELS).optional(),
      text,
    }),
  ),
  progress: z
    .object({
      done: z.number(),
      total: z.number().optional(),
      unit: text.optional(),
      text: text.optional(),
    })
    .optional(),
});

export const composedSchema: z.ZodType<ComposedRequest> = z.object({
  launchId: id,
  error: stepError.optional(),
  preview: z
    .custom<PreviewReply>((value) => isRecord(value) && Array.isArray(value['steps']))
    .optional(),
});
