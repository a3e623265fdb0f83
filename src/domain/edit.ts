/** One change of a run after the fact: of a parameter or tag, or its move to another experiment. */
export interface Edit {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly what: EditKind;
  /** Of the parameter or tag; empty for a move. */
  readonly key: string;
  /** Undefined when there was none. Of a move: ids of experiments. */
  readonly before: string | undefined;
  /** Undefined when it was deleted. */
  readonly after: string | undefined;
  readonly userId: string;
}

export const EDIT_KINDS = ['param', 'tag', 'experiment'] as const;
export type EditKind = (typeof EDIT_KINDS)[number];
