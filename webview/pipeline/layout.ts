/** Where nodes, edges and groups of a graph stand, from left to right: what a layout is made of. */
import type { StepGraph } from './graph';

/** Pixels at a zoom of 1; `x` and `y` are the left upper corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LaidEdge {
  readonly from: string;
  readonly to: string;
  /** From the right side of one node to the left side of the other. */
  readonly points: readonly Point[];
}

export interface GraphLayout {
  readonly nodes: ReadonlyMap<string, Box>;
  /** As many as the graph has, in its order. */
  readonly edges: readonly LaidEdge[];
  readonly groups: readonly { readonly name: string; readonly box: Box }[];
}

export const NODE: { readonly width: number; readonly height: number } = { width: 208, height: 54 };
/** Between columns and between rows. */
export const GAP: { readonly x: number; readonly y: number } = { x: 56, y: 16 };
/** Around the nodes of a group, and for its name above them. */
const GROUP_PAD = 12;
const GROUP_HEAD = 22;

export function groupsAround(
  graph: Pick<StepGraph, 'nodes'>,
  nodes: ReadonlyMap<string, Box>,
): GraphLayout['groups'] {
  const members = new Map<string, Box[]>();
  for (const { id, group } of graph.nodes) {
    const box = nodes.get(id);
    if (group === undefined || !box) continue;
    const held = members.get(group);
    if (held) held.push(box);
    else members.set(group, [box]);
  }
  return [...members].map(([name, boxes]) => ({ name, box: padded(boundsOf(boxes)) }));
}

const padded = ({ x, y, width, height }: Box): Box => ({
  x: x - GROUP_PAD,
  y: y - GROUP_HEAD,
  width: width + 2 * GROUP_PAD,
  height: height + GROUP_HEAD + GROUP_PAD,
});

/** The smallest box around all of them; an empty one at the origin for none. */
export function boundsOf(boxes: Iterable<Box>): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  if (right < left) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: left, y: top, width: right - left, height: bottom - top };
}
