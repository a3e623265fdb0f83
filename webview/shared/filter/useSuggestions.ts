/** Suggestions for the caret's place; values are asked for and come later. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Subject } from '../../../src/domain/search/subjects';
import { type Context, contextAt } from './context';
import {
  type FilterNames,
  type KnownNames,
  meaningOf,
  NO_NAMES,
  type Suggestion,
  suggestions,
} from './suggest';

export interface Offered {
  readonly context: Context;
  readonly items: readonly Suggestion[];
}

export interface SuggestionOptions {
  readonly text: string;
  readonly caret: number;
  readonly isOpen: boolean;
  readonly subject: Subject;
  readonly source: FilterNames;
  readonly history: readonly string[];
}

export function useSuggestions(options: SuggestionOptions): Offered {
  const { text, caret, isOpen, subject, source } = options;
  const names = useNames(source, isOpen);
  const context = contextAt(text, caret);
  const values = useValues(context, { ...options, names });
  // Names may be thousands: who does not look at the list does not wait for it.
  if (!isOpen) return { context, items: [] };
  if (text === '' && options.history.length > 0) {
    const items = options.history.map((past) => ({
      label: past,
      insert: past,
      kind: 'history' as const,
    }));
    return { context, items: [...items, ...suggestions(context, subject, { names, values })] };
  }
  return { context, items: suggestions(context, subject, { names, values }) };
}

/** Asked again each time that the list opens: there may be new ones. */
function useNames(source: FilterNames, isOpen: boolean): KnownNames {
  const [names, setNames] = useState(NO_NAMES);
  useEffect(() => {
    if (!isOpen) return undefined;
    let isWanted = true;
    source.names().then(
      (found) => isWanted && setNames(found),
      // What cannot be asked is not offered; the line works without.
      () => undefined,
    );
    return () => {
      isWanted = false;
    };
  }, [source, isOpen]);
  return names;
}

function useValues(
  context: Context,
  { subject, source, names, isOpen }: SuggestionOptions & { readonly names: KnownNames },
): readonly string[] {
  const [values, setValues] = useState<readonly string[]>([]);
  const asked = useRef('');
  const meaning = context.at === 'value' ? meaningOf(context.name, subject, names) : undefined;
  const isAsked =
    isOpen && (meaning?.on === 'param' || meaning?.on === 'tag' || meaning?.on === 'attribute');
  const on = isAsked ? meaning.on : undefined;
  const key = isAsked ? meaning.key : undefined;
  const { prefix } = context;
  useEffect(() => {
    if (on === undefined || key === undefined) {
      setValues([]);
      return;
    }
    const id = JSON.stringify([on, key, prefix]);
    asked.current = id;
    source.values({ on, key, prefix }).then(
      // An answer to what is no longer written comes too late.
      (found) => asked.current === id && setValues(found),
      () => asked.current === id && setValues([]),
    );
  }, [source, on, key, prefix]);
  return values;
}
