/** Runs side by side: tables of what differs, images by step, confusion matrices. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { t } from '../shared/texts';
import { Button, Checkbox, TextField } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import { useComparison } from './compareData';
import { CompareFiles } from './compareFiles';
import { type ComparedRun, type CompareSection, compareSections, shownRows } from './compareRows';
import { CompareTable } from './compareTable';
import { csvOfSections, markdownOf } from './compareText';
import type { BookRun } from './runBook';
import type { TabProps } from './tabProps';
import type { CompareView } from './view';

/** More columns are no comparison but a table. */
const MOST_RUNS = 8;

export function CompareTab(props: TabProps) {
  const { panel, view, onView, start, book } = props;
  const runs = useNewest(props);
  const comparison = useComparison(panel, runs, start.place.source);
  const sections = useMemo(() => compareSections(comparison.runs), [comparison.runs]);
  if (runs.length < 2) {
    const open = () => void panel.host.run('runlens.openRuns', {}).catch(reportError);
    return (
      <Empty
        title={t('Choose two or more runs to compare')}
        actions={[{ label: t('Choose Runs'), onClick: open }]}
      />
    );
  }
  const setCompare = (part: Partial<CompareView>) =>
    onView({ ...view, compare: { ...view.compare, ...part } });
  return (
    <div class="charts-body">
      <CompareBar {...props} sections={sections} runs={comparison.runs} onCompare={setCompare} />
      {props.runs.length > MOST_RUNS && (
        <p class="rl-faint">
          {t('The first {0} of {1} runs are compared.', MOST_RUNS, props.runs.length)}
        </p>
      )}
      {book.problem !== undefined && (
        <Problem isBar message={book.problem} onRetry={() => book.again()} />
      )}
      {comparison.problems.length > 0 && (
        <Problem isBar message={comparison.problems.join('\n')} onRetry={comparison.again} />
      )}
      {comparison.runs.every(({ detail }) => !detail) ? (
        <Loading name={t('Reading runs')} />
      ) : (
        <>
          <CompareTable
            {...props}
            comparison={comparison}
            sections={sections}
            onCompare={setCompare}
          />
          {comparison.isReading && <p class="rl-faint">{t('Reading the rest')}</p>}
          <CompareFiles {...props} runs={comparison.runs} />
        </>
      )}
    </div>
  );
}

/** Often enough to see that a run goes on, and seldom enough to read. */
const RENEWED_MS = 1000;

/** The runs that are compared, with the values that they have by now. */
function useNewest({ panel, runs, book }: TabProps): readonly BookRun[] {
  const [version, setVersion] = useState(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const renew = () => {
      timer = undefined;
      setVersion((before) => before + 1);
    };
    const subscription = panel.onEvents((events) => {
      if (events.some(({ type }) => type === 'points')) timer ??= setTimeout(renew, RENEWED_MS);
    });
    return () => {
      subscription.dispose();
      clearTimeout(timer);
    };
  }, [panel]);
  return useMemo(
    () =>
      runs
        .slice(0, MOST_RUNS)
        .map((run) => (run.detail ? { ...run, detail: book.newest(run.detail) } : run)),
    [runs, book, version],
  );
}

interface BarProps extends TabProps {
  readonly sections: readonly CompareSection[];
  readonly runs: readonly ComparedRun[];
  readonly onCompare: (part: Partial<CompareView>) => void;
}

function CompareBar({ panel, view, sections, runs, onCompare, ...rest }: BarProps) {
  const { compare } = view;
  const copy = (text: string) => void panel.host.copy(text).catch(reportError);
  const shown = () =>
    sections.map((section) => ({ ...section, rows: shownRows(section.rows, compare).rows }));
  return (
    <div class="charts-toolbar" role="toolbar" aria-label={t('Compare')}>
      <TextField
        name={t('Search rows')}
        placeholder={t('Search rows')}
        value={compare.search}
        onInput={(search) => onCompare({ search })}
        onCancel={() => onCompare({ search: '' })}
      />
      <Checkbox
        checked={compare.onlyDifferences}
        onChange={(onlyDifferences) => onCompare({ onlyDifferences })}
      >
        {t('Differences only')}
      </Checkbox>
      <Button onClick={() => copy(markdownOf(runs, shown()))}>{t('Copy as Markdown')}</Button>
      <Button onClick={() => copy(csvOfSections(runs, shown()))}>{t('Copy as CSV')}</Button>
      {view.runIds !== undefined && (
        <Button onClick={() => rest.onView({ ...view, runIds: undefined })}>
          {t('Compare Shown Runs')}
        </Button>
      )}
    </div>
  );
}
