/** The runs of the pipeline, newest first: at the left, or as a dropdown where there is no room. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { PipelineRunRow } from '../../src/protocol/rows';
import { pipelineRunText, pipelineStateText, startText } from '../../src/protocol/stepText';
import { useNow } from '../shared/table/clock';
import { countText, t } from '../shared/texts';
import { Button, Dropdown } from '../shared/ui/controls';
import { Icon } from '../shared/ui/icon';
import { RUN_SIGNS } from './state';
import { NEWEST } from './view';

export interface RunListProps {
  readonly rows: readonly PipelineRunRow[];
  readonly shown: string | undefined;
  /** The newest one is followed as runs come. */
  readonly isNewest: boolean;
  /** An id, or `newest`. */
  readonly onShow: (runId: string) => void;
  /** Undefined: there are no more. */
  readonly onMore: (() => void) | undefined;
}

export function RunList({ rows, shown, isNewest, onShow, onMore }: RunListProps) {
  return (
    <nav class="pl-runs" aria-label={t('Runs')}>
      <h2>
        {t('Runs')} <span class="rl-faint">{countText(rows.length)}</span>
      </h2>
      <ul>
        {rows.map((row, index) => (
          <li key={row.id}>
            <RunButton
              row={row}
              isShown={row.id === shown}
              isFollowed={index === 0 && isNewest}
              // The newest one stays the newest one when another begins.
              onShow={() => onShow(index === 0 ? NEWEST : row.id)}
            />
          </li>
        ))}
      </ul>
      {onMore && <Button onClick={onMore}>{t('Load More')}</Button>}
    </nav>
  );
}

function RunButton(props: {
  readonly row: PipelineRunRow;
  readonly isShown: boolean;
  readonly isFollowed: boolean;
  readonly onShow: () => void;
}) {
  const { row } = props;
  const now = useNow(row.endedAt ?? row.startedAt);
  const { icon, look } = RUN_SIGNS[row.status];
  return (
    <button
      type="button"
      class="pl-run"
      aria-current={props.isShown ? 'true' : undefined}
      title={`${row.name}\n${pipelineRunText(row, now)}`}
      onClick={props.onShow}
    >
      <span class={`rl-${look}`}>
        <Icon name={icon} />
      </span>
      <span class="pl-run-text">
        <span class="pl-run-name rl-figures">
          {startText(row.startedAt, now)}
          {props.isFollowed && <span class="rl-faint"> · {t('newest')}</span>}
        </span>
        <span class="rl-faint">{pipelineStateText(row)}</span>
      </span>
    </button>
  );
}

export function RunPicker({ rows, shown, isNewest, onShow }: RunListProps) {
  const now = useNow(Number.NaN);
  const choices = rows.map((row) => ({
    value: row.id,
    label: `${startText(row.startedAt, now)} · ${pipelineRunText(row, now)}`,
  }));
  const newest = rows[0] && {
    value: NEWEST,
    label: t('Newest: {0}', pipelineRunText(rows[0], now)),
  };
  return (
    <Dropdown
      name={t('Run')}
      choices={newest ? [newest, ...choices] : choices}
      value={isNewest ? NEWEST : (shown ?? NEWEST)}
      onChange={onShow}
    />
  );
}
