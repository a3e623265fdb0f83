/** The table of a comparison: a column per run, the baseline first, rows in sections that fold. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { SlotSwatch } from '../shared/swatch';
import { countText, t } from '../shared/texts';
import { Button, IconButton } from '../shared/ui/controls';
import { Icon } from '../shared/ui/icon';
import { changedPart } from './changedPart';
import type { Comparison } from './compareData';
import {
  type ComparedRun,
  type CompareRow,
  type CompareSection,
  type Delta,
  shownRows,
} from './compareRows';
import type { TabProps } from './tabProps';
import type { CompareView } from './view';

export interface CompareTableProps extends TabProps {
  readonly comparison: Comparison;
  readonly sections: readonly CompareSection[];
  readonly onCompare: (part: Partial<CompareView>) => void;
}

/** One table, so that the columns of all sections are under their runs. */
export function CompareTable(props: CompareTableProps) {
  const { comparison, sections, view } = props;
  const { runs } = comparison;
  return (
    <div class="charts-compare-scroll">
      <table
        class={view.compare.onlyDifferences ? 'charts-compare' : 'charts-compare charts-all-rows'}
        style={{ minWidth: `${160 + runs.length * 150}px` }}
      >
        <colgroup>
          <col class="charts-compare-keys" />
          {runs.map(({ runId }) => (
            <col key={runId} />
          ))}
        </colgroup>
        <thead>
          <tr>
            <th scope="col">
              <span class="rl-sr-only">{t('Compared')}</span>
            </th>
            {runs.map((run, index) => (
              <RunHead key={run.runId} {...props} run={run} isBaseline={index === 0} />
            ))}
          </tr>
        </thead>
        {sections.map((section) => (
          <SectionRows key={section.id} {...props} section={section} />
        ))}
      </table>
    </div>
  );
}

interface HeadProps extends CompareTableProps {
  readonly run: ComparedRun;
  readonly isBaseline: boolean;
}

function RunHead({ run, isBaseline, view, onView, runs, panel }: HeadProps) {
  const first = () => {
    const others = runs.map(({ runId }) => runId).filter((runId) => runId !== run.runId);
    onView({ ...view, runIds: [run.runId, ...others] });
  };
  const open = () =>
    void panel.host.run('runlens.openRun', { runIds: [run.runId] }).catch(reportError);
  return (
    <th scope="col">
      <span class="charts-compare-head">
        <SlotSwatch slot={run.slot} />
        <button type="button" class="charts-run" title={run.name} onClick={open}>
          <span class="charts-run-name" dir="auto">
            {run.name}
          </span>
        </button>
        {isBaseline ? (
          <span class="rl-tag">{t('baseline')}</span>
        ) : (
          <IconButton icon="pin" name={t('Make {0} the baseline', run.name)} onClick={first} />
        )}
      </span>
    </th>
  );
}

interface SectionProps extends CompareTableProps {
  readonly section: CompareSection;
}

function SectionRows(props: SectionProps) {
  const { section, view, comparison, onCompare } = props;
  const { closed } = view.compare;
  const { id, title } = section;
  const isOpen = !closed.includes(id);
  const { rows } = shownRows(section.rows, view.compare);
  const toggle = () =>
    onCompare({ closed: isOpen ? [...closed, id] : closed.filter((each) => each !== id) });
  return (
    <tbody>
      <tr class="charts-compare-section">
        <th scope="rowgroup" colSpan={comparison.runs.length + 1}>
          <span class="charts-compare-head">
            <IconButton
              icon={isOpen ? 'chevron-down' : 'chevron-right'}
              name={title}
              text={title}
              expanded={isOpen}
              onClick={toggle}
            />
            <span class="rl-faint">{noteOf(section, view.compare, comparison.isReading)}</span>
            {isOpen && section.rows.length > 0 && <SectionActs {...props} />}
          </span>
        </th>
      </tr>
      {isOpen && rows.map((row) => <RowView key={row.key} row={row} {...props} />)}
    </tbody>
  );
}

/** What is not there, or not shown. */
function noteOf({ rows }: CompareSection, view: CompareView, isReading: boolean): string {
  if (rows.length === 0) return isReading ? t('being read') : t('nothing recorded');
  const { rows: shown, equal } = shownRows(rows, view);
  if (view.onlyDifferences && equal > 0) {
    return equal === 1 ? t('1 equal row hidden') : t('{0} equal rows hidden', countText(equal));
  }
  return shown.length === 0 ? t('no row matches') : '';
}

function SectionActs(props: SectionProps) {
  const { section, comparison, panel } = props;
  if (section.id === 'params') {
    return <Button onClick={() => diffParams(props)}>{t('Open as Diff')}</Button>;
  }
  if (section.id !== 'code') return null;
  const runIds = comparison.runs.slice(0, 2).map(({ runId }) => runId);
  const diff = () => void panel.host.run('runlens.diffRunCode', { runIds }).catch(reportError);
  return <Button onClick={diff}>{t('Diff Code')}</Button>;
}

/** Of the first two runs, in the editor's own diff. */
function diffParams({ panel, section, comparison }: SectionProps) {
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

function RowView({ row, panel }: CompareTableProps & { readonly row: CompareRow }) {
  const [left] = row.values;
  const right = row.values.find((value) => value !== left);
  const isLong = [left, right].some((value) => (value?.length ?? 0) > LONG);
  const diff = () => {
    const texts = { title: row.key, left: left ?? '', right: right ?? '' };
    void panel.host.run('runlens.compareTexts', { texts }).catch(reportError);
  };
  return (
    <tr class={row.isEqual ? undefined : 'charts-differs'}>
      <th scope="row" title={row.key}>
        <span class="charts-compare-head">
          <span class="charts-run-name" dir="auto">
            {row.key}
          </span>
          {isLong && !row.isEqual && (
            <IconButton icon="link" name={t('{0} as a diff', row.key)} onClick={diff} />
          )}
        </span>
      </th>
      {row.values.map((value, index) => (
        <td key={index} dir="auto" title={value}>
          <Value value={value} base={index === 0 ? undefined : left} isMetric={!!row.deltas} />
          <DeltaText delta={row.deltas?.[index]} />
        </td>
      ))}
    </tr>
  );
}

interface ValueProps {
  readonly value: string | undefined;
  /** That of the baseline. */
  readonly base: string | undefined;
  readonly isMetric: boolean;
}

/** So much of what is alike is shown before what differs. */
const CONTEXT = 20;

function Value({ value, base, isMetric }: ValueProps) {
  if (value === undefined) return <span class="rl-missing">–</span>;
  const part = base === undefined || isMetric ? undefined : changedPart(base, value);
  if (!part) return <>{value}</>;
  const { before, changed, after } = part;
  const shown = before.length > CONTEXT * 2 ? `…${before.slice(-CONTEXT)}` : before;
  return (
    <>
      {shown}
      <mark class="charts-changed">{changed}</mark>
      {after}
    </>
  );
}

/** The arrow shows the way, the colour and the word whether it is the wanted one. */
function DeltaText({ delta }: { readonly delta: Delta | undefined }) {
  if (!delta) return null;
  const { text, better } = delta;
  const isSame = text === '=';
  const look = better === undefined ? 'rl-faint' : better ? 'rl-delta-better' : 'rl-delta-worse';
  return (
    <span class={`charts-delta ${look}`}>
      {!isSame && <Icon name={text.startsWith('+') ? 'arrow-up' : 'arrow-down'} />}
      {text}
      {better !== undefined && <span> {better ? t('better') : t('worse')}</span>}
    </span>
  );
}
