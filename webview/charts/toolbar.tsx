/** The line above the charts: search, x axis, smoothing, axes, bands, linked zoom. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { axisTitle, epochChoice } from '../shared/charts/axis';
import { type BandKind, isXChoice, MAX_SMOOTHING, type XChoice } from '../shared/charts/types';
import { t } from '../shared/texts';
import { Dropdown, IconButton, TextField, ToggleButton } from '../shared/ui/controls';
import { MenuButton } from '../shared/ui/menu';
import { groupChoices } from './groupChoices';
import type { TabProps } from './tabProps';
import type { Card, ChartsPageView } from './view';

export interface ToolbarProps extends TabProps {
  readonly cards: readonly Card[];
  /** Cards that the search lets pass. */
  readonly count: number;
  /** There is no room for the run list. */
  readonly isNarrow: boolean;
}

export function Toolbar(props: ToolbarProps) {
  const { view, onView, cards, count, isNarrow } = props;
  const { chart } = view;
  // What is set for the page holds for all cards again.
  const setChart = (part: Partial<ChartsPageView['chart']>) =>
    onView({ ...view, chart: { ...chart, ...part }, own: {} });
  return (
    <div class="charts-toolbar" role="toolbar" aria-label={t('Charts')}>
      {!isNarrow && (
        <IconButton
          icon="list"
          name={view.list.isShown ? t('Hide the run list') : t('Show the run list')}
          pressed={view.list.isShown}
          onClick={() => onView({ ...view, list: { ...view.list, isShown: !view.list.isShown } })}
        />
      )}
      <TextField
        name={t('Filter metrics')}
        placeholder={t('Filter metrics')}
        value={view.filter}
        onInput={(filter) => onView({ ...view, filter })}
        onCancel={() => onView({ ...view, filter: '' })}
      />
      <span class="rl-faint" role="status">
        {t('{0} of {1} metrics', count, cards.length)}
      </span>
      <Dropdown
        name={t('X axis')}
        isNameShown
        choices={xChoices(cards, chart.x)}
        value={chart.x}
        onChange={(x) => {
          if (isXChoice(x)) setChart({ x });
        }}
      />
      <Smoothing value={chart.smoothing} onChange={(smoothing) => setChart({ smoothing })} />
      <ToggleButton pressed={chart.logY} onToggle={(logY) => setChart({ logY })}>
        {t('Log Y')}
      </ToggleButton>
      <Bands {...props} />
      <MenuButton
        icon="more"
        name={t('More for all charts')}
        entries={() => [
          {
            label: t('Logarithmic X'),
            checked: chart.logX,
            onSelect: () => setChart({ logX: !chart.logX }),
          },
          {
            label: t('Ignore Outliers'),
            checked: chart.ignoreOutliers,
            onSelect: () => setChart({ ignoreOutliers: !chart.ignoreOutliers }),
          },
          {
            label: t('Zoom All Charts Along X Together'),
            checked: view.isLinked,
            onSelect: () => onView({ ...view, isLinked: !view.isLinked }),
          },
        ]}
      />
    </div>
  );
}

function Bands({ view, onView, runs }: ToolbarProps) {
  const { chart } = view;
  const kinds: { value: BandKind; label: string }[] = [
    { value: 'none', label: t('Lines') },
    { value: 'sd', label: t('Mean ± sd') },
    { value: 'range', label: t('Mean, min – max') },
  ];
  const setChart = (part: Partial<ChartsPageView['chart']>) =>
    onView({ ...view, chart: { ...chart, ...part }, own: {} });
  return (
    <>
      <Dropdown
        name={t('Show')}
        isNameShown
        choices={kinds}
        value={chart.bands}
        onChange={(bands) => setChart({ bands })}
      />
      {chart.bands !== 'none' && (
        <>
          <Dropdown
            name={t('Group by')}
            isNameShown
            choices={groupChoices(runs)}
            value={view.groupBy}
            onChange={(groupBy) => onView({ ...view, groupBy })}
          />
          <ToggleButton
            pressed={chart.showMembers}
            onToggle={(showMembers) => setChart({ showMembers })}
          >
            {t('Runs')}
          </ToggleButton>
        </>
      )}
    </>
  );
}

/** A long list is no choice; any metric can still be kept as the axis. */
const MOST_METRICS = 200;

function xChoices(cards: readonly Card[], now: XChoice): { value: string; label: string }[] {
  const metrics = cards.map(({ metric }) => metric);
  const epoch = epochChoice([...metrics]);
  const plain: XChoice[] = ['step', 'relative', 'time'];
  const others = metrics.slice(0, MOST_METRICS).map((key): XChoice => `metric:${key}`);
  const all = [...plain, ...(epoch ? [epoch] : []), ...others, now];
  return [...new Set(all)].map((value) => ({ value, label: axisTitle(value) }));
}

interface SmoothingProps {
  readonly value: number | 'auto';
  readonly onChange: (value: number | 'auto') => void;
}

function Smoothing({ value, onChange }: SmoothingProps) {
  const text = value === 'auto' ? t('auto') : value.toFixed(2);
  return (
    <span class="charts-smoothing">
      <label>
        {t('Smoothing')}
        <input
          type="range"
          min="0"
          max={MAX_SMOOTHING}
          step="0.01"
          value={value === 'auto' ? 0.6 : value}
          aria-valuetext={text}
          onInput={(event) => onChange(Number(event.currentTarget.value))}
        />
      </label>
      <ToggleButton
        pressed={value === 'auto'}
        onToggle={(isAuto) => onChange(isAuto ? 'auto' : 0)}
        title={t('None below 60 points, else 0.6')}
      >
        {text}
      </ToggleButton>
    </span>
  );
}
