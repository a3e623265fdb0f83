/** View state as the editor keeps it for a page: with its version, checked when it is read. */
import { isRecord } from '../../src/base/json';

/** What a page keeps over reloads. Another version, or what `parse` refuses, is the default. */
export interface KeptView<V> {
  /** Raised when what was kept before cannot be read any more. */
  readonly version: number;
  /** Undefined, or an error: broken. */
  parse(raw: unknown): V | undefined;
  readonly initial: V;
}

export function readKept<V>(raw: unknown, view: KeptView<V>): V {
  if (!isRecord(raw)) return view.initial;
  const { version, view: kept } = raw;
  if (version !== view.version) return view.initial;
  try {
    return view.parse(kept) ?? view.initial;
  } catch {
    // Nothing was lost that a person made: the page begins as it does the first time.
    return view.initial;
  }
}

/** Beside what the extension needs to open the panel again. */
export const writeKept = <V>(view: V, { version }: KeptView<V>): object => ({ version, view });
