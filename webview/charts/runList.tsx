/** The runs that are shown, with their colours: a list beside the charts, or a ribbon above them. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo, useState } from 'preact/hooks';
import { SlotSwatch } from '../shared/swatch';
import { countText, t } from '../shared/texts';
import { IconButton } from '../shared/ui/controls';
import { Icon } from '../shared/ui/icon';
import { type BookRun, nameOf } from './runBook';
import type { TabProps } from './tabProps';
import type { MeasuredRun } from './view';

export interface RunListProps extends TabProps {
  readonly highlight: string | undefined;
  readonly onHighlight: (runId: string | undefined) => void;
}

/** More are folded in a ribbon. */
const MOST_CHIPS = 12;

export function RunList(props: RunListProps) {
  const differing = useMemo(() => differingParams(props.runs), [props.runs]);
  return (
    <ul class="charts-runs" aria-label={t('Runs shown')}>
      {props.runs.map((run) => (
        <RunItem key={run.runId} {...props} run={run} about={aboutOf(run, differing)} />
      ))}
    </ul>
  );
}

export function Ribbon(props: RunListProps) {
  const [isOpen, setOpen] = useState(false);
  const { runs } = props;
  const isFolded = runs.length > MOST_CHIPS && !isOpen;
  const differing = useMemo(() => differingParams(runs), [runs]);
  if (runs.length === 0) return null;
  return (
    <div class="charts-ribbon">
      {runs.length > MOST_CHIPS && (
        <IconButton
          icon={isOpen ? 'chevron-down' : 'chevron-right'}
          name={t('{0} runs', runs.length)}
          text={t('{0} runs', runs.length)}
          expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        />
      )}
      {!isFolded && (
        <ul aria-label={t('Runs shown')}>
          {runs.map((run) => (
            <RunItem key={run.runId} {...props} run={run} about={aboutOf(run, differing)} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** Which colour is which group, and of how many runs. */
export function Groups({ runs }: { readonly runs: readonly MeasuredRun[] }) {
  const groups = useMemo(() => {
    const counts = new Map<string, { slot: number; count: number }>();
    for (const { group = '', groupSlot, slot } of runs) {
      const held = counts.get(group) ?? { slot: groupSlot ?? slot, count: 0 };
      counts.set(group, { ...held, count: held.count + 1 });
    }
    return [...counts];
  }, [runs]);
  return (
    <ul class="charts-groups" aria-label={t('Groups')}>
      {groups.map(([group, { slot, count }]) => (
        <li key={group}>
          <SlotSwatch slot={slot} />
          <span class="charts-run-name" dir="auto" title={group}>
            {group}
          </span>
          <span class="rl-faint">{countText(count)}</span>
        </li>
      ))}
    </ul>
  );
}

interface ItemProps extends RunListProps {
  readonly run: BookRun;
  readonly about: string;
}

function RunItem({ run, about, panel, highlight, onHighlight }: ItemProps) {
  const { runId, detail } = run;
  const name = nameOf(run);
  const leave = () => onHighlight(undefined);
  return (
    <li
      data-run={runId}
      class={highlight === runId ? 'charts-lit' : undefined}
      onPointerEnter={() => onHighlight(runId)}
      onPointerLeave={leave}
    >
      <SlotSwatch slot={run.slot} />
      <button
        type="button"
        class="charts-run"
        title={about === '' ? name : `${name}\n${about}`}
        onClick={() =>
          void panel.host.run('runlens.openRun', { runIds: [runId] }).catch(reportError)
        }
        onFocus={() => onHighlight(runId)}
        onBlur={leave}
      >
        <span class="charts-run-name" dir="auto">
          {name}
        </span>
        {detail?.status === 'RUNNING' && <Icon name="running" label={t('running')} />}
        {about !== '' && (
          <span class="charts-run-about rl-faint" dir="auto">
            {about}
          </span>
        )}
      </button>
      <IconButton
        icon="eye"
        name={t('Hide {0}', name)}
        onClick={() => void panel.host.show([runId], false).catch(reportError)}
      />
    </li>
  );
}

/** The first few that tell the runs apart. */
const MOST_PARAMS = 3;

function differingParams(runs: readonly BookRun[]): readonly string[] {
  const details = runs.flatMap(({ detail }) => detail ?? []);
  const keys = new Set(details.flatMap(({ params }) => params.map(({ key }) => key)));
  const valuesOf = (key: string) =>
    new Set(details.map(({ params }) => params.find((each) => each.key === key)?.value));
  return [...keys].filter((key) => valuesOf(key).size > 1).slice(0, MOST_PARAMS);
}

function aboutOf({ detail }: BookRun, keys: readonly string[]): string {
  return keys
    .flatMap((key) => {
      const value = detail?.params.find((each) => each.key === key)?.value;
      return value === undefined ? [] : [`${key} ${value.slice(0, 40)}`];
    })
    .join(' · ');
}
