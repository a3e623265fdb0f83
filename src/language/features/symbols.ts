/** Steps and pipelines of a document as symbols. */
import type { ModuleFacts, TextRange } from '../../syntax/facts';

export interface SymbolRow {
  readonly name: string;
  readonly detail: 'step' | 'pipeline';
  readonly range: TextRange;
  readonly nameRange: TextRange;
  /** Calls of steps in a pipeline. */
  readonly children: readonly { readonly name: string; readonly range: TextRange }[];
}

/** In the order of the text. */
export function symbolsOf({ steps, pipelines }: ModuleFacts): SymbolRow[] {
  const rows = [
    ...steps.map(({ name, range, nameRange }) => ({
      name,
      detail: 'step' as const,
      range,
      nameRange,
      children: [],
    })),
    ...pipelines.map(({ name, range, nameRange, calls }) => ({
      name,
      detail: 'pipeline' as const,
      range,
      nameRange,
      children: calls.map(({ invocationId, places }) => ({
        name: invocationId,
        range: places.call,
      })),
    })),
  ];
  return rows.sort((a, b) => a.range.start.line - b.range.start.line);
}
