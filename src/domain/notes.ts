// Metadata and tags that are added to pipeline runs, steps and artifact versions after they were made.
import type { JsonObject } from '../base/json';

/** What was added to a pipeline run or a step run; kept first in its body, so that it is found fast. */
export interface Notes {
  /** The latest value of each key. */
  readonly metadata?: JsonObject;
  /** Tags beside those that the graph declares. */
  readonly added?: readonly string[];
  /** Tags of the graph that were taken away. */
  readonly removed?: readonly string[];
  /** Of a run: tags that every artifact version gets that it makes. */
  readonly cascade?: readonly string[];
}

/** A change of notes. Metadata replaces keys of the same name; tags are removed before others are added. */
export interface NotesChange {
  readonly metadata?: JsonObject;
  readonly addTags?: readonly string[];
  readonly removeTags?: readonly string[];
  /** The added tags also go to what a run makes. */
  readonly cascade?: boolean;
}

/** The tags that count: declared and added, without the removed, in order. */
export function tagsWith(declared: readonly string[], notes: Notes | undefined): string[] {
  const removed = new Set(notes?.removed);
  const kept = declared.filter((tag) => !removed.has(tag));
  return [...new Set([...kept, ...(notes?.added ?? [])])];
}

export function changedNotes(notes: Notes | undefined, change: NotesChange): Notes {
  const { addTags = [], removeTags = [] } = change;
  const added = changedTags(notes?.added ?? [], change);
  const removed = without([...(notes?.removed ?? []), ...removeTags], addTags);
  const cascade = [
    ...without(notes?.cascade ?? [], removeTags),
    ...(change.cascade ? addTags : []),
  ];
  const metadata = { ...notes?.metadata, ...change.metadata };
  return {
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(added.length > 0 && { added }),
    ...(removed.length > 0 && { removed: [...new Set(removed)] }),
    ...(cascade.length > 0 && { cascade: [...new Set(cascade)] }),
  };
}

/** A plain list of tags after a change. */
export function changedTags(tags: readonly string[], change: NotesChange): string[] {
  return [...new Set([...without(tags, change.removeTags ?? []), ...(change.addTags ?? [])])];
}

const without = (tags: readonly string[], gone: readonly string[]): string[] =>
  tags.filter((tag) => !gone.includes(tag));
