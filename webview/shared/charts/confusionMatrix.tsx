/** A confusion matrix: rows are true classes, columns predicted ones; counts, or shares of each true class. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useMemo } from 'preact/hooks';
import type { FileTable } from '../../../src/protocol/files';
import { t } from '../texts';
import type { ExportHost } from './chartFrame';
import { type HeatCell, HeatMap } from './heatMap';

export interface Confusion {
  readonly labels: readonly string[];
  /** `counts[true][predicted]`, each ≥ 0 and finite; as many rows and columns as labels. */
  readonly counts: readonly (readonly number[])[];
}

export interface ConfusionMatrixProps extends Confusion {
  readonly name: string;
  /** Colours and texts are shares of the true class, so that rare classes can be read. */
  readonly isNormalised?: boolean;
  readonly host?: ExportHost;
}

export function ConfusionMatrix(props: ConfusionMatrixProps) {
  const { name, labels, counts, isNormalised = false, host } = props;
  const cells = useMemo(
    () => confusionCells({ labels, counts }, isNormalised),
    [labels, counts, isNormalised],
  );
  return (
    <HeatMap
      name={name}
      xLabels={labels}
      yLabels={labels}
      xTitle={t('predicted')}
      yTitle={t('true')}
      valueTitle={isNormalised ? t('share') : t('count')}
      cells={cells}
      {...(isNormalised && { range: [0, 1] as const })}
      host={host}
    />
  );
}

export function confusionCells({ counts }: Confusion, isNormalised: boolean): HeatCell[] {
  return counts.flatMap((row, y) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, x): HeatCell => {
      const share = total === 0 ? 0 : count / total;
      const percent = `${Number((share * 100).toFixed(1))} %`;
      return isNormalised
        ? { x, y, value: share, text: percent, detail: t('{0} of {1}', count, total) }
        : { x, y, value: count, detail: percent };
    });
  });
}

/**
 * A table that is square with counts, with or without a first column of labels that repeats the heads: what
 * `pandas.DataFrame(confusion_matrix(…)).to_csv` writes. Undefined when it is anything else.
 */
export function confusionOf(table: Pick<FileTable, 'columns' | 'rows'>): Confusion | undefined {
  const heads = table.columns.map(({ name }) => name);
  const n = table.rows.length;
  if (n < 2) return undefined;
  const hasLabels = heads.length === n + 1;
  if (!hasLabels && heads.length !== n) return undefined;
  const labels = hasLabels ? heads.slice(1) : heads;
  const counts = table.rows.map((row) => (hasLabels ? row.slice(1) : [...row]).map(countOf));
  const isCounts = counts.every((row) => row.length === n && row.every((count) => count >= 0));
  return isCounts ? { labels, counts } : undefined;
}

/** NaN when it is no count. */
function countOf(cell: string | number | boolean | null): number {
  const value = typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : cell;
  return typeof value === 'number' && Number.isFinite(value) ? value : Number.NaN;
}
