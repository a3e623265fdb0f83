// What the worker routes accept, checked at the border: the shapes of protocol/worker.
import * as z from 'zod';
import type { Json } from '../base/json';
import type {
  ComposedRequest,
  JoinRequest,
  LogRequest,
  NextRequest,
  RegisterRequest,
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
  z.object({ kind: z.literal('artifact'), artifactVersionId: id }),
  z.object({
    kind: z.literal('parameter'),
    value: json,
    pipelineParameter: text.optional(),
    isDefault: z.boolean().optional(),
  }),
  z.object({ kind: z.literal('path'), path: text, digest: text }),
]);

const invocation = z.object({
  id: text,
  step: text,
  source,
  inputs: z.record(text, input),
  outputs: z.array(z.object({ name: text, annotation: text, materializer: text.optional() })),
  after: z.array(text),
  options: z.object({
    enableCache: z.boolean(),
    environment: z.record(text, text),
    retries: count.max(1000),
  }),
  captured: z.record(text, text.nullable()),
});

const graph = z.object({
  pipeline: text,
  source,
  parameters: z.record(text, z.object({ value: json, explicit: z.boolean() })),
  enableCache: z.boolean(),
  steps: z.array(invocation),
});

export const plan = z.object({
  target: z.union([z.literal('all'), z.object({ step: text })]),
  force: z.enum(['all', 'target', 'none']).optional(),
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

export const joinSchema: z.ZodType<JoinRequest> = z.object({ worker, pipelineRunId: id, modules });

export const nextSchema: z.ZodType<NextRequest> = z.object({
  workerId: id,
  pipelineRunId: id,
  report: report.optional(),
  noticesFrom: count,
});

export const logSchema: z.ZodType<LogRequest> = z.object({
  id,
  lines: z.array(z.object({ time: z.number(), stream: z.enum(['stdout', 'stderr']), text })),
});

export const composedSchema: z.ZodType<ComposedRequest> = z.object({
  launchId: id,
  error: stepError.optional(),
});
