/** The worker's side of `layouter.ts`: lays out what it is sent. Bundled as text into the page. */
import type { StepGraph } from './graph';
import { type GraphLayout, layoutGraph } from './layout';

export interface LayoutQuestion {
  readonly id: number;
  readonly graph: Pick<StepGraph, 'nodes' | 'edges'>;
}
export type LayoutAnswer =
  | { readonly id: number; readonly layout: GraphLayout }
  | { readonly id: number; readonly error: string };

const answer = ({ id, graph }: LayoutQuestion): LayoutAnswer => {
  try {
    return { id, layout: layoutGraph(graph) };
  } catch (error) {
    return { id, error: String(error) };
  }
};

self.addEventListener('message', ({ data }: MessageEvent<LayoutQuestion>) => {
  self.postMessage(answer(data));
});
