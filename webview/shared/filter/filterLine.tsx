/** The one filter line: a combobox over the language of docs/search.md that says where it is wrong. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { RUNS, type Subject } from '../../../src/domain/search/subjects';
import type { SearchRefusal } from '../../../src/protocol/control';
import { t } from '../texts';
import { IconButton } from '../ui/controls';
import { Icon } from '../ui/icon';
import { located, type Refused, refusalOf } from './check';
import { FilterProblem, Squiggle } from './filterProblem';
import { accepted, type FilterNames, type Suggestion } from './suggest';
import { SuggestionList } from './suggestionList';
import { useSuggestions } from './useSuggestions';

export interface FilterLineProps {
  /** RUNS by default. */
  readonly subject?: Subject;
  /** Accessible name; default `Filter`. */
  readonly name?: string;
  readonly placeholder?: string;
  /** The filter that is in force. */
  readonly value: string;
  /** Called with a text that can be understood: 250 ms after the last key, or on Enter. */
  readonly onFilter: (text: string) => void;
  readonly names: FilterNames;
  /** The server's refusal of `value`, such as of a name that is a metric and a parameter. */
  readonly refusal?: SearchRefusal | undefined;
  /** Newest first; the page keeps them. */
  readonly history: readonly string[];
  readonly onHistory: (history: readonly string[]) => void;
}

const TYPED_MS = 250;
/** Half a clause is no mistake yet. */
const WRONG_MS = 700;
const MOST_HISTORY = 20;

export function FilterLine(props: FilterLineProps) {
  const { value, subject = RUNS, history } = props;
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const [text, setText] = useState(value);
  const [caret, setCaret] = useState(value.length);
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState<number | undefined>(undefined);
  const line = useText({ ...props, subject, text, setText });
  const offered = useSuggestions({ text, caret, isOpen, subject, source: props.names, history });
  const items = isOpen ? offered.items : [];
  useCaret(input, caret, text);
  const edit = (next: string, at: number) => {
    setText(next);
    setCaret(at);
    setActive(undefined);
    setOpen(true);
    line.typed(next);
  };
  const accept = (item: Suggestion) => {
    if (item.kind === 'history') {
      edit(item.insert, item.insert.length);
      line.commit(item.insert);
      setOpen(false);
      return;
    }
    const next = accepted(text, offered.context, item);
    edit(next.text, next.caret);
    input.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const chosen = active === undefined ? undefined : items[active];
    const to = movedIn(event.key, active, items.length);
    if (event.key === 'Enter' && chosen) accept(chosen);
    else if (event.key === 'Tab' && chosen) accept(chosen);
    else if (event.key === 'Enter') {
      setOpen(false);
      line.commit(text);
    } else if (event.key === ' ' && event.ctrlKey) setOpen(true);
    else if (event.key === 'ArrowDown' && !isOpen) setOpen(true);
    else if (to !== undefined && isOpen) setActive(to);
    else if (event.key === 'Escape' && isOpen) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  // While the list says how to go on, half a clause is no mistake.
  const refused = items.length > 0 && line.refused?.isUnfinished ? undefined : line.refused;
  return (
    <div class="rl-filter">
      <div class={refused ? 'rl-filter-box rl-refused' : 'rl-filter-box'}>
        <Icon name="filter" />
        <span class="rl-filter-field">
          {refused && <Squiggle text={text} refused={refused} input={input} />}
          <input
            ref={input}
            type="text"
            role="combobox"
            spellcheck={false}
            autocomplete="off"
            aria-label={props.name ?? t('Filter')}
            aria-autocomplete="list"
            aria-expanded={items.length > 0}
            aria-controls={items.length > 0 ? `${id}-list` : undefined}
            aria-activedescendant={active === undefined ? undefined : `${id}-${active}`}
            aria-invalid={refused !== undefined}
            aria-describedby={refused ? `${id}-wrong` : undefined}
            placeholder={props.placeholder}
            value={text}
            onInput={({ currentTarget: { value: typed, selectionStart } }) =>
              edit(typed, selectionStart ?? typed.length)
            }
            onKeyDown={onKeyDown}
            onSelect={({ currentTarget: { selectionStart } }) => setCaret(selectionStart ?? 0)}
            onBlur={() => {
              setOpen(false);
              line.leave(text);
            }}
          />
        </span>
        {text !== '' && (
          <IconButton
            icon="close"
            name={t('Clear Filter')}
            onClick={() => {
              edit('', 0);
              setOpen(false);
              line.commit('');
              input.current?.focus();
            }}
          />
        )}
      </div>
      {items.length > 0 && (
        <SuggestionList id={id} items={items} active={active} onAccept={accept} />
      )}
      {refused && <FilterProblem id={`${id}-wrong`} refused={refused} />}
    </div>
  );
}

/** Arrows go round, and off the list to the text itself. */
function movedIn(key: string, active: number | undefined, length: number): number | undefined {
  if (length === 0) return undefined;
  if (key === 'ArrowDown') return active === undefined ? 0 : (active + 1) % length;
  if (key === 'ArrowUp') return active === undefined ? length - 1 : (active + length - 1) % length;
  if (key === 'PageDown') return Math.min(length - 1, (active ?? 0) + 8);
  return key === 'PageUp' ? Math.max(0, (active ?? 0) - 8) : undefined;
}

/** A text that was put in from outside has its caret where the suggestion ends. */
function useCaret(
  input: { readonly current: HTMLInputElement | null },
  caret: number,
  text: string,
): void {
  useLayoutEffect(() => {
    const { current } = input;
    if (!current || document.activeElement !== current || current.selectionStart === caret) return;
    if (current.selectionStart === current.selectionEnd) current.setSelectionRange(caret, caret);
  }, [input, caret, text]);
}

/** The server counts in the text without the spaces before it. */
const inText = (text: string, refusal: SearchRefusal): SearchRefusal => ({
  ...refusal,
  position: refusal.position + text.length - text.trimStart().length,
});

interface TextOptions extends FilterLineProps {
  readonly subject: Subject;
  readonly text: string;
  readonly setText: (text: string) => void;
}

/** When a text is taken as the filter, and when it is called wrong. */
function useText(options: TextOptions) {
  const { value, text, subject, refusal } = options;
  const latest = useRef(options);
  latest.current = options;
  const timers = useRef<readonly ReturnType<typeof setTimeout>[]>([]);
  const [own, setOwn] = useState<Refused | undefined>(() => refusalOf(value, subject));
  const stop = () => {
    for (const timer of timers.current) clearTimeout(timer);
    timers.current = [];
  };
  useEffect(() => stop, []);
  const last = useRef(value);
  useEffect(() => {
    // Another filter from outside: a saved view. What was typed before, and was wrong, is no more.
    if (value !== last.current) {
      stop();
      latest.current.setText(value);
      setOwn(refusalOf(value, subject));
    }
    last.current = value;
  }, [value]);
  const take = (next: string): boolean => {
    if (refusalOf(next, subject)) return false;
    if (next.trim() !== latest.current.value.trim()) {
      last.current = next.trim();
      latest.current.onFilter(next.trim());
    }
    return true;
  };
  const remember = (next: string) => {
    const said = next.trim();
    const { history, onHistory } = latest.current;
    if (said === '' || history[0] === said) return;
    onHistory([said, ...history.filter((each) => each !== said)].slice(0, MOST_HISTORY));
  };
  const isRefused = refusal !== undefined && text.trim() === value.trim();
  const fromServer = isRefused ? located(text, inText(text, refusal)) : undefined;
  return {
    refused: own ?? fromServer,
    typed(next: string) {
      stop();
      // What was wrong is judged anew at once, what is newly wrong only later.
      setOwn((before) => (before ? refusalOf(next, subject) : before));
      timers.current = [
        setTimeout(() => take(next), TYPED_MS),
        setTimeout(() => setOwn(refusalOf(next, subject)), WRONG_MS),
      ];
    },
    commit(next: string) {
      stop();
      setOwn(refusalOf(next, subject));
      if (take(next)) remember(next);
    },
    leave(next: string) {
      if (!refusalOf(next, subject)) remember(next);
    },
  };
}
