/** The cache key of a step invocation: its named components, and what differs between two keys. */
import { canonicalJson, type Json } from '../../base/json';
import type {
  Fingerprint,
  FingerprintComponent,
  Reason,
  StepInput,
  StepInvocation,
} from '../../domain/pipeline';
import type { CodeFingerprint } from './codeFingerprint';
import { digestOf, digestOfParts } from './digest';

/** The content of an artifact input. */
export interface InputValue {
  readonly digest: string;
  /** Short, for people: `digits v2`. */
  readonly display: string;
}

/**
 * The fingerprint of one invocation.
 * @param parts.inputs content of every input that is an artifact or the output of a step.
 */
export function stepFingerprint(parts: {
  code: CodeFingerprint;
  invocation: StepInvocation;
  inputs: Readonly<Record<string, InputValue>>;
}): Fingerprint {
  const { code, invocation, inputs } = parts;
  const components = [
    ...code.components,
    component('step:name', invocation.step),
    ...Object.entries(invocation.inputs).map(([name, input]) =>
      inputComponent(name, input, inputs[name]),
    ),
    ...Object.entries(invocation.options.environment).map(([name, value]) =>
      component(`environment:${name}`, value),
    ),
    ...invocation.outputs.map(({ name, materializer }, index) => ({
      name: `output:${name}`,
      digest: digestOfParts([String(index), materializer ?? '']),
      display: materializer ?? 'by type',
    })),
    ...Object.entries(invocation.captured).map(([name, digest]) => ({
      name: `captured:${name}`,
      digest: digest ?? digestOfParts(['not comparable']),
    })),
  ];
  const unknown = Object.keys(invocation.captured).filter((name) => !invocation.captured[name]);
  const notTracked = [
    ...code.notTracked,
    ...unknown.map((name) => `captured value ${name} of ${invocation.step}`),
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

const component = (name: string, value: string): FingerprintComponent => ({
  name,
  digest: digestOf(value),
});

function inputComponent(
  name: string,
  input: StepInput,
  content: InputValue | undefined,
): FingerprintComponent {
  if (input.kind === 'parameter') return parameterComponent(name, input.value);
  if (input.kind === 'path') {
    return { name: `path:${name}`, digest: input.digest, display: input.path };
  }
  return {
    name: `input:${name}`,
    digest: content?.digest ?? digestOfParts(['missing']),
    display: content?.display ?? 'missing',
  };
}

function parameterComponent(name: string, value: Json): FingerprintComponent {
  const text = canonicalJson(value);
  return { name: `parameter:${name}`, digest: digestOf(text), display: shortened(text) };
}

const MAX_DISPLAY = 60;
const shortened = (text: string): string =>
  text.length > MAX_DISPLAY ? `${text.slice(0, MAX_DISPLAY - 1)}…` : text;

/** What differs between two fingerprints of a step, the most telling first; empty when nothing does. */
export function explainDifference(before: Fingerprint, after: Fingerprint): Reason[] {
  const old = byName(before.components);
  const now = byName(after.components);
  const names = [...new Set([...now.keys(), ...old.keys()])].sort(byTelling);
  const reasons = names.flatMap((name) => reasonFor(name, old.get(name), now.get(name)) ?? []);
  return withoutEcho(distinct(reasons), after);
}

/** Helpers of one name in two modules are told apart by their modules. */
function distinct(reasons: readonly Reason[]): Reason[] {
  const isRepeated = ({ text }: Reason) =>
    reasons.filter((other) => other.text === text).length > 1;
  return reasons.map((reason) => {
    const { component = '', text } = reason;
    if (!component.startsWith('helper:') || !isRepeated(reason)) return reason;
    return { ...reason, text: text.replace(/(?<=^helper )[^ (]+/, restOf(component)) };
  });
}

const byName = (components: readonly FingerprintComponent[]) =>
  new Map(components.map((part) => [part.name, part]));

/** What a person changed comes before what followed from it. */
const ORDER = [
  'parameter',
  'code',
  'helper',
  'path',
  'environment',
  'captured',
  'output',
  'step',
  'input',
  'parser',
];

const kindOf = (name: string): string => name.split(':', 1)[0] ?? name;
const restOf = (name: string): string => name.slice(name.indexOf(':') + 1);

function byTelling(a: string, b: string): number {
  const rank = (name: string) => (ORDER.indexOf(kindOf(name)) + ORDER.length) % ORDER.length;
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}

/** A step that calls itself is its own helper too: said once. */
function withoutEcho(reasons: Reason[], after: Fingerprint): Reason[] {
  const own = after.components.find(({ name }) => name === 'code')?.source?.qualname;
  const isCodeChanged = reasons.some(({ component }) => component === 'code');
  if (!own || !isCodeChanged) return reasons;
  const self = after.components.find(
    ({ name, source }) => name.startsWith('helper:') && source?.qualname === own,
  );
  return reasons.filter(({ component }) => component !== self?.name);
}

function reasonFor(
  name: string,
  before: FingerprintComponent | undefined,
  after: FingerprintComponent | undefined,
): Reason | undefined {
  if (before?.digest === after?.digest) return undefined;
  const kind = before && after ? 'changed' : after ? 'added' : 'removed';
  return {
    kind,
    component: name,
    before: before?.display,
    after: after?.display,
    text: reasonText(name, kind, { before, after }),
  };
}

interface Pair {
  readonly before: FingerprintComponent | undefined;
  readonly after: FingerprintComponent | undefined;
}

function reasonText(name: string, kind: 'changed' | 'added' | 'removed', pair: Pair): string {
  const part = restOf(name);
  const displays = displayChange(pair);
  switch (kindOf(name)) {
    case 'parameter':
      return displays ? `${part} ${displays}` : `parameter ${part} ${kind}`;
    case 'code':
      return 'code changed';
    case 'helper':
      return helperText(part, kind, pair);
    case 'input':
      return `input ${part} ${kind}${displays ? ` (${withoutRepeat(displays)})` : ''}`;
    case 'path':
      return `file ${displays ?? `${pair.after?.display ?? pair.before?.display ?? part} ${kind}`}`;
    case 'environment':
      return `environment variable ${part} ${kind}`;
    case 'captured':
      return `captured value ${part} ${kind}`;
    case 'output':
      return displays ? `output ${part}: materializer ${displays}` : `output ${part} ${kind}`;
    case 'step':
      return 'step renamed';
    default:
      return displays ? `${name} ${displays}` : `${name} ${kind}`;
  }
}

/** `helper clean() changed`; a constant with its values: `THRESHOLD 0.5 → 0.7`. */
function helperText(part: string, kind: 'changed' | 'added' | 'removed', pair: Pair): string {
  const name = pair.after?.source?.qualname ?? pair.before?.source?.qualname ?? part;
  const display = pair.after?.display ?? pair.before?.display;
  if (display === `${name}()`) return `helper ${name}() ${kind}`;
  if (display === undefined || display === name) return `helper ${name} ${kind}`;
  const change = displayChange(pair);
  return change ? `${name} ${change}` : `constant ${name} ${kind}`;
}

/** `digits v1 → digits v2` says the name once. */
const withoutRepeat = (change: string): string =>
  change.replace(/^(\S+) (v\S+) → \1 (v\S+)$/, '$1 $2 → $3');

function displayChange({ before, after }: Pair): string | undefined {
  const isKnown = before?.display !== undefined && after?.display !== undefined;
  return isKnown && before.display !== after.display
    ? `${before.display} → ${after.display}`
    : undefined;
}
