/** How the values of an array lie: the histogram that was made when it was saved. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import { isRecord } from '../../src/base/json';
import { formatMetric } from '../../src/domain/display';
import { countText, t } from '../shared/texts';
import type { ArtifactPage } from './page';
import { MOST_BYTES, useText } from './textView';

/** Beside the data; written by the SDK and no part of it. */
export const PREVIEW = '_preview.json';

export interface HistogramData {
  /** One more than counts, rising. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
}

/** As `Materializer.preview` of the SDK writes it. Undefined: it is a preview of another kind, or none. */
export function histogramOf(text: string): HistogramData | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Somebody wrote a file of this name: then it is no preview.
    return undefined;
  }
  if (!isRecord(value) || value['kind'] !== 'histogram') return undefined;
  const [edges, counts] = [numbersOf(value['edges']), numbersOf(value['counts'])];
  if (counts.length === 0 || edges.length !== counts.length + 1) return undefined;
  return { edges, counts };
}

const numbersOf = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((each): each is number => typeof each === 'number') : [];

interface ArtifactHistogramProps {
  readonly page: ArtifactPage;
  readonly artifactId: string;
  readonly files: readonly { readonly path: string }[];
}

/** Nothing when the artifact has none. */
export function ArtifactHistogram({ page, artifactId, files }: ArtifactHistogramProps) {
  const has = files.some(({ path }) => path === PREVIEW);
  const asked = useText(page, has ? { artifactId, path: PREVIEW } : undefined, MOST_BYTES);
  const data = useMemo(() => asked.value && histogramOf(asked.value.text), [asked.value]);
  if (!has || !data) return null;
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
export function Histogram({ data }: { readonly data: HistogramData }) {
  const { edges, counts } = data;
  const most = Math.max(1, ...counts);
  const width = counts.length * BAR;
  const rangeOf = (index: number) =>
    `${formatMetric(edges[index] ?? 0)} … ${formatMetric(edges[index + 1] ?? 0)}`;
  return (
    <div class="art-histogram">
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: the table below says the same */}
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
