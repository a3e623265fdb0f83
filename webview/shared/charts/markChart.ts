/** A chart of separate marks (points, bars, cells, boxes): which one lies where. */
import {
  Chart,
  type ChartConfiguration,
  type ChartType,
  type DefaultDataPoint,
  type Element,
} from 'chart.js';
import type { Drawing } from './drawing';
import type { PlotPoint } from './zoom';

/** Marks are those of the first data set, by index. */
export interface MarkDrawing<S> extends Drawing<S> {
  /** CSS pixels of the canvas. */
  markAt(at: PlotPoint): number | undefined;
  /** The middle of a mark. */
  pixelOf(index: number): PlotPoint | undefined;
}

/** Pixels from a mark's middle within which it is meant. */
const CLOSE = 14;

export class MarkChart<T extends ChartType, S, D = DefaultDataPoint<T>> implements MarkDrawing<S> {
  private readonly chart: Chart<T, D>;

  /** @param over draws what chart.js does not, above the marks. */
  constructor(
    readonly canvas: HTMLCanvasElement,
    private spec: S,
    private readonly configure: (spec: S) => ChartConfiguration<T, D>,
    over?: (chart: Chart<T, D>, spec: S) => void,
  ) {
    const plugin = {
      id: 'runlensOver',
      // The first picture is drawn before there is a chart to give.
      afterDatasetsDraw: () => {
        if (this.chart) over?.(this.chart, this.spec);
      },
    };
    this.chart = new Chart(canvas, { ...configure(spec), plugins: over ? [plugin] : [] });
    if (over) this.chart.draw();
  }

  update(spec: S): void {
    this.spec = spec;
    const { data, options } = this.configure(spec);
    this.chart.data = data;
    if (options) this.chart.options = options;
    this.chart.update('none');
  }

  destroy(): void {
    this.chart.destroy();
  }

  markAt({ x, y }: PlotPoint): number | undefined {
    const marks = this.marks();
    const hit = marks.findIndex((mark) => canHit(mark) && mark.inRange(x, y, true));
    if (hit >= 0) return hit;
    let best: { index: number; distance: number } | undefined;
    for (const [index, mark] of marks.entries()) {
      const distance = Math.hypot(mark.x - x, mark.y - y);
      if (distance <= CLOSE && (!best || distance < best.distance)) best = { index, distance };
    }
    return best?.index;
  }

  pixelOf(index: number): PlotPoint | undefined {
    const mark = this.marks()[index];
    if (!mark) return undefined;
    return hasCentre(mark) ? mark.getCenterPoint(true) : { x: mark.x, y: mark.y };
  }

  private marks(): readonly Element[] {
    return this.chart.getDatasetMeta(0).data;
  }
}

type Hit = Element & { inRange(x: number, y: number, final?: boolean): boolean };
const canHit = (mark: Element): mark is Hit => 'inRange' in mark;
type Centred = Element & { getCenterPoint(final?: boolean): PlotPoint };
const hasCentre = (mark: Element): mark is Centred => 'getCenterPoint' in mark;
