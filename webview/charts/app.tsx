/** The Charts page: toolbar, ribbon of runs, and a card per metric. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Emitter } from '../../src/base/event';
import { countOf } from '../../src/domain/display';
import type { ChartsHost, ChartsState, ChartsView } from '../../src/protocol/webview/charts';
import { onThemeChange, readTheme, type Theme } from '../shared/theme';
import { ChartCard } from './card';
import { Ribbon } from './ribbon';
import type { SeriesStore } from './seriesStore';
import { Toolbar } from './toolbar';
import { type Card, cardsOf, filterCards } from './view';
import { Wanted } from './wanted';

export interface AppProps {
  readonly state: ChartsState | undefined;
  /** Why the page could not be filled at all. */
  readonly failure: string | undefined;
  readonly view: ChartsView;
  readonly onView: (view: ChartsView) => void;
  readonly host: Pick<ChartsHost, 'hide' | 'reveal'>;
  readonly store: SeriesStore;
  readonly onRetry: () => void;
}

export function App(props: AppProps) {
  const { state, failure, store } = props;
  const theme = useTheme();
  const problem = useProblem(store);
  const [highlight, setHighlight] = useState<string | undefined>(undefined);
  const runs = state?.runs;
  const cards = useMemo(() => cardsOf(runs ?? []), [runs]);
  const shown = useMemo(() => filterCards(cards, props.view.filter), [cards, props.view.filter]);
  const warning = failure ?? state?.problem ?? problem;
  return (
    <main>
      <header class="top">
        <Toolbar
          view={props.view}
          onView={props.onView}
          count={`${shown.length} of ${countOf(cards.length, 'metric')}`}
        />
        <Ribbon runs={runs ?? []} theme={theme} host={props.host} onHighlight={setHighlight} />
      </header>
      {warning !== undefined && <Problem text={warning} onRetry={props.onRetry} />}
      <Cards {...props} shown={shown} all={cards.length} theme={theme} highlight={highlight} />
    </main>
  );
}

interface CardsProps extends AppProps {
  readonly shown: readonly Card[];
  readonly all: number;
  readonly theme: Theme;
  readonly highlight: string | undefined;
}

function Cards({ state, failure, view, store, shown, all, theme, highlight }: CardsProps) {
  const crosshair = useMemo(() => new Emitter<number | undefined>(), []);
  const wanted = useMemo(() => new Wanted(store), [store]);
  if (!state) return failure === undefined ? <p class="empty">Reading runs…</p> : null;
  if (all === 0) return <Empty hasRuns={state.runs.length > 0} />;
  if (shown.length === 0) return <p class="empty">No metric matches “{view.filter}”.</p>;
  return (
    <div class="cards">
      {shown.map((card) => (
        <ChartCard
          key={card.metric}
          card={card}
          view={view}
          theme={theme}
          store={store}
          wanted={wanted}
          crosshair={crosshair}
          highlight={highlight}
        />
      ))}
    </div>
  );
}

function Empty({ hasRuns }: { hasRuns: boolean }) {
  return (
    <p class="empty">
      {hasRuns
        ? 'The shown runs have no metrics yet. Points appear here as they are logged.'
        : 'No run is shown. Tick a run in the Experiments view; new runs appear here by themselves.'}
    </p>
  );
}

function Problem({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <p class="problem" role="alert">
      {text}{' '}
      <button type="button" class="link" onClick={onRetry}>
        Try Again
      </button>
    </p>
  );
}

function useTheme(): Theme {
  const [theme, setTheme] = useState(() => readTheme());
  useEffect(() => onThemeChange(() => setTheme(readTheme())), []);
  return theme;
}

function useProblem(store: SeriesStore): string | undefined {
  const [problem, setProblem] = useState(store.problem);
  useEffect(() => {
    const subscription = store.onDidChange(() => setProblem(store.problem));
    return () => subscription.dispose();
  }, [store]);
  return problem;
}
