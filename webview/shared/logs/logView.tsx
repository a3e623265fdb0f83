/** The end of a step's log: follows as it grows; searched, filtered by level, progress bars folded. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { messageOf } from '../../../src/base/errors';
import { LOG_LEVELS, type LogLevel } from '../../../src/protocol/worker';
import { useLive } from '../live';
import { countText, t } from '../texts';
import { Button, Dropdown, TextField } from '../ui/controls';
import { Loading, Problem } from '../ui/states';
import { useWindow } from '../useWindow';
import { type LogItem, logItems, logText, numberOf, shownLines } from './logLines';
import { type LogPanel, LogTail } from './logTail';

/** To be keyed by the step's run. */
export interface LogViewProps {
  readonly panel: LogPanel;
  readonly stepRunId: string;
  /** Said of a log without a line. */
  readonly emptyText: (isEnded: boolean) => string;
  /** Shows the file in the editor. */
  readonly onOpen: () => void;
  readonly onCopy: (text: string) => Promise<void>;
}

type Least = LogLevel | 'all';

export function LogView({ panel, stepRunId, emptyText, onOpen, onCopy }: LogViewProps) {
  const [tail] = useState(() => new LogTail(panel, stepRunId));
  useEffect(() => () => tail.dispose(), [tail]);
  const { value, problem } = useLive(tail.live);
  const [search, setSearch] = useState('');
  const [least, setLeast] = useState<Least>('all');
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const { state } = tail;
  const filter = { search, least: least === 'all' ? undefined : least };
  const items = useMemo(() => logItems(state, filter, open), [state, search, least, open]);
  const isEmpty = state.lines.length === 0 && state.rest === '';
  return (
    <div class="rl-log">
      <div class="rl-log-tools">
        <TextField
          name={t('Search the log')}
          placeholder={t('Search')}
          value={search}
          onInput={setSearch}
          onCancel={() => setSearch('')}
        />
        <Dropdown
          name={t('Least level')}
          choices={[
            { value: 'all', label: t('All levels') },
            ...LOG_LEVELS.map((level) => ({ value: level, label: level })),
          ]}
          value={least}
          onChange={setLeast}
        />
        <Button onClick={onOpen}>{t('Open Log')}</Button>
        <CopyShown onCopy={() => onCopy(logText(shownLines(state, filter)))} />
        <span class="rl-faint" role="status">
          {(search !== '' || least !== 'all') && countOfLines(linesOf(items))}
        </span>
      </div>
      {problem !== undefined && (
        <Problem isBar message={problem} onRetry={() => tail.live.again()} />
      )}
      {!value && problem === undefined && <Loading name={t('Reading the log')} lines={3} />}
      {value && isEmpty && <p class="rl-faint">{emptyText(value.ended)}</p>}
      {!isEmpty && items.length === 0 && <p class="rl-faint">{t('No line matches')}</p>}
      {state.dropped > 0 && (
        <p class="rl-faint">
          {t('The last {0} lines; Open Log shows all of it.', countText(state.lines.length))}
        </p>
      )}
      {items.length > 0 && (
        <Lines items={items} onUnfold={(number) => setOpen(new Set([...open, number]))} />
      )}
    </div>
  );
}

function CopyShown({ onCopy }: { readonly onCopy: () => Promise<void> }) {
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const copy = async () => {
    try {
      await onCopy();
      setProblem(undefined);
    } catch (error) {
      setProblem(messageOf(error));
    }
  };
  return (
    <>
      <Button title={t('Copy the lines that are shown')} onClick={() => void copy()}>
        {t('Copy')}
      </Button>
      {problem !== undefined && <span class="rl-bad">{problem}</span>}
    </>
  );
}

const linesOf = (items: readonly LogItem[]): number =>
  items.reduce((sum, item) => sum + (item.kind === 'fold' ? item.count : 1), 0);

const countOfLines = (count: number): string =>
  count === 1 ? t('1 line') : t('{0} lines', countText(count));

/** As in logs.css. */
const ROW = 18;
/** Nearer to the end than this it follows. */
const END = 24;

interface LinesProps {
  readonly items: readonly LogItem[];
  readonly onUnfold: (number: number) => void;
}

function Lines({ items, onUnfold }: LinesProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const onScroll = useStaying(scroller, items);
  const seen = useWindow(scroller, { count: items.length, rowHeight: ROW });
  return (
    <div
      ref={scroller}
      class="rl-log-scroll"
      role="log"
      aria-label={t('Log')}
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
      tabIndex={0}
      dir="ltr"
      onScroll={onScroll}
    >
      <div class="rl-log-lines" style={{ height: `${items.length * ROW}px` }}>
        {items.slice(seen.from, seen.to).map((item, i) => (
          <div
            key={`${item.kind} ${numberOf(item)}`}
            class="rl-log-line"
            style={{ top: `${(seen.from + i) * ROW}px` }}
          >
            <Line item={item} onUnfold={onUnfold} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Stays at the end, or else at the line that is read, whatever comes and is dropped. */
function useStaying(
  scroller: { readonly current: HTMLElement | null },
  items: readonly LogItem[],
): () => void {
  const follows = useRef(true);
  const first = useRef({ number: 0, offset: 0 });
  useLayoutEffect(() => {
    const { current } = scroller;
    if (!current) return;
    if (follows.current) {
      current.scrollTop = current.scrollHeight;
      return;
    }
    const { number, offset } = first.current;
    const at = items.findIndex((item) => numberOf(item) >= number);
    if (at >= 0) current.scrollTop = at * ROW + offset;
  }, [items]);
  return () => {
    const { current } = scroller;
    if (!current) return;
    const { scrollTop, scrollHeight, clientHeight } = current;
    follows.current = scrollTop + clientHeight >= scrollHeight - END;
    const item = items[Math.floor(scrollTop / ROW)];
    if (item) first.current = { number: numberOf(item), offset: scrollTop % ROW };
  };
}

const LOOKS: Readonly<Record<LogLevel, string>> = {
  debug: 'rl-faint',
  info: '',
  warning: 'rl-warn',
  error: 'rl-bad',
};

/** More of a line is in the file. */
const DRAWN = 2000;

function Line({ item, onUnfold }: { readonly item: LogItem } & Pick<LinesProps, 'onUnfold'>) {
  if (item.kind === 'fold') {
    return (
      <button type="button" class="rl-link" onClick={() => onUnfold(item.number)}>
        {t('{0} progress lines', countText(item.count))}
      </button>
    );
  }
  const { clock, level, inherited, text } = item.line;
  const drawn = text.length > DRAWN ? `${text.slice(0, DRAWN)}…` : text;
  return (
    <>
      {clock !== '' && <span class="rl-faint">{clock} </span>}
      {level !== undefined && <span class={LOOKS[level]}>[{level}] </span>}
      <span class={inherited ? LOOKS[inherited] : ''}>{drawn}</span>
    </>
  );
}
