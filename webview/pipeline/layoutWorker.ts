/** The worker's side of `layouter.ts`: lays out what it is sent. Bundled as text into the page. */
import { layoutGraph } from './dagreLayout';
import type { StepGraph } from './graph';
import type { GraphLayout } from './layout';

export interface LayoutQuestion {
  readonly id: number;
  readonly graph: Pick<StepGraph, 'nodes' | 'edges'>;
}
export type LayoutAnswer =
  /** Said once, before any question. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'laid'; readonly id: number; readonly layout: GraphLayout }
  | { readonly kind: 'failed'; readonly id: number; readonly error: string };

const answer = ({ id, graph }: LayoutQuestion): LayoutAnswer => {
  try {
    return { kind: 'laid', id, layout: layoutGraph(graph) };
  } catch (error) {
    return { kind: 'failed', id, error: String(error) };
  }
};

self.addEventListener('message', ({ data }: MessageEvent<LayoutQuestion>) => {
  self.postMessage(answer(data));
});
self.postMessage({ kind: 'begun' } satisfies LayoutAnswer);
