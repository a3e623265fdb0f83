/** A layout that grows with its graph: what stands stays where it is, new steps find free places. */
import { depthsOf, type GraphNode, neighboursOf, type StepGraph } from './graph';
import { type Box, GAP, type GraphLayout, groupsAround, type LaidEdge, NODE } from './layout';

/** Undefined when steps are gone: then the graph is another one and is laid out anew. */
export function grownLayout(before: GraphLayout, graph: StepGraph): GraphLayout | undefined {
  const ids = new Set(graph.nodes.map(({ id }) => id));
  for (const id of before.nodes.keys()) if (!ids.has(id)) return undefined;
  return withPlaces(before, graph, graph.nodes);
}

const NOTHING: GraphLayout = { nodes: new Map(), edges: [], groups: [] };

/** Each step right of all that it takes, without care for crossings: where nothing better can be computed. */
export function plainLayout(graph: StepGraph): GraphLayout {
  const depths = depthsOf(graph);
  const depth = (id: string) => depths.get(id) ?? 0;
  const inOrder = [...graph.nodes].sort((a, b) => depth(a.id) - depth(b.id));
  return withPlaces(NOTHING, graph, inOrder);
}

/** @param order in which steps that have no place yet get one. */
function withPlaces(
  before: GraphLayout,
  graph: StepGraph,
  order: readonly GraphNode[],
): GraphLayout {
  const near = neighboursOf(graph);
  const nodes = new Map(before.nodes);
  for (const { id } of order) {
    if (nodes.has(id)) continue;
    const sources = near.before(id).flatMap((from) => nodes.get(from) ?? []);
    nodes.set(id, freePlace(wantedPlace(sources), nodes.values()));
  }
  const known = new Map(before.edges.map((edge) => [edgeKey(edge), edge]));
  const edges = graph.edges.map((edge) => known.get(edgeKey(edge)) ?? straight(edge, nodes));
  return { nodes, edges, groups: groupsAround(graph, nodes) };
}

const edgeKey = ({ from, to }: { from: string; to: string }) => JSON.stringify([from, to]);

/** Right of all that it takes, at their mean height. */
function wantedPlace(sources: readonly Box[]): Box {
  if (sources.length === 0) return { x: 0, y: 0, ...NODE };
  const right = Math.max(...sources.map(({ x, width }) => x + width));
  const y = sources.reduce((sum, box) => sum + box.y, 0) / sources.length;
  return { x: right + GAP.x, y, ...NODE };
}

/** The place nearest to the wanted one, in its column, that no box is in. */
function freePlace(wanted: Box, boxes: Iterable<Box>): Box {
  const step = wanted.height + GAP.y;
  const taken = [...boxes]
    .filter((box) => box.x < wanted.x + wanted.width + 1 && box.x + box.width > wanted.x - 1)
    .map(({ y, height }) => ({ from: y - step, to: y + height + GAP.y }))
    .sort((a, b) => a.from - b.from);
  return { ...wanted, y: nearestFree(wanted.y, taken) };
}

/** @param taken open intervals in which it cannot be, by their beginnings. */
function nearestFree(y: number, taken: readonly { from: number; to: number }[]): number {
  const merged: { from: number; to: number }[] = [];
  for (const { from, to } of taken) {
    const last = merged.at(-1);
    if (last && from < last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  const inside = merged.find(({ from, to }) => from < y && y < to);
  if (!inside) return y;
  // Below rather than above when both are as near: so lists of mapped steps grow downwards.
  return inside.to - y <= y - inside.from ? inside.to : inside.from;
}

function straight(
  { from, to }: { readonly from: string; readonly to: string },
  nodes: ReadonlyMap<string, Box>,
): LaidEdge {
  const [a, b] = [nodes.get(from), nodes.get(to)];
  if (!a || !b) return { from, to, points: [] };
  const start = { x: a.x + a.width, y: a.y + a.height / 2 };
  const end = { x: b.x, y: b.y + b.height / 2 };
  return { from, to, points: [start, end] };
}
