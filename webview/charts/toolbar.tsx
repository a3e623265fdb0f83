/** The line above the charts: filter, smoothing, logarithmic axis. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ChartsView } from '../../src/protocol/webview/charts';
import { MAX_SMOOTHING } from './view';

interface ToolbarProps {
  readonly view: ChartsView;
  readonly onView: (view: ChartsView) => void;
  /** `3 of 12 metrics`. */
  readonly count: string;
}

export function Toolbar({ view, onView, count }: ToolbarProps) {
  return (
    <div class="toolbar" role="toolbar" aria-label="Charts">
      <input
        type="search"
        class="filter"
        placeholder="Filter metrics (text or /expression/)"
        aria-label="Filter metrics"
        value={view.filter}
        onInput={(event) => onView({ ...view, filter: event.currentTarget.value })}
      />
      <span class="count" role="status">
        {count}
      </span>
      <label class="smoothing">
        Smoothing
        <input
          type="range"
          min="0"
          max={MAX_SMOOTHING}
          step="0.01"
          value={view.smoothing}
          aria-valuetext={view.smoothing.toFixed(2)}
          onInput={(event) => onView({ ...view, smoothing: Number(event.currentTarget.value) })}
        />
        <output>{view.smoothing.toFixed(2)}</output>
      </label>
      <button
        type="button"
        class="toggle"
        aria-pressed={view.logY}
        onClick={() => onView({ ...view, logY: !view.logY })}
      >
        Log Y
      </button>
    </div>
  );
}
