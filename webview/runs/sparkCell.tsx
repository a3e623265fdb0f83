/** A sparkline that draws itself anew when its line comes or grows: the row is not drawn again for it. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useReducer } from 'preact/hooks';
import { Sparkline } from '../shared/table/spark';
import type { SparkStore } from './sparkStore';

export interface SparkCellProps {
  readonly store: SparkStore;
  readonly runId: string;
  readonly metric: string;
  readonly slot: number | undefined;
  readonly isSameRange: boolean;
}

export function SparkCell({ store, runId, metric, slot, isSameRange }: SparkCellProps) {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const stop = store.watch({ runId, key: metric });
    const subscription = store.onDidChange((changed) => {
      if (changed === metric) redraw(undefined);
    });
    return () => {
      stop();
      subscription.dispose();
    };
  }, [store, runId, metric]);
  const line = store.line({ runId, key: metric });
  if (!line) return <span class="rl-bone rl-bone-cell" />;
  const range = isSameRange ? store.range(metric) : undefined;
  const spark = {
    ...line,
    ...(range ? { range } : {}),
    ...(slot === undefined ? {} : { slot }),
  };
  return <Sparkline spark={spark} />;
}
