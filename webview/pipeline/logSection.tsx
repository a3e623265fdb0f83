/** The end of a step's log: follows as it grows; searched, filtered by level, progress bars folded. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { StepRow } from '../../src/protocol/rows';
import { LOG_LEVELS, type LogLevel } from '../../src/protocol/worker';
import { useLive } from '../shared/live';
import type { Panel } from '../shared/panel';
import { countText, t } from '../shared/texts';
import { Dropdown, TextField } from '../shared/ui/controls';
import { Loading, Problem } from '../shared/ui/states';
import { type LogItem, logItems } from './logLines';
import { LogTail } from './logTail';
import { Section } from './section';
import { useWindow } from './useWindow';
import type { PipelineView } from './view';

export interface LogSectionProps {
  readonly panel: Panel<PipelineView>;
  readonly row: StepRow;
  readonly onOpen: () => void;
}

type Least = LogLevel | 'all';

export function LogSection({ panel, row, onOpen }: LogSectionProps) {
  const [tail] = useState(() => new LogTail(panel, row.id));
  useEffect(() => () => tail.dispose(), [tail]);
  const { value, problem } = useLive(tail.live);
  const [search, setSearch] = useState('');
  const [least, setLeast] = useState<Least>('all');
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const { state } = tail;
  const items = useMemo(
    () => logItems(state, { search, least: least === 'all' ? undefined : least }, open),
    [state, search, least, open],
  );
  const isEmpty = state.lines.length === 0 && state.rest === '';
  return (
    <Section title={t('Log')} note={state.dropped > 0 ? t('the last lines') : undefined}>
      <div class="pl-log-tools">
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
            { value: 'all', label: t('All') },
            ...LOG_LEVELS.map((level) => ({ value: level, label: level })),
          ]}
          value={least}
          onChange={(chosen: Least) => setLeast(chosen)}
        />
        <button type="button" class="rl-link" onClick={onOpen}>
          {t('Open Log')}
        </button>
      </div>
      {problem !== undefined && (
        <Problem isBar message={problem} onRetry={() => tail.live.again()} />
      )}
      {!value && problem === undefined && <Loading name={t('Reading the log')} lines={3} />}
      {value && isEmpty && <p class="rl-faint">{emptyText(row, value.ended)}</p>}
      {!isEmpty && items.length === 0 && <p class="rl-faint">{t('No line matches')}</p>}
      {items.length > 0 && (
        <Lines items={items} onUnfold={(number) => setOpen(new Set([...open, number]))} />
      )}
    </Section>
  );
}

function emptyText({ status }: StepRow, isEnded: boolean): string {
  if (status === 'cached') return t('It did not run: its result was used as it was.');
  return isEnded ? t('It wrote nothing.') : t('It has written nothing yet.');
}

const ROW = 18;
/** Nearer to the end than this it follows. */
const END = 24;

function Lines(props: {
  readonly items: readonly LogItem[];
  readonly onUnfold: (number: number) => void;
}) {
  const { items } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const seen = useWindow(scroller, { count: items.length, rowHeight: ROW });
  useLayoutEffect(() => {
    const { current } = scroller;
    if (current && follows.current) current.scrollTop = current.scrollHeight;
  }, [items.length]);
  return (
    <div
      ref={scroller}
      class="pl-log"
      role="log"
      aria-label={t('Log')}
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled by keys
      tabIndex={0}
      dir="ltr"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follows.current = scrollTop + clientHeight >= scrollHeight - END;
      }}
    >
      <div class="pl-log-lines" style={{ height: `${items.length * ROW}px` }}>
        {items.slice(seen.from, seen.to).map((item, i) => (
          <div
            key={item.kind === 'line' ? item.line.number : -item.number}
            class="pl-log-line"
            style={{ top: `${(seen.from + i) * ROW}px` }}
          >
            <Line item={item} onUnfold={props.onUnfold} />
          </div>
        ))}
      </div>
    </div>
  );
}

const LOOKS: Readonly<Record<LogLevel, string>> = {
  debug: 'rl-faint',
  info: '',
  warning: 'rl-warn',
  error: 'rl-bad',
};

function Line({
  item,
  onUnfold,
}: {
  readonly item: LogItem;
  readonly onUnfold: (number: number) => void;
}) {
  if (item.kind === 'fold') {
    return (
      <button type="button" class="rl-link" onClick={() => onUnfold(item.number)}>
        {t('{0} progress lines', countText(item.count))}
      </button>
    );
  }
  const { clock, level, inherited, text } = item.line;
  return (
    <>
      {clock !== '' && <span class="rl-faint">{clock} </span>}
      {level !== undefined && <span class={LOOKS[level]}>[{level}] </span>}
      <span class={inherited ? LOOKS[inherited] : ''}>{text}</span>
    </>
  );
}
