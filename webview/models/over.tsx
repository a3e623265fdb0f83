/** A metric over the versions of a model. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import type { OverTime } from '../../src/protocol/models';
import { fromWire } from '../../src/protocol/wire';
import { Scatter, type ScatterPoint } from '../shared/charts/scatter';
import { t } from '../shared/texts';
import { Dropdown } from '../shared/ui/controls';
import { Empty, Loading, Problem } from '../shared/ui/states';
import type { Query } from '../shared/useQuery';
import type { ModelsPage } from './page';

export interface OverProps {
  readonly page: ModelsPage;
  readonly name: string;
  readonly overTime: Query<OverTime>;
}

export function Over({ page, name, overTime: { value, problem, again } }: OverProps) {
  const metrics = Object.keys(value?.metrics ?? {});
  const metric = metrics.find((key) => key === page.view.metric) ?? metrics[0];
  const points = useMemo(
    () => (value && metric !== undefined ? overPoints(value, metric) : []),
    [value, metric],
  );
  if (problem !== undefined && !value) return <Problem message={problem} onRetry={again} />;
  if (!value) return <Loading name={t('Reading metrics')} />;
  if (metric === undefined) {
    return (
      <Empty title={t('No version has metrics')}>
        <p>
          {t('Metrics of the run that a version names, or of the logged model, are shown here.')}
        </p>
      </Empty>
    );
  }
  return (
    <>
      <div class="models-line">
        <Dropdown
          name={t('Metric')}
          isNameShown
          choices={metrics.map((key) => ({ value: key, label: key }))}
          value={metric}
          onChange={(next) => page.setView({ metric: next })}
        />
      </div>
      <Scatter
        name={t('{0} over the versions of {1}', metric, name)}
        points={points}
        xTitle={t('Version')}
        yTitle={metric}
        isJoined
        isByLabel
        onOpen={(id) => page.setView({ version: id, tab: 'versions' })}
        host={page.panel.host}
      />
    </>
  );
}

/** In the order of versions; those without the metric have no place. */
export function overPoints({ points, metrics }: OverTime, metric: string): ScatterPoint[] {
  const values = metrics[metric] ?? [];
  return points.map(({ label }, x) => {
    const value = values[x];
    const y = value === null || value === undefined ? Number.NaN : fromWire(value);
    return { id: label.replace(/^v/, ''), name: label, label, slot: 0, x, y };
  });
}
