/** What is known of a version: statistics, distribution, metadata, files. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { Json } from '../../src/base/json';
import { formatBytes, formatMetric } from '../../src/domain/display';
import type { ArtifactRow } from '../../src/protocol/rows';
import { countText, dateText, t } from '../shared/texts';
import { Tag } from '../shared/ui/controls';
import { Fact } from './factViews';
import { ArtifactHistogram } from './histogram';
import {
  type ColumnStatistics,
  flattened,
  MOST_ROWS,
  otherMetadata,
  statisticNames,
  statisticsOf,
  valueText,
} from './metadata';
import type { ArtifactPage } from './page';
import { Scrolling } from './scrolling';
import { oneLine } from './view';

interface FactsTabProps {
  readonly page: ArtifactPage;
  readonly artifact: ArtifactRow;
}

export function FactsTab({ page, artifact }: FactsTabProps) {
  const { metadata, tags = [] } = artifact;
  const statistics = statisticsOf(metadata);
  const rows = flattened(otherMetadata(metadata));
  return (
    <div class="art-tab">
      <dl class="art-facts">
        <Fact name={t('Type')} text={artifact.type} />
        <Fact name={t('Kind')} text={artifact.artifactType ?? 'data'} />
        <Fact name={t('Saved by')} text={artifact.materializer} />
        <Fact
          name={t('Size')}
          text={`${formatBytes(artifact.size)}, ${countText(artifact.size)} B`}
        />
        <Fact name={t('Made')} text={dateText(artifact.createdAt)} />
        <Fact name={t('Folder')} text={artifact.folder} />
        {artifact.contentDigest !== undefined && (
          <Fact name={t('Content')} text={artifact.contentDigest} />
        )}
        <Fact name={t('Id')} text={artifact.id} />
      </dl>
      {tags.length > 0 && (
        <section class="art-section">
          <h2>{t('Tags')}</h2>
          <p class="art-tags">
            {tags.map((tag) => (
              <Tag key={tag}>{oneLine(tag)}</Tag>
            ))}
          </p>
        </section>
      )}
      <ArtifactHistogram page={page} artifactId={artifact.id} files={artifact.files} />
      {statistics.length > 0 && <Statistics columns={statistics} />}
      <section class="art-section">
        <h2>{t('Metadata')}</h2>
        {rows.length === 0 ? (
          <p class="rl-faint">{t('None was recorded.')}</p>
        ) : (
          <Metadata rows={rows} />
        )}
        {rows.length >= MOST_ROWS && (
          <p class="art-note">{t('The first {0} values are shown.', countText(MOST_ROWS))}</p>
        )}
      </section>
    </div>
  );
}

function Metadata({
  rows,
}: {
  readonly rows: readonly { readonly key: string; readonly value: Json }[];
}) {
  return (
    <Scrolling look="art-wide" name={t('Metadata')}>
      <table class="art-list">
        <thead>
          <tr>
            <th scope="col">{t('Name')}</th>
            <th scope="col">{t('Value')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, value }, index) => (
            <tr key={index}>
              <th scope="row" dir="auto">
                {key}
              </th>
              <td dir="auto">{valueText(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolling>
  );
}

/** More columns than the SDK describes are none of its statistics. */
const MOST_COLUMNS = 200;

export function Statistics({ columns }: { readonly columns: readonly ColumnStatistics[] }) {
  const shown = columns.slice(0, MOST_COLUMNS);
  const names = statisticNames(shown);
  return (
    <section class="art-section">
      <h2>{t('Statistics')}</h2>
      <Scrolling look="art-wide" name={t('Statistics')}>
        <table class="art-list art-statistics">
          <thead>
            <tr>
              <th scope="col">{t('Column')}</th>
              {names.map((name) => (
                <th
                  key={name}
                  scope="col"
                  dir="auto"
                  class={isNumeric(name, shown) ? 'art-number' : undefined}
                >
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, values }, index) => (
              <tr key={index}>
                <th scope="row" dir="auto">
                  {name === '' ? t('all values') : name}
                </th>
                {names.map((each) => (
                  <Statistic key={each} value={values[each]} isNumeric={isNumeric(each, shown)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolling>
    </section>
  );
}

/** Some column has a number there. */
const isNumeric = (name: string, columns: readonly ColumnStatistics[]): boolean =>
  columns.some(({ values }) => typeof values[name] === 'number');

interface StatisticProps {
  readonly value: Json | undefined;
  readonly isNumeric: boolean;
}

function Statistic({ value, isNumeric }: StatisticProps) {
  if (value === undefined || value === null) {
    return <td class={isNumeric ? 'rl-missing art-number' : 'rl-missing'}>–</td>;
  }
  if (typeof value === 'number') {
    const text = Number.isInteger(value) ? countText(value) : formatMetric(value);
    return (
      <td class="rl-figures art-number" title={String(value)}>
        {text}
      </td>
    );
  }
  return <td dir="auto">{valueText(value)}</td>;
}
