/** A drag over a chart: the rectangle while it goes on, the range when it ends. */
import { useRef, useState } from 'preact/hooks';
import type { ZoomRange } from './types';
import { type Area, dragged, dragKind, type PlotPoint, type Rectangle, zoomTo } from './zoom';

export interface DragChart {
  readonly area: Area;
  xAt(pixel: number): number;
  yAt(pixel: number): number;
}

export interface DragOptions {
  readonly chart: { readonly current: DragChart | undefined };
  readonly zoom: ZoomRange;
  readonly onZoom: (zoom: ZoomRange) => void;
}

export function useDrag({ chart, zoom, onZoom }: DragOptions) {
  const from = useRef<PlotPoint | undefined>(undefined);
  const [box, setBox] = useState<Rectangle | undefined>(undefined);
  const boxOf = (event: PointerEvent): Rectangle | undefined => {
    if (!from.current || !chart.current) return undefined;
    const to = { x: event.offsetX, y: event.offsetY };
    return dragged(from.current, to, { kind: dragKind(event), area: chart.current.area });
  };
  const end = () => {
    from.current = undefined;
    setBox(undefined);
  };
  return {
    box,
    onPointerDown(event: PointerEvent) {
      if (event.button !== 0 || !(event.currentTarget instanceof Element)) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      from.current = { x: event.offsetX, y: event.offsetY };
    },
    onPointerMove(event: PointerEvent) {
      if (from.current) setBox(boxOf(event));
    },
    onPointerUp(event: PointerEvent) {
      const last = boxOf(event);
      const { current } = chart;
      end();
      if (!last || !current) return;
      const at = { xAt: (p: number) => current.xAt(p), yAt: (p: number) => current.yAt(p) };
      onZoom(zoomTo(zoom, last, { kind: dragKind(event), ...at }));
    },
    onPointerCancel: end,
  };
}
