/** How the values of an array lie: the histogram that was made when it was saved. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import {
  type HistogramPreview,
  PREVIEW_FILE,
  parsePreview,
} from '../../src/domain/artifactPreview';
import { formatMetric } from '../../src/domain/display';
import { countText, t } from '../shared/texts';
import type { ArtifactPage } from './page';
import { MOST_BYTES, useText } from './textView';

interface ArtifactHistogramProps {
  readonly page: ArtifactPage;
  readonly artifactId: string;
  readonly files: readonly { readonly path: string }[];
}

/** Nothing when the artifact has none. */
export function ArtifactHistogram({ page, artifactId, files }: ArtifactHistogramProps) {
  const has = files.some(({ path }) => path === PREVIEW_FILE);
  const asked = useText(page, has ? { artifactId, path: PREVIEW_FILE } : undefined, MOST_BYTES);
  const data = useMemo(() => asked.value && parsePreview(asked.value.text), [asked.value]);
  if (!has || data?.kind !== 'histogram') return null;
  return (
    <section class="art-section">
      <h2>{t('Distribution')}</h2>
      <Histogram data={data} />
    </section>
  );
}

const HEIGHT = 120;
const BAR = 12;
const GAP = 1;

/** Bars beside each other, each with its range; the same as a table for screen readers. */
export function Histogram({ data }: { readonly data: HistogramPreview }) {
  const { edges, counts } = data;
  const most = Math.max(1, ...counts);
  const width = counts.length * BAR;
  const rangeOf = (index: number) =>
    `${formatMetric(edges[index] ?? 0)} … ${formatMetric(edges[index + 1] ?? 0)}`;
  return (
    <div class="art-histogram">
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {counts.map((count, index) => {
          const height = count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT);
          return (
            <rect
              key={index}
              class="art-bar"
              x={index * BAR + GAP / 2}
              y={HEIGHT - height}
              width={BAR - GAP}
              height={height}
            >
              <title>{`${rangeOf(index)}: ${countText(count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <p class="art-histogram-axis rl-figures" aria-hidden="true">
        <span>{formatMetric(edges[0] ?? 0)}</span>
        <span>{t('at most {0} in a bar', countText(most))}</span>
        <span>{formatMetric(edges.at(-1) ?? 0)}</span>
      </p>
      <table class="rl-sr-only">
        <caption>{t('Distribution')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Range')}</th>
            <th scope="col">{t('Count')}</th>
          </tr>
        </thead>
        <tbody>
          {counts.map((count, index) => (
            <tr key={index}>
              <th scope="row">{rangeOf(index)}</th>
              <td>{countText(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
