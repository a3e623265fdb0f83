/** The tab of charts: a line of settings, the runs, and a card per metric in sections. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { MetricCard } from '../shared/charts/metricCard';
import type { ChartView } from '../shared/charts/types';
import { Lazy } from '../shared/lazy';
import { countText, t } from '../shared/texts';
import { IconButton } from '../shared/ui/controls';
import { MenuButton } from '../shared/ui/menu';
import { Splitter } from '../shared/ui/splitter';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { measuredRun } from './runBook';
import { Groups, Ribbon, RunList } from './runList';
import type { TabProps } from './tabProps';
import { Toolbar } from './toolbar';
import {
  type Card,
  cardsOf,
  filterCards,
  movedSection,
  prefixOf,
  type Section,
  sectionsOf,
  withGroupSlots,
  zoomedTo,
  zoomKey,
  zoomOf,
} from './view';

export function ChartsTabView(props: TabProps) {
  const { view, onView, runs, book } = props;
  const [highlight, setHighlight] = useState<string | undefined>(undefined);
  const measured = useMemo(
    () => withGroupSlots(runs.flatMap((run) => measuredRun(run, view.groupBy) ?? [])),
    [runs, view.groupBy],
  );
  const cards = useMemo(() => cardsOf(measured), [measured]);
  const shown = useMemo(() => filterCards(cards, view.filter), [cards, view.filter]);
  const isNarrow = useNarrow();
  useCounts(props);
  const list = { ...props, highlight, onHighlight: setHighlight };
  const isListed = view.list.isShown && !isNarrow && runs.length > 0;
  const body = (
    <>
      {runs.length > 0 && (
        <Toolbar {...props} cards={cards} count={shown.length} isNarrow={isNarrow} />
      )}
      {!isListed && <Ribbon {...list} />}
      {view.chart.bands !== 'none' && <Groups runs={measured} />}
      {book.problem !== undefined && (
        <Problem isBar message={book.problem} onRetry={() => book.again()} />
      )}
      <Cards {...props} all={cards} shown={shown} highlight={highlight} />
    </>
  );
  if (!isListed) return <div class="charts-body">{body}</div>;
  return (
    <Splitter
      name={t('Width of the run list')}
      direction="row"
      size={view.list.width}
      min={140}
      max={480}
      onSize={(width) => onView({ ...view, list: { ...view.list, width } })}
    >
      {[
        <RunList key="list" {...list} />,
        <div key="body" class="charts-body">
          {body}
        </div>,
      ]}
    </Splitter>
  );
}

/** What has grown while nobody listened is fetched again, and what a zoomed chart does not show is counted. */
function useCounts({ runs, charts }: TabProps): void {
  useEffect(() => {
    for (const { runId, detail } of runs) {
      for (const { key, count } of detail?.metrics ?? []) {
        if (count !== undefined) charts.series.setCount({ runId, key }, count);
      }
    }
  }, [runs, charts]);
}

const NARROW = '(max-width: 640px)';

function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => window.matchMedia(NARROW).matches);
  useEffect(() => {
    const query = window.matchMedia(NARROW);
    const update = () => setNarrow(query.matches);
    query.addEventListener('change', update);
    return () => query.removeEventListener('change', update);
  }, []);
  return isNarrow;
}

interface CardsProps extends TabProps {
  readonly all: readonly Card[];
  readonly shown: readonly Card[];
  readonly highlight: string | undefined;
}

function Cards(props: CardsProps) {
  const { all, shown, view, runs, panel, start } = props;
  const sections = useMemo(
    () => sectionsOf(shown, view),
    [shown, view.pinned, view.open, view.order, view.filter],
  );
  if (runs.length === 0) {
    const open = () => void panel.host.run('runlens.openRuns', {}).catch(reportError);
    return (
      <Empty title={t('No run is shown')} actions={[{ label: t('Choose Runs'), onClick: open }]}>
        <p>{t('Tick a run in the Experiments view; new runs appear here by themselves.')}</p>
      </Empty>
    );
  }
  if (runs.every(({ detail }) => !detail)) return <Loading name={t('Reading runs')} />;
  if (all.length === 0) {
    const copy = () => void panel.host.run('runlens.copyLoggingSnippet', {}).catch(reportError);
    const actions = start.place.canWrite
      ? [{ label: t('Copy Logging Snippet'), onClick: copy }]
      : [];
    return (
      <Empty title={t('The shown runs have no metrics yet')} actions={actions}>
        <p>{t('Points appear here as they are logged.')}</p>
      </Empty>
    );
  }
  if (shown.length === 0) {
    return (
      <Empty title={t('No metric matches “{0}”', view.filter)}>
        <p>{t('Between slashes it is a regular expression: {0}', '/loss$/')}</p>
      </Empty>
    );
  }
  return (
    <>
      {sections.map((section) => (
        <SectionView
          key={section.isPinned ? '/pinned' : section.name}
          {...props}
          section={section}
          names={sections.filter((each) => !each.isPinned).map(({ name }) => name)}
        />
      ))}
    </>
  );
}

interface SectionProps extends CardsProps {
  readonly section: Section;
  readonly names: readonly string[];
}

function SectionView(props: SectionProps) {
  const { section, names, view, onView } = props;
  const title = section.isPinned ? t('Pinned') : section.name === '' ? t('Metrics') : section.name;
  const isOnly = names.length === 1 && !section.isPinned;
  const move = (by: number) => () =>
    onView({ ...view, order: movedSection(names, section.name, by) });
  const toggle = () => onView({ ...view, open: { ...view.open, [section.name]: !section.isOpen } });
  return (
    <section class="charts-section" aria-label={title}>
      {isOnly && <h2 class="rl-sr-only">{title}</h2>}
      {!isOnly && (
        <div class="charts-section-head">
          <h2>
            {section.isPinned ? (
              title
            ) : (
              <IconButton
                icon={section.isOpen ? 'chevron-down' : 'chevron-right'}
                name={title}
                text={title}
                expanded={section.isOpen}
                onClick={toggle}
              />
            )}
          </h2>
          <span class="rl-faint">{countText(section.cards.length)}</span>
          {!section.isPinned && (
            <MenuButton
              icon="more"
              name={t('Move {0}', title)}
              entries={() => [
                { label: t('Move Up'), onSelect: move(-1) },
                { label: t('Move Down'), onSelect: move(1) },
                { label: t('Move to Top'), onSelect: move(-names.length) },
              ]}
            />
          )}
        </div>
      )}
      {section.isOpen && (
        <div class="charts-cards">
          {section.cards.map((card) => (
            <Lazy key={card.metric} class="charts-slot" name={card.metric}>
              {() => <CardView {...props} card={card} />}
            </Lazy>
          ))}
        </div>
      )}
    </section>
  );
}

function CardView({
  card,
  section,
  view,
  onView,
  charts,
  panel,
  highlight,
}: SectionProps & { readonly card: Card }) {
  const { metric } = card;
  const prefix = section.isPinned ? '' : prefixOf(metric);
  const runs = useStable(card);
  const { [metric]: held, ...others } = view.own;
  // A metric may be called like a property of every object: `constructor`.
  const own = Object.hasOwn(view.own, metric) ? held : undefined;
  const setOwn = (next: ChartView) => onView({ ...view, own: { ...others, [metric]: next } });
  const { x } = own ?? view.chart;
  const { zooms, isLinked } = view;
  // The same as long as it is: another one is drawn.
  const zoom = useMemo(
    () => zoomOf(view, { metric, x }),
    [metric, x, isLinked, zooms[zoomKey(metric, x)], zooms[zoomKey('', x)]],
  );
  const pin = (isPinned: boolean) =>
    onView({
      ...view,
      pinned: isPinned ? [...view.pinned, metric] : view.pinned.filter((each) => each !== metric),
    });
  return (
    <MetricCard
      page={charts}
      metric={metric}
      label={prefix === '' ? metric : metric.slice(prefix.length + 1)}
      runs={runs}
      view={own ?? view.chart}
      onView={setOwn}
      highlight={highlight}
      isPinned={view.pinned.includes(metric)}
      onPin={pin}
      zoom={zoom}
      // What is kept may be newer than what this was drawn with.
      onZoom={(next) => panel.setView(zoomedTo(panel.state.view, { metric, x }, next))}
    />
  );
}

/** The same runs stay the same value, so that details that come again draw nothing anew. */
function useStable({ runs }: Card): Card['runs'] {
  const text = JSON.stringify(
    runs.map((run) => [run.runId, run.name, run.slot, run.startTime, run.group, run.groupSlot]),
  );
  return useMemo(() => runs, [text]);
}
