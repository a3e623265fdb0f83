/** SVG paths of edges, and of whole graphs seen from far away. */
import type { StepStatus } from '../../src/domain/pipeline';
import type { StepRow } from '../../src/protocol/rows';
import type { Box, GraphLayout, LaidEdge, Point } from './layout';
import { boundsOf } from './layout';
import { signOf } from './state';

export interface EdgePath {
  readonly edge: LaidEdge;
  readonly d: string;
  readonly box: Box;
  /** Where its label stands. */
  readonly middle: Point;
}

export const edgePaths = ({ edges }: GraphLayout): readonly EdgePath[] =>
  edges.flatMap((edge) => {
    const middle = edge.points[Math.floor((edge.points.length - 1) / 2)];
    const last = edge.points.at(-1);
    if (!middle || !last) return [];
    const at =
      edge.points.length === 2
        ? { x: (middle.x + last.x) / 2, y: (middle.y + last.y) / 2 }
        : middle;
    const box = boundsOf(edge.points.map(({ x, y }) => ({ x, y, width: 0, height: 0 })));
    return [{ edge, d: curve(edge.points), box, middle: at }];
  });

/** Leaves and enters each point horizontally, as the graph goes from left to right. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let from = first;
  const parts = [`M${figure(first.x)} ${figure(first.y)}`];
  for (const to of rest) {
    const middle = figure((from.x + to.x) / 2);
    parts.push(
      `C${middle} ${figure(from.y)} ${middle} ${figure(to.y)} ${figure(to.x)} ${figure(to.y)}`,
    );
    from = to;
  }
  return parts.join('');
}

const figure = (value: number): number => Math.round(value * 10) / 10;

export interface FarPaths {
  /** Boxes by look; several thousand of them are one element. */
  readonly boxes: ReadonlyMap<string, string>;
  /** A large sign within each box, by look: colour does not say it alone. */
  readonly signs: ReadonlyMap<string, string>;
  readonly edges: string;
}

export function farPaths(
  layout: GraphLayout,
  rows: ReadonlyMap<string, StepRow> | undefined,
): FarPaths {
  const boxes = new Map<string, string[]>();
  const signs = new Map<string, string[]>();
  for (const [id, box] of layout.nodes) {
    const row = rows?.get(id);
    const { look } = signOf(row);
    pushTo(boxes, look, boxPath(box));
    pushTo(signs, look, farSign(row?.status, box));
  }
  const edges = layout.edges.map(({ points }) => {
    const [first, last] = [points[0], points.at(-1)];
    return first && last ? `M${first.x} ${first.y}L${last.x} ${last.y}` : '';
  });
  return { boxes: joined(boxes), signs: joined(signs), edges: edges.join('') };
}

function pushTo(map: Map<string, string[]>, key: string, path: string): void {
  const held = map.get(key);
  if (held) held.push(path);
  else map.set(key, [path]);
}

const joined = (map: ReadonlyMap<string, readonly string[]>) =>
  new Map([...map].map(([key, paths]) => [key, paths.join('')]));

const boxPath = ({ x, y, width, height }: Box): string =>
  `M${figure(x)} ${figure(y)}h${width}v${height}h${-width}z`;

/** Strokes about the middle of the box, 28 wide. */
function farSign(status: StepStatus | undefined, { x, y, width, height }: Box): string {
  const [cx, cy] = [figure(x + width / 2), figure(y + height / 2)];
  switch (status) {
    case 'failed':
      return `M${cx - 14} ${cy - 14}l28 28m0 -28l-28 28`;
    case 'cached':
      return `M${cx - 14} ${cy}a14 14 0 1 0 28 0a14 14 0 1 0 -28 0`;
    case 'running':
      return `M${cx - 10} ${cy - 14}l24 14l-24 14z`;
    case 'cancelled':
      return `M${cx - 12} ${cy - 12}h24v24h-24z`;
    case 'skipped':
    case undefined:
      return `M${cx - 14} ${cy}h28`;
    case 'pending':
      return `M${cx - 10} ${cy}h4m4 0h4m4 0h4`;
    case 'ran':
      return `M${cx - 14} ${cy}l10 10l18 -20`;
  }
}
