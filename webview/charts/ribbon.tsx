/** The runs that are shown, with their colours: hover highlights, click reveals, × hides. */
/** @jsxRuntime automatic @jsxImportSource preact */
import type { ChartRun, ChartsHost } from '../../src/protocol/webview/charts';
import { colourOf, dashOf, type Theme } from '../shared/theme';

interface RibbonProps {
  readonly runs: readonly ChartRun[];
  readonly theme: Theme;
  readonly host: Pick<ChartsHost, 'hide' | 'reveal'>;
  readonly onHighlight: (runId: string | undefined) => void;
}

export function Ribbon({ runs, theme, host, onHighlight }: RibbonProps) {
  if (runs.length === 0) return null;
  return (
    <ul class="ribbon" aria-label="Runs shown">
      {runs.map((run) => (
        <li
          key={run.runId}
          data-run={run.runId}
          onPointerEnter={() => onHighlight(run.runId)}
          onPointerLeave={() => onHighlight(undefined)}
        >
          <Swatch theme={theme} slot={run.slot} />
          <button
            type="button"
            class="name"
            title={`${run.name} (${run.experiment}): show in Experiments`}
            onClick={() => void host.reveal(run.runId).catch(reportError)}
            onFocus={() => onHighlight(run.runId)}
            onBlur={() => onHighlight(undefined)}
          >
            {run.name}
            {run.running && <span class="running">running</span>}
          </button>
          <button
            type="button"
            class="hide"
            title={`Hide ${run.name}`}
            aria-label={`Hide ${run.name}`}
            onClick={() => void host.hide(run.runId).catch(reportError)}
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  );
}

export function Swatch({ theme, slot }: { theme: Theme; slot: number }) {
  return (
    <svg class="swatch" width="18" height="10" aria-hidden="true" focusable="false">
      <line
        x1="0"
        y1="5"
        x2="18"
        y2="5"
        stroke={colourOf(theme, slot)}
        stroke-width="4"
        stroke-dasharray={dashOf(slot).join(' ')}
      />
    </svg>
  );
}
