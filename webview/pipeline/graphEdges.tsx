/** Edges of the graph with what flows along them, and the whole graph from far away. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useState } from 'preact/hooks';
import type { Box, LaidEdge } from './layout';
import type { EdgePath, FarPaths } from './paths';
import { overlaps } from './viewport';

export interface EdgesProps {
  readonly edges: readonly EdgePath[];
  readonly seen: Box;
  /** Edges of this step stand out. */
  readonly marked: string;
  readonly textOf: (edge: LaidEdge) => string;
}

/** Only what crosses the view is drawn; its label comes with the pointer. */
export function Edges({ edges, seen, marked, textOf }: EdgesProps) {
  const [hovered, setHovered] = useState<EdgePath | undefined>(undefined);
  const label = hovered && edges.includes(hovered) ? hovered : undefined;
  return (
    <>
      <svg class="pl-edges" aria-hidden="true" width="1" height="1">
        <defs>
          <marker
            id="pl-arrow"
            viewBox="0 0 8 8"
            refX="8"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path class="pl-arrow" d="M0 1l8 3l-8 3z" />
          </marker>
        </defs>
        {edges
          .filter(({ box }) => overlaps(box, seen))
          .map((path) => {
            const { from, to } = path.edge;
            const isMarked = from === marked || to === marked || path === label;
            return (
              <g
                key={JSON.stringify([from, to])}
                class={isMarked ? 'pl-edge pl-marked' : 'pl-edge'}
              >
                <path d={path.d} marker-end="url(#pl-arrow)" />
                <path
                  class="pl-edge-near"
                  d={path.d}
                  onPointerEnter={() => setHovered(path)}
                  onPointerLeave={() => setHovered(undefined)}
                />
              </g>
            );
          })}
      </svg>
      {label && (
        <span
          class="pl-edge-label"
          style={{ left: `${label.middle.x}px`, top: `${label.middle.y}px` }}
        >
          <bdi dir="auto">{textOf(label.edge)}</bdi>
        </span>
      )}
    </>
  );
}

export const FarGraph = ({ paths }: { readonly paths: FarPaths }) => (
  <svg class="pl-edges" aria-hidden="true" width="1" height="1">
    <path class="pl-far-edges" d={paths.edges} vector-effect="non-scaling-stroke" />
    {[...paths.boxes].map(([look, d]) => (
      <path key={`box-${look}`} class={`pl-far pl-${look}`} d={d} />
    ))}
    {[...paths.signs].map(([look, d]) => (
      <path key={`sign-${look}`} class={`pl-far-sign pl-${look}`} d={d} />
    ))}
  </svg>
);
