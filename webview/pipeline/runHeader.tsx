/** Above the views: what run it is, how it went, which view, compare, and what can be done with the run. */
/** @jsxRuntime automatic @jsxImportSource preact */

import { pipelineRunText, pipelineStateText, startText } from '../../src/protocol/stepText';
import type { PageCommand, PageTarget } from '../../src/protocol/webview/panel';
import type { Panel } from '../shared/panel';
import { useNow } from '../shared/table/clock';
import { t } from '../shared/texts';
import { Button, ToggleButton } from '../shared/ui/controls';
import { Icon } from '../shared/ui/icon';
import { MenuButton, type MenuEntry } from '../shared/ui/menu';
import { deltaText } from './compare';
import type { PipelineData } from './data';
import { type RunListProps, RunPicker } from './runList';
import { RUN_SIGNS } from './state';
import { whyNot } from './stepActions';
import { type PipelineView, TABS, type Tab } from './view';

export interface RunHeaderProps {
  readonly data: PipelineData;
  readonly panel: Panel<PipelineView>;
  readonly view: PipelineView;
  readonly tab: Tab;
  readonly change: (part: Partial<PipelineView>) => void;
  readonly run: (command: PageCommand, target: PageTarget) => void;
  readonly list: RunListProps;
  /** The runs have no list beside it. */
  readonly isNarrow: boolean;
}

export function RunHeader(props: RunHeaderProps) {
  const { data, view, change, run, isNarrow } = props;
  const { row } = data.steps;
  const why = whyNot(props.panel.state.start?.place);
  const target: PageTarget = { pipeline: data.pipeline, pipelineRunId: data.runId };
  const actions = (
    <span class="pl-actions">
      {row?.status === 'running' ? (
        <Button
          disabled={why !== undefined}
          title={why ?? ''}
          onClick={() => run('runlens.stop', target)}
        >
          {t('Stop')}
        </Button>
      ) : (
        <Button
          look="primary"
          disabled={why !== undefined}
          title={why ?? t('Run the whole pipeline')}
          onClick={() => run('runlens.runPipeline', target)}
        >
          {t('Run')}
        </Button>
      )}
      <MenuButton
        icon="more"
        name={t('More Actions of the Run')}
        entries={() => runEntries(props, target, why)}
      />
    </span>
  );
  return (
    <header class={isNarrow ? 'pl-header pl-is-narrow' : 'pl-header'}>
      <h1>
        <bdi dir="auto">{data.pipeline}</bdi>
      </h1>
      {isNarrow && actions}
      {isNarrow && <RunPicker {...props.list} />}
      <RunLine data={data} isShort={isNarrow} />
      <div class="pl-header-tools">
        <ViewChoice tab={props.tab} onTab={(tab) => change({ tab })} />
        <ToggleButton
          pressed={view.isCompared}
          disabled={!data.hasBefore}
          title={
            data.hasBefore
              ? t('Durations and states of the run before beside these')
              : t('There is no earlier run')
          }
          onToggle={(isCompared) => change({ isCompared })}
        >
          {t('Compare')}
        </ToggleButton>
      </div>
      {!isNarrow && actions}
    </header>
  );
}

function runEntries(
  { data, run }: RunHeaderProps,
  target: PageTarget,
  why: string | undefined,
): readonly MenuEntry[] {
  const { row } = data.steps;
  const blocked = why === undefined ? {} : { disabled: why };
  const entries: MenuEntry[] = [
    { label: t('Run With…'), onSelect: () => run('runlens.runPipelineWith', target), ...blocked },
    { label: t('Replay…'), onSelect: () => run('runlens.replayRun', target), ...blocked },
    { label: t('Resume'), onSelect: () => run('runlens.resumeRun', target), ...blocked },
    'separator',
    { label: t('Go to Source'), onSelect: () => run('runlens.goToSource', target) },
  ];
  if (!row) return entries;
  const runId = row.trackingRunId;
  return [
    ...entries,
    { label: t('Open Run'), onSelect: () => run('runlens.openRun', { runIds: [runId] }) },
  ];
}

/** `finished 4.2 s · 2 of 5 cached · 3 m ago`; against the run before when compared. The list of runs says it, too. */
function RunLine({ data, isShort }: { readonly data: PipelineData; readonly isShort: boolean }) {
  const { row } = data.steps;
  const now = useNow(row?.endedAt ?? row?.startedAt ?? Number.NaN);
  if (!row) return null;
  const { icon, look } = RUN_SIGNS[row.status];
  const { before } = data;
  // Spoken when it changes, and not as it grows older.
  const spoken = (
    <span class="rl-sr-only" role="status">
      {pipelineStateText(row)}
    </span>
  );
  if (isShort && !before) return spoken;
  return (
    <p class="pl-run-line">
      {spoken}
      {!isShort && (
        <>
          <span class={`rl-${look}`}>
            <Icon name={icon} />
          </span>{' '}
          <bdi dir="auto">{row.name}</bdi> · <span>{pipelineRunText(row, now)}</span>
        </>
      )}
      {before && (
        <span class="rl-faint">
          {isShort ? '' : ' · '}
          {t('before, {0}:', startText(before.run.startedAt, now))} {pipelineStateText(before.run)}
          {beforeDelta(row, before.run)}
        </span>
      )}
    </p>
  );
}

interface Timed {
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}

function beforeDelta(row: Timed, before: Timed): string {
  if (row.endedAt === undefined || before.endedAt === undefined) return '';
  const delta = row.endedAt - row.startedAt - (before.endedAt - before.startedAt);
  return ` (${deltaText(delta)})`;
}

function ViewChoice({ tab, onTab }: { readonly tab: Tab; readonly onTab: (tab: Tab) => void }) {
  const names: Readonly<Record<Tab, string>> = {
    graph: t('Graph'),
    timeline: t('Timeline'),
    list: t('List'),
    outline: t('Outline'),
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form
    <div class="pl-views" role="group" aria-label={t('View')}>
      {TABS.map((each) => (
        <ToggleButton key={each} pressed={tab === each} onToggle={() => onTab(each)}>
          {names[each]}
        </ToggleButton>
      ))}
    </div>
  );
}
