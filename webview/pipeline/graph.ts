/** A run's graph as it is drawn: invocations, what flows between them, their depth and their neighbours. */
import type { PipelineGraph, StepInput, StepInvocation } from '../../src/domain/pipeline';
import type { StepRow } from '../../src/protocol/rows';

export interface GraphNode {
  /** Of the invocation. */
  readonly id: string;
  /** Drawn together with the others of the same name. */
  readonly group: string | undefined;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** Names of outputs of `from` that `to` takes; none: only the order. */
  readonly outputs: readonly string[];
}

/** What is laid out; it does not change while steps run, but for dynamic pipelines, where it grows. */
export interface StepGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  /** Equal graphs have equal keys. */
  readonly key: string;
}

/** Each pair of steps has one edge at most; what leads nowhere is left out. */
export function stepGraph({ steps }: Pick<PipelineGraph, 'steps'>): StepGraph {
  const known = new Set(steps.map(({ id }) => id));
  const edges = steps.flatMap((step) => edgesInto(step, known));
  const nodes = steps.map(({ id, options }) => ({ id, group: options.group }));
  return { nodes, edges, key: JSON.stringify([nodes, edges]) };
}

function edgesInto(step: StepInvocation, known: ReadonlySet<string>): GraphEdge[] {
  const outputs = new Map<string, Set<string>>();
  const add = (from: string, output?: string) => {
    if (!known.has(from) || from === step.id) return;
    const held = outputs.get(from) ?? new Set();
    if (output !== undefined) held.add(output);
    outputs.set(from, held);
  };
  for (const input of Object.values(step.inputs)) {
    for (const { stepId, output } of takenFrom(input)) add(stepId, output);
  }
  for (const from of step.after) add(from);
  return [...outputs].map(([from, names]) => ({ from, to: step.id, outputs: [...names] }));
}

function takenFrom(input: StepInput): readonly { stepId: string; output: string }[] {
  if (input.kind === 'steps') return input.items;
  return input.kind === 'step' || input.kind === 'item' ? [input] : [];
}

/** `cleaned v3, stats`: artifact versions where they are made already; empty for an order only. */
export function edgeText({ outputs }: GraphEdge, from: StepRow | undefined): string {
  const names = outputs.map((output) => {
    const made = from?.outputs.find(({ name }) => name === output);
    return made ? `${made.artifact.name} v${made.artifact.version}` : output;
  });
  return names.join(', ');
}

export interface Neighbours {
  before(id: string): readonly string[];
  after(id: string): readonly string[];
}

export function neighboursOf({ edges }: Pick<StepGraph, 'edges'>): Neighbours {
  const before = new Map<string, string[]>();
  const after = new Map<string, string[]>();
  const push = (map: Map<string, string[]>, key: string, value: string) => {
    const held = map.get(key);
    if (held) held.push(value);
    else map.set(key, [value]);
  };
  for (const { from, to } of edges) {
    push(after, from, to);
    push(before, to, from);
  }
  return { before: (id) => before.get(id) ?? [], after: (id) => after.get(id) ?? [] };
}

/** Length of the longest way to each node from one that takes nothing; nodes of a cycle have 0. */
export function depthsOf(graph: StepGraph): ReadonlyMap<string, number> {
  const near = neighboursOf(graph);
  const waits = new Map(graph.nodes.map(({ id }) => [id, near.before(id).length]));
  const depths = new Map(graph.nodes.map(({ id }) => [id, 0]));
  const ready = graph.nodes.flatMap(({ id }) => (waits.get(id) === 0 ? [id] : []));
  for (let at = 0; at < ready.length; at += 1) {
    const id = ready[at] ?? '';
    for (const next of near.after(id)) {
      depths.set(next, Math.max(depths.get(next) ?? 0, (depths.get(id) ?? 0) + 1));
      const left = (waits.get(next) ?? 0) - 1;
      waits.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return depths;
}

export interface OutlineRow {
  readonly id: string;
  readonly depth: number;
  /** The one it stands under. */
  readonly parent: string | undefined;
  /** Others that it needs. */
  readonly also: readonly string[];
}

/** Every step once, under the deepest of those that it needs: the graph as an indented list. */
export function outlineOf(graph: StepGraph): readonly OutlineRow[] {
  const near = neighboursOf(graph);
  const depths = depthsOf(graph);
  const parents = new Map<string, string | undefined>();
  const children = new Map<string | undefined, string[]>();
  for (const { id } of graph.nodes) {
    const parent = deepestOf(near.before(id), id, depths);
    parents.set(id, parent);
    children.set(parent, [...(children.get(parent) ?? []), id]);
  }
  const rows: OutlineRow[] = [];
  // A stack of its own: a chain may be longer than the engine's.
  const open = (children.get(undefined) ?? []).map((id) => ({ id, depth: 0 })).reverse();
  for (let next = open.pop(); next; next = open.pop()) {
    const { id, depth } = next;
    const parent = parents.get(id);
    rows.push({ id, depth, parent, also: near.before(id).filter((one) => one !== parent) });
    const below = children.get(id) ?? [];
    open.push(...below.map((child) => ({ id: child, depth: depth + 1 })).reverse());
  }
  return rows;
}

/** Undefined for the first ones, and in a cycle: then nothing is under itself. */
function deepestOf(
  ids: readonly string[],
  of: string,
  depths: ReadonlyMap<string, number>,
): string | undefined {
  const depth = (id: string) => depths.get(id) ?? 0;
  const above = ids.filter((id) => depth(id) < depth(of));
  return above.reduce<string | undefined>(
    (best, id) => (best === undefined || depth(id) > depth(best) ? id : best),
    undefined,
  );
}
