/** The cache key of a step invocation: its named components. */
import { canonicalJson } from '../../base/json';
import type {
  Fingerprint,
  FingerprintComponent,
  StepInput,
  StepInvocation,
  StepOutput,
} from '../../domain/pipeline';
import type { CodeFingerprint } from './codeFingerprint';
import { digestOf, digestOfParts } from './digest';
import { NO_FILES, type PolicyContent, policyComponents, shown } from './policy';

/** The content of an artifact input. */
export interface InputValue {
  readonly digest: string;
  /** Short, for people: `digits v2`. */
  readonly display: string;
}

export interface FingerprintParts {
  /** As the step's policy asks for it, see `CodeFingerprinter.ofStep`. */
  readonly code: CodeFingerprint;
  readonly invocation: StepInvocation;
  /** Content of every input that is an artifact or the output of a step. */
  readonly inputs: Readonly<Record<string, InputValue>>;
  /** What the patterns of the step's policy match. */
  readonly files?: PolicyContent;
}

/** The fingerprint of one invocation. Options that cannot change a result are no part of it. */
export function stepFingerprint(parts: FingerprintParts): Fingerprint {
  const { code, invocation, inputs, files = NO_FILES } = parts;
  const { options, captured } = invocation;
  const policy = policyComponents(invocation, files);
  const components = [
    ...code.components,
    shown('step:name', invocation.step),
    ...inputComponents(invocation, inputs),
    ...Object.entries(options.environment).map(([name, value]) => ({
      name: `environment:${name}`,
      digest: digestOf(value),
    })),
    ...[...new Set(options.secrets)].map((name) => shown(`secret:${name}`, name)),
    ...invocation.outputs.flatMap(outputComponents),
    ...Object.entries(captured).map(([name, digest]) => ({
      name: `captured:${name}`,
      digest: digest ?? digestOfParts(['not comparable']),
    })),
    ...policy.components,
  ];
  const unknown = Object.keys(captured).filter((name) => !captured[name]);
  const notTracked = [
    ...code.notTracked,
    ...unknown.map((name) => `captured value ${name} of ${invocation.step}`),
    ...policy.notTracked,
  ];
  return { key: keyOf(components), components, notTracked };
}

/** SHA-256 over the components in the order of their names. */
export function keyOf(components: readonly FingerprintComponent[]): string {
  const sorted = [...components].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return digestOfParts(sorted.flatMap(({ name, digest }) => [name, digest]));
}

/** Several artifacts as one input, in order. */
export function listInput(items: readonly InputValue[]): InputValue {
  return {
    digest: digestOf(canonicalJson(items.map(({ digest }) => digest))),
    display: items.map(({ display }) => display).join(', '),
  };
}

function inputComponents(
  { inputs, options: { cachePolicy: policy = {} } }: StepInvocation,
  contents: Readonly<Record<string, InputValue>>,
): FingerprintComponent[] {
  const ignored = new Set(policy.ignored);
  const counts = (name: string, { kind }: StepInput) =>
    !ignored.has(name) && (kind === 'parameter' ? policy.parameters : policy.inputs) !== false;
  return Object.entries(inputs)
    .filter(([name, input]) => counts(name, input))
    .map(([name, input]) => inputComponent(name, input, contents[name]));
}

function inputComponent(
  name: string,
  input: StepInput,
  content: InputValue | undefined,
): FingerprintComponent {
  switch (input.kind) {
    case 'parameter':
      return shown(`parameter:${name}`, canonicalJson(input.value));
    case 'path':
      return { name: `path:${name}`, digest: input.digest, display: input.path };
    case 'item':
      // Its own content: the list around it may have changed elsewhere.
      return { name: `input:${name}`, digest: input.digest, display: `item ${input.index}` };
    default:
      return {
        name: `input:${name}`,
        digest: content?.digest ?? digestOfParts(['missing']),
        display: content?.display ?? 'missing',
      };
  }
}

/** Its place among the outputs, and the materializer when one was chosen. */
function outputComponents(
  { name, materializer, materializerDigest }: StepOutput,
  index: number,
): FingerprintComponent[] {
  const place = { name: `output:${name}`, digest: digestOfParts([String(index)]) };
  if (materializer === undefined && materializerDigest === undefined) return [place];
  const digest = digestOfParts([materializer ?? '', materializerDigest ?? '']);
  return [place, { name: `materializer:${name}`, digest, display: materializer ?? 'its own' }];
}
