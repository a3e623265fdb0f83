/** The checkbox over all runs that the filter lets pass, here or not. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useReducer } from 'preact/hooks';
import { EVERYTHING, NOTHING } from '../shared/table/selection';
import { t } from '../shared/texts';
import { Icon } from '../shared/ui/icon';
import type { RunActs } from './acts';
import type { RunsModel } from './model';

export interface AllCheckProps {
  readonly model: RunsModel;
  readonly acts: RunActs;
}

/** Follows the model by itself, so that a selection does not make the columns anew. */
export function AllCheck({ model, acts }: AllCheckProps) {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    const subscription = model.onDidChange(() => redraw(undefined));
    return () => subscription.dispose();
  }, [model]);
  const { count } = acts;
  const isAll = count > 0 && count === model.total;
  return (
    // biome-ignore lint/a11y/useSemanticElements: an input takes the focus from the grid's cell
    <button
      type="button"
      class="rl-check"
      role="checkbox"
      tabIndex={-1}
      aria-checked={isAll ? 'true' : count > 0 ? 'mixed' : 'false'}
      aria-label={t('Select all runs')}
      onClick={() => model.setSelection(isAll ? NOTHING : EVERYTHING)}
    >
      {isAll ? <Icon name="check" /> : count > 0 ? <Icon name="minus" /> : null}
    </button>
  );
}
