/** The graph: what is in view is drawn, the whole from far away as a few paths; used by mouse and keyboard. */
/** @jsxRuntime automatic @jsxImportSource preact */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { StepStatus } from '../../src/domain/pipeline';
import type { StepRow } from '../../src/protocol/rows';
import type { StepProgress } from '../../src/protocol/worker';
import { t } from '../shared/texts';
import { IconButton } from '../shared/ui/controls';
import { edgeText, type GraphEdge, type Neighbours, neighboursOf } from './graph';
import { Edges, FarGraph } from './graphEdges';
import { GraphNodeBox } from './graphNode';
import { type Box, boundsOf, type Point } from './layout';
import { Minimap } from './minimap';
import { edgePaths, farPaths } from './paths';
import { GRAPH_KEYS, nextPlace, type Place } from './traverse';
import type { LaidOut } from './useLayout';
import { useViewport } from './useViewport';
import {
  bringIntoView,
  centredOn,
  fitted,
  overlaps,
  READABLE_ZOOM,
  seenPart,
  type Viewport,
} from './viewport';

export interface GraphViewProps {
  readonly name: string;
  readonly laid: LaidOut;
  /** By invocation; undefined while they are read. */
  readonly rows: ReadonlyMap<string, StepRow> | undefined;
  readonly progress: (stepRunId: string) => StepProgress | undefined;
  /** Steps of the run that it is compared with. */
  readonly before: ReadonlyMap<string, StepRow> | undefined;
  readonly selected: string | undefined;
  readonly onSelect: (id: string | undefined) => void;
  /** Double click: its first output. */
  readonly onOpen: (id: string) => void;
  readonly onArrange: () => void;
  /** Of the last visit. */
  readonly kept: Viewport | undefined;
  readonly onViewport: (viewport: Viewport) => void;
}

/** Text is too small to be read below this. */
const FAR_ZOOM = 0.45;
const MINIMAP_FROM = 50;

export function GraphView(props: GraphViewProps) {
  const { laid, rows } = props;
  const { layout, graph } = laid;
  const element = useRef<HTMLDivElement>(null);
  const bounds = useMemo(() => wholeOf(laid), [laid.layout]);
  const view = useViewport(element, {
    bounds,
    version: laid.version,
    at: layout.nodes.get(firstSeen(props) ?? ''),
    kept: props.kept,
    onRest: props.onViewport,
  });
  const near = useMemo(() => neighboursOf(graph), [graph]);
  const edges = useMemo(() => edgePaths(layout), [layout]);
  const isFar = view.viewport.zoom < FAR_ZOOM;
  const hasMinimap =
    layout.nodes.size > MINIMAP_FROM || fitted(bounds, view.size).zoom < READABLE_ZOOM;
  const far = useMemo(
    () => (isFar || hasMinimap ? farPaths(layout, rows) : undefined),
    [layout, rows, isFar, hasMinimap],
  );
  const focus = useFocus(props, { element, view, near });
  const { size } = view;
  useEffect(() => {
    const box = layout.nodes.get(props.selected ?? '');
    // The panel of a step takes room from the graph: the step must not be behind it.
    if (box && size.width > 0) view.set(bringIntoView(view.viewport, box, size));
  }, [props.selected, size.width, size.height]);
  const seen = seenPart(view.viewport, view.size);
  const drawn = isFar
    ? [...new Set([focus.id, props.selected ?? focus.id])].filter((id) => layout.nodes.has(id))
    : nodesIn(layout.nodes, seen, focus.id);
  const { x, y, zoom } = view.viewport;
  return (
    <div class="pl-graph-frame">
      <div
        ref={element}
        class="pl-graph"
        role="application"
        aria-roledescription={t('graph')}
        aria-label={t('{0}: {1} steps. Arrow keys follow edges.', props.name, layout.nodes.size)}
        onPointerDown={(event) => view.onPointerDown(event, (at) => isFar && selectAt(props, at))}
        onKeyDown={focus.onKeyDown}
      >
        <div
          class={isFar ? 'pl-world pl-is-far' : 'pl-world'}
          style={{
            transform: `translate(${x}px, ${y}px) scale(${zoom})`,
            '--pl-zoom': zoom,
          }}
        >
          {layout.groups.map(({ name, box }) => (
            <GroupBox key={name} name={name} box={box} />
          ))}
          {isFar && far ? (
            <FarGraph paths={far} />
          ) : (
            <Edges
              edges={edges}
              seen={seen}
              marked={props.selected ?? focus.placed ?? ''}
              textOf={(edge) => textOfEdge(graph.edges, edge, rows)}
            />
          )}
          {drawn.map((id) => (
            <NodeAt key={id} id={id} of={props} focus={focus} near={near} />
          ))}
        </div>
      </div>
      <div class="pl-graph-tools" role="toolbar" aria-label={t('Zoom')}>
        <IconButton icon="minus" name={t('Zoom Out (-)')} onClick={() => view.zoom(1 / 1.25)} />
        <span class="rl-figures pl-zoom">{Math.round(zoom * 100)} %</span>
        <IconButton icon="plus" name={t('Zoom In (+)')} onClick={() => view.zoom(1.25)} />
        <IconButton icon="eye" name={t('Show All (0)')} text={t('Fit')} onClick={view.showAll} />
        {laid.isGrown && (
          <IconButton
            icon="refresh"
            name={t('Arrange the steps that were added')}
            text={t('Arrange')}
            onClick={props.onArrange}
          />
        )}
      </div>
      {hasMinimap && far && (
        <Minimap
          paths={far}
          bounds={bounds}
          seen={seen}
          onCentre={(at) =>
            view.set(centredOn({ ...at, width: 0, height: 0 }, view.size, view.viewport.zoom))
          }
        />
      )}
    </div>
  );
}

/** The chosen step, else one that failed, else one that runs, else the first. */
function firstSeen({ laid, rows, selected }: GraphViewProps): string | undefined {
  const { nodes } = laid.graph;
  const inState = (status: StepStatus) => nodes.find(({ id }) => rows?.get(id)?.status === status);
  return selected ?? (inState('failed') ?? inState('running') ?? nodes[0])?.id;
}

/** Steps seen from far away are no elements. */
function selectAt({ laid, onSelect }: GraphViewProps, { x, y }: Point): void {
  const at = { x, y, width: 0, height: 0 };
  const hit = [...laid.layout.nodes].find(([, box]) => overlaps(box, at));
  if (hit) onSelect(hit[0]);
}

const wholeOf = ({ layout }: LaidOut): Box =>
  boundsOf([...layout.nodes.values(), ...layout.groups.map(({ box }) => box)]);

function nodesIn(nodes: ReadonlyMap<string, Box>, seen: Box, kept: string): readonly string[] {
  const ids: string[] = [];
  // The one with the focus stays, wherever it is: else the focus would be lost.
  for (const [id, box] of nodes) if (id === kept || overlaps(box, seen)) ids.push(id);
  return ids;
}

function textOfEdge(
  edges: readonly GraphEdge[],
  { from, to }: { readonly from: string; readonly to: string },
  rows: ReadonlyMap<string, StepRow> | undefined,
): string {
  const edge = edges.find((each) => each.from === from && each.to === to);
  const text = edge ? edgeText(edge, rows?.get(from)) : '';
  return text === '' ? t('only the order') : text;
}

function GroupBox({ name, box }: { readonly name: string; readonly box: Box }) {
  const { x, y, width, height } = box;
  const style = { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
  return (
    <div class="pl-group" style={style}>
      <bdi dir="auto" title={name}>
        {name}
      </bdi>
    </div>
  );
}

function NodeAt({
  id,
  of,
  focus,
  near,
}: {
  readonly id: string;
  readonly of: GraphViewProps;
  readonly focus: UsedFocus;
  readonly near: Neighbours;
}) {
  const box = of.laid.layout.nodes.get(id);
  if (!box) return null;
  const row = of.rows?.get(id);
  return (
    <GraphNodeBox
      id={id}
      box={box}
      row={row}
      progress={row && of.progress(row.id)}
      before={of.before && { row: of.before.get(id) }}
      isSelected={of.selected === id}
      isReached={focus.id === id}
      edges={spokenEdges(near.before(id), near.after(id))}
      onSelect={() => of.onSelect(id)}
      onOpen={() => of.onOpen(id)}
      onFocus={() => focus.on(id)}
    />
  );
}

const SPOKEN = 3;

/** `after load_data, before train and 4 more`. */
function spokenEdges(before: readonly string[], after: readonly string[]): string {
  const names = (ids: readonly string[]) =>
    ids.length > SPOKEN
      ? t('{0} and {1} more', ids.slice(0, SPOKEN).join(', '), ids.length - SPOKEN)
      : ids.join(', ');
  const parts = [
    before.length > 0 && t('after {0}', names(before)),
    after.length > 0 && t('before {0}', names(after)),
  ];
  return parts.filter(Boolean).join(', ');
}

interface UsedFocus {
  /** Of the step that Tab reaches. */
  readonly id: string;
  /** Of the step that had the focus last. */
  readonly placed: string | undefined;
  on(id: string): void;
  onKeyDown(event: KeyboardEvent): void;
}

function useFocus(
  { laid, selected, onSelect }: GraphViewProps,
  on: {
    readonly element: { readonly current: HTMLDivElement | null };
    readonly view: ReturnType<typeof useViewport>;
    readonly near: Neighbours;
  },
): UsedFocus {
  const { layout, graph } = laid;
  const [place, setPlace] = useState<Place | undefined>(undefined);
  const wanted = useRef<string | undefined>(undefined);
  const held = [place?.id, selected].find((id) => id !== undefined && layout.nodes.has(id));
  const id = held ?? graph.nodes[0]?.id ?? '';
  useLayoutEffect(() => {
    if (wanted.current === undefined) return;
    const nodes = on.element.current?.querySelectorAll<HTMLElement>('[data-step]') ?? [];
    const target = [...nodes].find(({ dataset }) => dataset['step'] === wanted.current);
    // It is brought into view by the graph, not by the browser.
    target?.focus({ preventScroll: true });
    if (target) wanted.current = undefined;
  });
  const go = (next: string) => {
    wanted.current = next;
    setPlace({ id: next, from: id });
    const box = layout.nodes.get(next);
    if (box) on.view.set(bringIntoView(on.view.viewport, box, on.view.size));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (on.view.byKey(event, layout.nodes.get(id))) return event.preventDefault();
    if (event.key === 'Escape') return onSelect(undefined);
    const key = GRAPH_KEYS.find((each) => each === event.key);
    if (!key || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const from = place?.from === undefined ? { id } : { id, from: place.from };
    const next = nextPlace(from, key, { near: on.near, layout });
    if (next !== undefined) go(next);
  };
  return { id, placed: place?.id, on: (next) => next !== id && setPlace({ id: next }), onKeyDown };
}
