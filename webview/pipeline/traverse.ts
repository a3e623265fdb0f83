/** Where the focus goes in a graph: along edges, and up and down within a column. */
import type { Neighbours } from './graph';
import type { Box, GraphLayout } from './layout';

export const GRAPH_KEYS = [
  'ArrowRight',
  'ArrowLeft',
  'ArrowUp',
  'ArrowDown',
  'Home',
  'End',
] as const;
export type GraphKey = (typeof GRAPH_KEYS)[number];

export interface Place {
  readonly id: string;
  /** Where the focus came from: going back along an edge leads there. */
  readonly from?: string;
}

/** Undefined when there is nothing in that direction. */
export function nextPlace(
  { id, from }: Place,
  key: GraphKey,
  on: { readonly near: Neighbours; readonly layout: GraphLayout },
): string | undefined {
  const { nodes } = on.layout;
  switch (key) {
    case 'ArrowRight':
      return alongEdge(id, on.near.after(id), { from, nodes });
    case 'ArrowLeft':
      return alongEdge(id, on.near.before(id), { from, nodes });
    case 'ArrowUp':
      return inColumn(id, nodes, -1);
    case 'ArrowDown':
      return inColumn(id, nodes, 1);
    case 'Home':
      return extreme(nodes, -1);
    case 'End':
      return extreme(nodes, 1);
  }
}

function alongEdge(
  id: string,
  ends: readonly string[],
  { from, nodes }: { from: string | undefined; nodes: ReadonlyMap<string, Box> },
): string | undefined {
  if (from !== undefined && ends.includes(from)) return from;
  const y = nodes.get(id)?.y ?? 0;
  const away = (end: string) => Math.abs((nodes.get(end)?.y ?? 0) - y);
  return ends.reduce<string | undefined>(
    (best, end) => (best === undefined || away(end) < away(best) ? end : best),
    undefined,
  );
}

/** The next one above or below among those whose middles share a column. */
function inColumn(
  id: string,
  nodes: ReadonlyMap<string, Box>,
  direction: 1 | -1,
): string | undefined {
  const box = nodes.get(id);
  if (!box) return undefined;
  let best: { id: string; away: number } | undefined;
  for (const [other, { x, y, width }] of nodes) {
    const away = (y - box.y) * direction;
    if (other === id || Math.abs(x - box.x) > width / 2 || away <= 0) continue;
    if (!best || away < best.away) best = { id: other, away };
  }
  return best?.id;
}

/** The first or last one from left to right, then from top to bottom. */
function extreme(nodes: ReadonlyMap<string, Box>, direction: 1 | -1): string | undefined {
  const isBeyond = (a: Box, b: Box) => (a.x - b.x || a.y - b.y) * direction > 0;
  let best: { id: string; box: Box } | undefined;
  for (const [id, box] of nodes) if (!best || isBeyond(box, best.box)) best = { id, box };
  return best?.id;
}
