/** Runs side by side: tables of what differs, images by step, confusion matrices. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import { SlotSwatch } from '../shared/swatch';
import { csvField } from '../shared/table/copy';
import { countText, t } from '../shared/texts';
import { Button, Checkbox, IconButton, TextField } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import type { TabProps } from './app';
import { type Comparison, useComparison } from './compareData';
import { CompareFiles } from './compareFiles';
import {
  type ComparedRun,
  type CompareRow,
  type CompareSection,
  compareSections,
  type Delta,
  shownRows,
} from './compareRows';
import type { CompareView } from './view';

/** More columns are no comparison but a table. */
const MOST_RUNS = 8;

export function CompareTab(props: TabProps) {
  const { panel, view, onView, start } = props;
  const runs = useMemo(() => props.runs.slice(0, MOST_RUNS), [props.runs]);
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
      {comparison.problems.length > 0 && <Problem isBar message={comparison.problems.join('\n')} />}
      {comparison.runs.every(({ detail }) => !detail) ? (
        <Loading name={t('Reading runs')} />
      ) : (
        <Comparing {...props} comparison={comparison} sections={sections} onCompare={setCompare} />
      )}
    </div>
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

interface ComparingProps extends TabProps {
  readonly comparison: Comparison;
  readonly sections: readonly CompareSection[];
  readonly onCompare: (part: Partial<CompareView>) => void;
}

function Comparing(props: ComparingProps) {
  const { comparison, sections } = props;
  return (
    <>
      <div class="charts-compare-scroll">
        {/* One table, so that the columns of all sections are under their runs. */}
        <table class="charts-compare">
          <thead>
            <tr>
              <th scope="col">{t('Compared')}</th>
              {comparison.runs.map((run, index) => (
                <RunHead key={run.runId} {...props} run={run} isBaseline={index === 0} />
              ))}
            </tr>
          </thead>
          {sections.map((section) => (
            <SectionRows key={section.id} {...props} section={section} />
          ))}
        </table>
      </div>
      {comparison.isReading && <p class="rl-faint">{t('Reading the rest')}</p>}
      <CompareFiles {...props} runs={comparison.runs} />
    </>
  );
}

function RunHead({
  run,
  isBaseline,
  view,
  onView,
  runs,
}: ComparingProps & { readonly run: ComparedRun; readonly isBaseline: boolean }) {
  const first = () => {
    const others = runs.map(({ runId }) => runId).filter((runId) => runId !== run.runId);
    onView({ ...view, runIds: [run.runId, ...others] });
  };
  return (
    <th scope="col">
      <SlotSwatch slot={run.slot} />{' '}
      <span dir="auto" title={run.name}>
        {run.name}
      </span>
      {isBaseline ? (
        <span class="rl-tag">{t('baseline')}</span>
      ) : (
        <IconButton icon="pin" name={t('Make {0} the baseline', run.name)} onClick={first} />
      )}
    </th>
  );
}

function SectionRows(props: ComparingProps & { readonly section: CompareSection }) {
  const { section, view, comparison, onCompare, panel } = props;
  const { closed } = view.compare;
  const { id, title } = section;
  const isOpen = !closed.includes(id);
  const { rows, equal } = shownRows(section.rows, view.compare);
  const toggle = () =>
    onCompare({ closed: isOpen ? [...closed, id] : closed.filter((each) => each !== id) });
  const columns = comparison.runs.length + 1;
  const hidden = view.compare.onlyDifferences ? equal : 0;
  return (
    <tbody>
      <tr class="charts-compare-section">
        <th scope="rowgroup" colSpan={columns}>
          <IconButton
            icon={isOpen ? 'chevron-down' : 'chevron-right'}
            name={title}
            text={title}
            expanded={isOpen}
            onClick={toggle}
          />
          <span class="rl-faint">
            {section.rows.length === 0
              ? t('nothing recorded')
              : hidden > 0
                ? t('{0} equal rows hidden', countText(hidden))
                : ''}
          </span>
          {id === 'code' && isOpen && (
            <Button
              onClick={() => {
                const runIds = comparison.runs.slice(0, 2).map(({ runId }) => runId);
                void panel.host.run('runlens.diffRunCode', { runIds }).catch(reportError);
              }}
            >
              {t('Diff Code')}
            </Button>
          )}
          {id === 'params' && isOpen && section.rows.length > 0 && (
            <Button onClick={() => diffParams(props)}>{t('Open as Diff')}</Button>
          )}
        </th>
      </tr>
      {isOpen && rows.map((row) => <RowView key={row.key} row={row} {...props} />)}
    </tbody>
  );
}

/** Of the first two runs, in the editor's own diff. */
function diffParams({
  panel,
  section,
  comparison,
}: ComparingProps & { readonly section: CompareSection }) {
  const textOf = (index: number) =>
    section.rows
      .flatMap(({ key, values }) =>
        values[index] === undefined ? [] : [`${key} = ${values[index]}`],
      )
      .sort()
      .join('\n');
  const [left, right] = comparison.runs;
  const title = t('Parameters: {0} ↔ {1}', left?.name ?? '', right?.name ?? '');
  const texts = { title, left: textOf(0), right: textOf(1) };
  void panel.host.run('runlens.compareTexts', { texts }).catch(reportError);
}

/** Longer values open in the editor's diff. */
const LONG = 60;

function RowView({ row, panel }: ComparingProps & { readonly row: CompareRow }) {
  const [left, right] = row.values;
  const isLong = [left, right].some((value) => (value?.length ?? 0) > LONG);
  const diff = () => {
    const texts = { title: row.key, left: left ?? '', right: right ?? '' };
    void panel.host.run('runlens.compareTexts', { texts }).catch(reportError);
  };
  return (
    <tr class={row.isEqual ? undefined : 'charts-differs'}>
      <th scope="row" dir="auto" title={row.key}>
        {row.key}
        {isLong && !row.isEqual && (
          <IconButton icon="link" name={t('{0} as a diff', row.key)} onClick={diff} />
        )}
      </th>
      {row.values.map((value, index) => (
        <td key={index} dir="auto" title={value}>
          {value === undefined ? <span class="rl-missing">–</span> : value}
          <DeltaText delta={row.deltas?.[index]} />
        </td>
      ))}
    </tr>
  );
}

/** The sign says better or worse, too, so that colour is not alone. */
function DeltaText({ delta }: { readonly delta: Delta | undefined }) {
  if (!delta) return null;
  const { text, better } = delta;
  if (better === undefined) return <span class="charts-delta rl-faint"> {text}</span>;
  return (
    <span class={`charts-delta ${better ? 'rl-delta-better' : 'rl-delta-worse'}`}>
      {' '}
      {text} {better ? `▲ ${t('better')}` : `▼ ${t('worse')}`}
    </span>
  );
}

const cellTexts = ({ values, deltas }: CompareRow): string[] =>
  values.map((value, i) => [value ?? '', deltas?.[i]?.text].filter(Boolean).join(' '));

export function csvOfSections(
  runs: readonly Pick<ComparedRun, 'name'>[],
  sections: readonly CompareSection[],
): string {
  const head = [t('Section'), t('Compared'), ...runs.map(({ name }) => name)];
  const rows = sections.flatMap(({ title, rows: all }) =>
    all.map((row) => [title, row.key, ...row.values.map((value) => value ?? '')]),
  );
  return `${[head, ...rows].map((row) => row.map(csvField).join(',')).join('\n')}\n`;
}

const escaped = (text: string): string =>
  text
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\\|`*_[\]]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;');

export function markdownOf(
  runs: readonly Pick<ComparedRun, 'name'>[],
  sections: readonly CompareSection[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(' | ')} |`;
  const head = [
    line(['', ...runs.map(({ name }) => name)]),
    `|${' --- |'.repeat(runs.length + 1)}`,
  ];
  return sections
    .filter(({ rows }) => rows.length > 0)
    .map(({ title, rows }) => {
      const lines = rows.map((row) => line([row.key, ...cellTexts(row)]));
      return [`### ${title}`, '', ...head, ...lines, ''].join('\n');
    })
    .join('\n');
}
