/** The layout of the shown graph: laid out once per graph, grown in place while a run adds steps. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { StepGraph } from './graph';
import { grownLayout } from './grow';
import type { GraphLayout } from './layout';
import type { Layouter } from './layouter';

export interface LaidOut {
  readonly layout: GraphLayout;
  readonly graph: StepGraph;
  /** Counts what was laid out anew: then all of it is brought into view. */
  readonly version: number;
  /** Steps were added since: arranging again would move what stands. */
  readonly isGrown: boolean;
}

interface Held extends LaidOut {
  readonly runId: string;
}

export interface UsedLayout {
  readonly laid: LaidOut | undefined;
  readonly problem: string | undefined;
  arrange(): void;
}

export function useLayout(
  layouter: Layouter,
  graph: StepGraph | undefined,
  runId: string | undefined,
): UsedLayout {
  const [held, setHeld] = useState<Held | undefined>(undefined);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [arranged, setArranged] = useState(0);
  const last = useRef<{ held?: Held; arranged: number }>({ arranged: 0 });
  const key = graph?.key;
  useEffect(() => {
    if (!graph || runId === undefined) return undefined;
    const before = last.current.held;
    const isAsked = arranged !== last.current.arranged;
    last.current.arranged = arranged;
    const put = (next: Held) => {
      last.current.held = next;
      setHeld(next);
      setProblem(undefined);
    };
    if (before && !isAsked) {
      const grown = standing(before, graph, runId);
      if (grown) {
        put(grown);
        return undefined;
      }
    }
    let isWanted = true;
    layouter.layout(graph).then(
      (layout) => {
        if (!isWanted) return;
        put({ layout, graph, runId, version: (before?.version ?? 0) + 1, isGrown: false });
      },
      (error: unknown) => isWanted && setProblem(String(error)),
    );
    return () => {
      isWanted = false;
    };
  }, [layouter, key, runId, arranged]);
  const isShown = held !== undefined && held.runId === runId;
  return {
    laid: isShown ? held : undefined,
    problem,
    arrange: () => setArranged((count) => count + 1),
  };
}

/** The same places for an equal graph of another run, or grown ones for more steps of the same run. */
function standing(before: Held, graph: StepGraph, runId: string): Held | undefined {
  if (before.graph.key === graph.key) return { ...before, graph, runId };
  if (before.runId !== runId || before.layout.nodes.size === 0) return undefined;
  const layout = grownLayout(before.layout, graph);
  return layout && { ...before, layout, graph, isGrown: true };
}
