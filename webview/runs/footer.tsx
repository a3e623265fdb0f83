/** Under the table: how many runs, how many are shown in charts, how fresh, how large the store is. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { ageText } from '../../src/base/timeText';
import { formatBytes } from '../../src/domain/display';
import { useNow } from '../shared/table/clock';
import { countText, t } from '../shared/texts';
import { Icon } from '../shared/ui/icon';
import type { RunsModel } from './model';

export function Footer({ model }: { readonly model: RunsModel }) {
  const { total, state, facts } = model;
  const { shown, status } = state;
  const live = model.feed.top?.live.state;
  const newest = facts.state.value?.newest;
  const parts = [
    total === undefined ? undefined : total === 1 ? t('1 run') : t('{0} runs', countText(total)),
    t('{0} shown', countText(shown.length)),
  ].filter((part) => part !== undefined);
  return (
    <>
      <span>{parts.join(' · ')}</span>
      {live?.readAt !== undefined && <ReadAge at={live.readAt} />}
      {status.kind === 'up' && status.storeBytes !== undefined && (
        <span>{t('store {0}', formatBytes(status.storeBytes))}</span>
      )}
      {newest !== undefined && (
        <span class="rl-warn">
          <Icon name="warning" />{' '}
          {t('Columns and best values are of the newest {0} runs', countText(newest))}
        </span>
      )}
      {live?.problem !== undefined && (
        <span class="rl-bad">
          <Icon name="error" /> {t('These are not the newest values')}
        </span>
      )}
    </>
  );
}

function ReadAge({ at }: { readonly at: number }) {
  const now = useNow(at);
  return <span>{t('read {0}', ageText(at, now))}</span>;
}
