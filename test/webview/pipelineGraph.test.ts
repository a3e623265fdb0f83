// The Pipeline page's graph: what is laid out, where things stand, where the focus goes.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { StepInvocation } from '../../src/domain/pipeline';
import { layoutGraph } from '../../webview/pipeline/dagreLayout';
import {
  depthsOf,
  edgeText,
  neighboursOf,
  outlineOf,
  type StepGraph,
  stepGraph,
} from '../../webview/pipeline/graph';
import { grownLayout, plainLayout } from '../../webview/pipeline/grow';
import { type Box, boundsOf, NODE } from '../../webview/pipeline/layout';
import { edgePaths, farPaths } from '../../webview/pipeline/paths';
import { GRAPH_KEYS, nextPlace } from '../../webview/pipeline/traverse';
import {
  bringIntoView,
  firstView,
  fitted,
  MAX_ZOOM,
  MIN_ZOOM,
  overlaps,
  READABLE_ZOOM,
  seenPart,
  zoomedAt,
} from '../../webview/pipeline/viewport';
import { invocation, manySteps, SAMPLE_ROWS, SAMPLE_STEPS, stepRow } from '../gallery/pipelineRuns';

const graphOf = (steps: readonly StepInvocation[]): StepGraph => stepGraph({ steps });
const SAMPLE = graphOf(SAMPLE_STEPS);

/** Each step takes from any steps before it. */
const acyclic = fc
  .array(fc.array(fc.nat(30), { maxLength: 3 }), { minLength: 1, maxLength: 30 })
  .map((sources) =>
    graphOf(
      sources.map((from, i) =>
        invocation(`s${i}`, i === 0 ? [] : [...new Set(from.map((at) => `s${at % i}`))]),
      ),
    ),
  );

const apart = (boxes: readonly Box[]): boolean =>
  boxes.every((a, i) =>
    boxes.slice(i + 1).every((b) => {
      const isBeside = a.x + a.width <= b.x + 0.5 || b.x + b.width <= a.x + 0.5;
      return isBeside || a.y + a.height <= b.y + 0.5 || b.y + b.height <= a.y + 0.5;
    }),
  );

describe('the graph of a run', () => {
  it('has one edge per pair of steps, with what flows along it', () => {
    const { edges } = graphOf([
      invocation('a'),
      {
        ...invocation('b', [], { after: ['a'] }),
        inputs: {
          x: { kind: 'step', stepId: 'a', output: 'data' },
          y: { kind: 'step', stepId: 'a', output: 'stats' },
          z: { kind: 'steps', items: [{ stepId: 'a', output: 'data' }] },
        },
      },
    ]);
    assert.deepEqual(edges, [{ from: 'a', to: 'b', outputs: ['data', 'stats'] }]);
  });

  it('leaves out what leads nowhere and to itself', () => {
    assert.deepEqual(graphOf([invocation('a', ['gone', 'a'], { after: ['a'] })]).edges, []);
  });

  it('says which artifact versions flow, by their names where they are made', () => {
    const edge = { from: 'load_data', to: 'clean', outputs: ['data', 'other'] };
    assert.equal(edgeText(edge, SAMPLE_ROWS[0]), 'load_data v3, other');
    assert.equal(edgeText({ ...edge, outputs: [] }, SAMPLE_ROWS[0]), '');
  });

  it('keeps its key while steps run and changes it when steps come', () => {
    assert.equal(graphOf(SAMPLE_STEPS).key, SAMPLE.key);
    assert.notEqual(graphOf([...SAMPLE_STEPS, invocation('new')]).key, SAMPLE.key);
  });

  it('is deeper at each step than at all that it takes', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        const depths = depthsOf(graph);
        return graph.edges.every(({ from, to }) => depths.get(from)! < depths.get(to)!);
      }),
    );
  });

  it('is, as a list, every step once, below what it stands under', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        const rows = outlineOf(graph);
        const at = new Map(rows.map(({ id }, i) => [id, i]));
        assert.equal(at.size, graph.nodes.length);
        for (const { id, parent, depth, also } of rows) {
          const before = neighboursOf(graph).before(id);
          assert.deepEqual([parent, ...also].filter(Boolean).sort(), [...before].sort());
          if (parent === undefined) assert.equal(depth, 0);
          else {
            assert.ok(at.get(parent)! < at.get(id)!);
            assert.equal(rows[at.get(parent)!]!.depth, depth - 1);
          }
        }
      }),
    );
  });

  it('is a list even of a chain of ten thousand', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) =>
      invocation(`s${i}`, i === 0 ? [] : [`s${i - 1}`]),
    );
    assert.equal(outlineOf(graphOf(chain)).at(-1)?.depth, 9999);
  });
});

describe('the layout of a graph', () => {
  it('goes from left to right without steps on each other', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        const { nodes, edges } = layoutGraph(graph);
        assert.equal(nodes.size, graph.nodes.length);
        assert.ok(apart([...nodes.values()]));
        for (const { from, to } of edges) {
          assert.ok(nodes.get(from)!.x + nodes.get(from)!.width <= nodes.get(to)!.x);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('draws edges from side to side, on the level and behind no step where they cross a column', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        const { nodes, edges } = layoutGraph(graph);
        for (const { from, to, points } of edges) {
          const [a, b] = [nodes.get(from)!, nodes.get(to)!];
          assert.deepEqual(points[0], { x: a.x + a.width, y: a.y + a.height / 2 });
          assert.deepEqual(points.at(-1), { x: b.x, y: b.y + b.height / 2 });
          points.slice(1).forEach((point, i) => {
            const before = points[i]!;
            assert.ok(point.x >= before.x, 'to the right');
            for (const box of nodes.values()) {
              if (box.x >= point.x || box.x + box.width <= before.x) continue;
              assert.equal(point.y, before.y);
              assert.ok(point.y < box.y || point.y > box.y + box.height);
            }
          });
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is plain where nothing better can be computed: from left to right, no step on another', () => {
    fc.assert(
      fc.property(acyclic, (graph) => {
        // The steps of a store may come in any order.
        const { nodes, edges } = plainLayout({ ...graph, nodes: [...graph.nodes].reverse() });
        assert.equal(nodes.size, graph.nodes.length);
        assert.ok(apart([...nodes.values()]));
        for (const { from, to } of edges) {
          assert.ok(nodes.get(from)!.x + nodes.get(from)!.width < nodes.get(to)!.x);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('draws a box around a group and nothing else', () => {
    const { groups, nodes } = layoutGraph(SAMPLE);
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['preparation'],
    );
    const { box } = groups[0]!;
    const inside = [...nodes].filter(([, node]) => overlaps(node, box)).map(([id]) => id);
    assert.deepEqual(inside.sort(), ['clean', 'split']);
  });

  it('takes names that are no names', () => {
    const names = ['__proto__', 'constructor', '', '<b>'];
    const graph = graphOf(names.map((id, i) => invocation(id, i === 0 ? [] : [names[i - 1]!])));
    assert.deepEqual([...layoutGraph(graph).nodes.keys()], names);
  });

  it('grows without moving what stands', () => {
    fc.assert(
      fc.property(acyclic, fc.nat(29), (graph, share) => {
        const count = 1 + (share % graph.nodes.length);
        const ids = new Set(graph.nodes.slice(0, count).map(({ id }) => id));
        const first: StepGraph = {
          nodes: graph.nodes.slice(0, count),
          edges: graph.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)),
          key: 'first',
        };
        const before = layoutGraph(first);
        const after = grownLayout(before, graph)!;
        for (const [id, box] of before.nodes) assert.deepEqual(after.nodes.get(id), box);
        assert.equal(after.nodes.size, graph.nodes.length);
        assert.equal(after.edges.length, graph.edges.length);
        assert.ok(apart([...after.nodes.values()]));
      }),
      { numRuns: 50 },
    );
  });

  it('is made anew when steps are gone', () => {
    const before = layoutGraph(SAMPLE);
    assert.equal(grownLayout(before, graphOf(SAMPLE_STEPS.slice(1))), undefined);
  });
});

describe('what is seen of a graph', () => {
  const box = fc.record({
    x: fc.integer({ min: -5000, max: 5000 }),
    y: fc.integer({ min: -5000, max: 5000 }),
    width: fc.integer({ min: 1, max: 9000 }),
    height: fc.integer({ min: 1, max: 9000 }),
  });
  const size = fc.record({
    width: fc.integer({ min: 200, max: 2000 }),
    height: fc.integer({ min: 200, max: 2000 }),
  });

  it('is all of it when it is fit', () => {
    fc.assert(
      fc.property(box, size, (bounds, view) => {
        const seen = seenPart(fitted(bounds, view), view);
        assert.ok(seen.x <= bounds.x && seen.y <= bounds.y);
        assert.ok(seen.x + seen.width >= bounds.x + bounds.width);
        assert.ok(seen.y + seen.height >= bounds.y + bounds.height);
      }),
    );
  });

  it('is all of it at first, or else what matters at a zoom at which it can be read', () => {
    fc.assert(
      fc.property(box, size, fc.double({ min: 0, max: 1, noNaN: true }), (bounds, view, share) => {
        const at = {
          x: bounds.x + share * Math.max(0, bounds.width - NODE.width),
          y: bounds.y + share * Math.max(0, bounds.height - NODE.height),
          ...NODE,
        };
        const first = firstView(bounds, view, at);
        if (fitted(bounds, view).zoom >= READABLE_ZOOM) {
          assert.deepEqual(first, fitted(bounds, view));
          return;
        }
        assert.ok(first.zoom >= READABLE_ZOOM);
        const seen = seenPart(first, view);
        assert.ok(overlaps({ ...at, width: 1, height: 1 }, seen), 'what matters is in view');
        const slack = 48 / first.zoom + 1;
        if (bounds.width > seen.width) {
          assert.ok(seen.x >= bounds.x - slack, 'no empty ground at the left');
          assert.ok(seen.x + seen.width <= bounds.x + bounds.width + slack, 'nor at the right');
        }
      }),
    );
  });

  it('stays under the pointer while it is zoomed, within bounds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        fc.nat(900),
        fc.nat(900),
        (factor, x, y) => {
          const from = { x: -40, y: 25, zoom: 0.7 };
          const to = zoomedAt(from, factor, { x, y });
          assert.ok(to.zoom >= MIN_ZOOM && to.zoom <= MAX_ZOOM);
          assert.ok(Math.abs((x - from.x) / from.zoom - (x - to.x) / to.zoom) < 1e-6);
        },
      ),
    );
  });

  it('moves as little as brings a step into view', () => {
    const view = { width: 800, height: 600 };
    const at = { x: 0, y: 0, zoom: 1 };
    const there = { x: 100, y: 100, width: 208, height: 54 };
    assert.equal(bringIntoView(at, there, view), at);
    const right = bringIntoView(at, { ...there, x: 1000 }, view);
    assert.deepEqual(right, { x: -(1000 + 208 - 784), y: 0, zoom: 1 });
  });
});

describe('the focus in a graph', () => {
  const layout = layoutGraph(SAMPLE);
  const near = neighboursOf(SAMPLE);
  const go = (id: string, key: (typeof GRAPH_KEYS)[number], from?: string) =>
    nextPlace(from === undefined ? { id } : { id, from }, key, { near, layout });

  it('follows edges, and goes back the way it came', () => {
    assert.equal(go('load_data', 'ArrowRight'), 'clean');
    assert.ok(near.after('split').includes(go('split', 'ArrowRight')!));
    assert.equal(go('evaluate', 'ArrowLeft', 'baseline'), 'baseline');
    assert.equal(go('evaluate', 'ArrowLeft', 'train_model'), 'train_model');
    assert.equal(go('load_data', 'ArrowLeft'), undefined);
  });

  it('goes up and down within a column, and to both ends', () => {
    const pair = ['train_model', 'baseline'].sort(
      (a, b) => layout.nodes.get(a)!.y - layout.nodes.get(b)!.y,
    );
    assert.equal(go(pair[0]!, 'ArrowDown'), pair[1]);
    assert.equal(go(pair[1]!, 'ArrowUp'), pair[0]);
    assert.equal(go(pair[0]!, 'ArrowUp'), undefined);
    assert.equal(go('report', 'Home'), 'load_data');
    assert.equal(go('load_data', 'End'), 'report');
  });

  it('reaches every step of a connected graph', () => {
    const reached = new Set(['load_data']);
    for (const id of reached) {
      for (const key of GRAPH_KEYS) {
        const next = go(id, key);
        if (next !== undefined) reached.add(next);
      }
    }
    assert.equal(reached.size, SAMPLE.nodes.length);
  });
});

describe('paths of a graph', () => {
  it('run from step to step, each with a place for its label', () => {
    const layout = layoutGraph(SAMPLE);
    const paths = edgePaths(layout);
    assert.equal(paths.length, SAMPLE.edges.length);
    for (const { d, middle, box } of paths) {
      assert.match(d, /^M[-\d.]+ [-\d.]+C/);
      assert.ok(overlaps({ ...middle, width: 0, height: 0 }, box));
    }
  });

  it('show each state from far away by colour and by sign, in a few elements', () => {
    const graph = graphOf(manySteps(200));
    const rows = new Map(
      graph.nodes.map(({ id }, i) => [id, stepRow(id, i % 2 ? 'failed' : 'ran')] as const),
    );
    const { boxes, signs } = farPaths(layoutGraph(graph), rows);
    assert.deepEqual([...boxes.keys()].sort(), ['bad', 'good']);
    assert.equal(boxes.get('bad')!.match(/M/g)!.length, 100);
    assert.notEqual(signs.get('bad'), undefined);
  });
});

it('bounds of nothing are empty', () => {
  assert.deepEqual(boundsOf([]), { x: 0, y: 0, width: 0, height: 0 });
});
