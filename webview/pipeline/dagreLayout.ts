/** Lays out a graph by layers with few crossings. For the worker: the page itself does not hold this library. */
import { Graph, layout } from '@dagrejs/dagre';
import type { StepGraph } from './graph';
import { type Box, GAP, type GraphLayout, groupsAround, NODE, type Point } from './layout';

/** The ranker is the one whose time grows with the graph and not with its square. */
const OPTIONS = {
  rankdir: 'LR',
  ranker: 'longest-path',
  nodesep: GAP.y,
  ranksep: GAP.x,
  edgesep: 8,
} as const;

export function layoutGraph(graph: Pick<StepGraph, 'nodes' | 'edges'>): GraphLayout {
  const isGrouped = graph.nodes.some(({ group }) => group !== undefined);
  const drawn = new Graph({ compound: isGrouped });
  drawn.setGraph({ ...OPTIONS });
  drawn.setDefaultEdgeLabel(() => ({}));
  for (const { id, group } of graph.nodes) {
    drawn.setNode(nodeKey(id), { ...NODE });
    if (group === undefined) continue;
    if (!drawn.hasNode(groupKey(group))) drawn.setNode(groupKey(group), {});
    drawn.setParent(nodeKey(id), groupKey(group));
  }
  for (const { from, to } of graph.edges) drawn.setEdge(nodeKey(from), nodeKey(to), {});
  layout(drawn);
  const nodes = new Map(graph.nodes.map(({ id }) => [id, boxOf(drawn.node(nodeKey(id)))]));
  const columns = new Set([...nodes.values()].map(({ x, width }) => Math.round(x + width / 2)));
  const edges = graph.edges.map(({ from, to }) => {
    const between = drawn.edge(nodeKey(from), nodeKey(to))?.points ?? [];
    return { from, to, points: pointsOf(nodes.get(from), nodes.get(to), { between, columns }) };
  });
  return { nodes, edges, groups: groupsAround(graph, nodes) };
}

// Names of steps and groups come from people: with a letter before them they are no `__proto__`.
const nodeKey = (id: string) => `n${id}`;
const groupKey = (name: string) => `g${name}`;

function boxOf(node: { x?: number; y?: number }): Box {
  return { x: (node.x ?? 0) - NODE.width / 2, y: (node.y ?? 0) - NODE.height / 2, ...NODE };
}

/**
 * The library ends an edge wherever a line to the middle cuts the box, often above or below it, and has points between
 * columns, too. Here an edge crosses columns on the level, where there is room for it, and bends between them only.
 */
function pointsOf(
  from: Box | undefined,
  to: Box | undefined,
  {
    between,
    columns,
  }: { readonly between: readonly Point[]; readonly columns: ReadonlySet<number> },
): Point[] {
  if (!from || !to) return [];
  const start = { x: from.x + from.width, y: from.y + from.height / 2 };
  const end = { x: to.x, y: to.y + to.height / 2 };
  const crossed = between.filter(({ x }) => columns.has(Math.round(x)) && x > start.x && x < end.x);
  const across = crossed.flatMap(({ x, y }) => [
    { x: x - NODE.width / 2, y },
    { x: x + NODE.width / 2, y },
  ]);
  return [start, ...across, end];
}
