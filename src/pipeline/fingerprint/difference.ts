/** What differs between two fingerprints of a step, in the words that people read. */
import type { Fingerprint, FingerprintComponent, Reason } from '../../domain/pipeline';
import { setUpOf } from './definitions';

/** The most telling first; empty when nothing differs. */
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
  'file',
  'files',
  'environment',
  'variable',
  'secret',
  'policy',
  'captured',
  'output',
  'materializer',
  'step',
  'input',
  'package',
  'parser',
];

/** `helper` of `helper:features.clean`. */
export const kindOf = (name: string): string => name.split(':', 1)[0] ?? name;
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

type Kind = 'changed' | 'added' | 'removed';
interface Pair {
  readonly before: FingerprintComponent | undefined;
  readonly after: FingerprintComponent | undefined;
}

function reasonText(name: string, kind: Kind, pair: Pair): string {
  const part = restOf(name);
  const displays = displayChange(pair);
  switch (kindOf(name)) {
    case 'parameter':
      return displays ? `${part} ${displays}` : `parameter ${part} ${kind}`;
    case 'code':
      return `code ${kind}`;
    case 'helper':
      return helperText(part, kind, pair);
    case 'input':
      return `input ${part} ${kind}${displays ? ` (${withoutRepeat(displays)})` : ''}`;
    case 'path':
      return `file ${displays ?? `${pair.after?.display ?? pair.before?.display ?? part} ${kind}`}`;
    case 'file':
      return `file ${part} ${kind}`;
    case 'files':
      return `files ${part} ${kind}${displays ? ` (${displays})` : ''}`;
    case 'environment':
    case 'variable':
      return `environment variable ${part} ${kind}`;
    case 'secret':
    case 'captured':
      return `${kindOf(name) === 'secret' ? 'secret' : 'captured value'} ${part} ${kind}`;
    case 'output':
      return `output ${part} ${kind === 'changed' ? 'moved' : kind}`;
    case 'materializer':
      return materializerText(part, pair);
    case 'policy':
      return `value of the cache policy ${displays ?? kind}`;
    case 'package':
      return displays ? `version of ${part} ${displays}` : `package ${part} ${kind}`;
    case 'step':
      return displays ? `step renamed: ${displays}` : `step ${part} ${kind}`;
    default:
      return displays ? `${name} ${displays}` : `${name} ${kind}`;
  }
}

/** `helper clean() changed`; a constant with its values: `THRESHOLD 0.5 → 0.7`. */
function helperText(part: string, kind: Kind, pair: Pair): string {
  const name = pair.after?.source?.qualname ?? pair.before?.source?.qualname ?? part;
  const display = pair.after?.display ?? pair.before?.display;
  if (display === `${name}()`) return `helper ${name}() ${kind}`;
  if (display === setUpOf(name)) return `${display} ${kind}`;
  if (display === undefined || display === name) return `helper ${name} ${kind}`;
  const change = displayChange(pair);
  return change ? `${name} ${change}` : `constant ${name} ${kind}`;
}

function materializerText(output: string, { before, after }: Pair): string {
  const old = before?.display ?? 'by type';
  const now = after?.display ?? 'by type';
  return old === now
    ? `materializer ${now} of output ${output} changed`
    : `output ${output}: materializer ${old} → ${now}`;
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
