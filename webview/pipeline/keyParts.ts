/** A cache key beside the earlier one, part by part: what changed comes first. */
import type { Fingerprint, FingerprintComponent } from '../../src/domain/pipeline';
import type { Explanation } from '../../src/protocol/control';

export type PartState = 'changed' | 'added' | 'removed' | 'same';

export interface KeyPart {
  /** `parameter`, `helper`, `code` … */
  readonly kind: string;
  /** `gamma`; the kind again where it has no name of its own. */
  readonly name: string;
  readonly state: PartState;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Both sides of source that differs. */
  readonly texts: { readonly before: string; readonly after: string } | undefined;
  readonly component: string;
}

const ORDER: Readonly<Record<PartState, number>> = { changed: 0, added: 1, removed: 2, same: 3 };

/** Without an earlier key all parts are the same: there is nothing to tell them from. */
export function keyParts({
  fingerprint,
  previous,
  texts,
}: Pick<Explanation, 'fingerprint' | 'previous' | 'texts'>): readonly KeyPart[] {
  const now = byName(fingerprint);
  const before = previous ? byName(previous.fingerprint) : now;
  const names = new Set([...now.keys(), ...before.keys()]);
  const parts = [...names].map((name): KeyPart => {
    const [old, current] = [before.get(name), now.get(name)];
    const split = name.indexOf(':');
    return {
      kind: split < 0 ? name : name.slice(0, split),
      name: split < 0 ? name : name.slice(split + 1),
      state: stateOf(old, current),
      before: old && shown(old),
      after: current && shown(current),
      texts: Object.hasOwn(texts ?? {}, name) ? texts?.[name] : undefined,
      component: name,
    };
  });
  return parts.sort((a, b) => ORDER[a.state] - ORDER[b.state]);
}

const byName = (fingerprint: Fingerprint | undefined) =>
  new Map(fingerprint?.components.map((component) => [component.name, component]));

function stateOf(
  before: FingerprintComponent | undefined,
  after: FingerprintComponent | undefined,
): PartState {
  if (!before) return 'added';
  if (!after) return 'removed';
  return before.digest === after.digest ? 'same' : 'changed';
}

/** What people can read of it, else the beginning of its digest. */
const shown = ({ display, digest }: FingerprintComponent): string => display ?? digest.slice(0, 8);
