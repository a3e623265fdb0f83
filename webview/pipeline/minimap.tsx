/** The whole graph in a corner, with what is in view; the pointer moves that. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useRef } from 'preact/hooks';
import type { Box, Point } from './layout';
import type { FarPaths } from './paths';

const WIDTH = 180;
const HEIGHT = 120;
/** A chain of steps would be a hair. */
const LEAST = 32;

export interface MinimapProps {
  readonly paths: FarPaths;
  readonly bounds: Box;
  readonly seen: Box;
  /** A point of the drawing that is to be in the middle. */
  readonly onCentre: (at: Point) => void;
}

/** Only for the pointer: by keyboard the focus brings what it is on into view. */
export function Minimap({ paths, bounds, seen, onCentre }: MinimapProps) {
  const element = useRef<SVGSVGElement>(null);
  const isDown = useRef(false);
  const across = Math.max(1, bounds.width);
  const down = Math.max(1, bounds.height);
  const scale = Math.min(WIDTH / across, HEIGHT / down);
  const width = Math.max(LEAST, across * scale);
  const height = Math.max(LEAST, down * scale);
  const centre = (event: PointerEvent) => {
    const place = element.current?.getBoundingClientRect();
    if (!place) return;
    onCentre({
      x: bounds.x + ((event.clientX - place.left) / place.width) * across,
      y: bounds.y + ((event.clientY - place.top) / place.height) * down,
    });
  };
  return (
    <svg
      ref={element}
      class="pl-minimap"
      aria-hidden="true"
      width={width}
      height={height}
      viewBox={`${bounds.x} ${bounds.y} ${across} ${down}`}
      preserveAspectRatio="none"
      onPointerDown={(event) => {
        isDown.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        centre(event);
      }}
      onPointerMove={(event) => isDown.current && centre(event)}
      onPointerUp={() => {
        isDown.current = false;
      }}
      onPointerCancel={() => {
        isDown.current = false;
      }}
    >
      {[...paths.boxes].map(([look, d]) => (
        <path key={look} class={`pl-far pl-${look}`} d={d} />
      ))}
      <rect
        class="pl-minimap-seen"
        x={seen.x}
        y={seen.y}
        width={seen.width}
        height={seen.height}
        vector-effect="non-scaling-stroke"
      />
    </svg>
  );
}
