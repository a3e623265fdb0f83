/** What the searches share: how many, from where, and at which stage. */
import type { Found } from '../../domain/search/filter';
import { invalidParameter } from '../../protocol/mlflow/errors';
import { type Fields, SEE } from '../fields';
import { encodePageToken, type PageStart } from '../pageToken';

export const VIEW_TYPES = ['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL'] as const;
export type ViewType = (typeof VIEW_TYPES)[number];
const STAGES = { ACTIVE_ONLY: 'active', DELETED_ONLY: 'deleted', ALL: 'all' } as const;

/** Active ones unless the request says otherwise. */
export const stageOf = (view: ViewType | undefined) => STAGES[view ?? 'ACTIVE_ONLY'];

/** @throws MlflowError above `most`, in the words of a request that is checked before it is read. */
export function readLimit(
  fields: Fields,
  { usual, most }: { usual: number; most: number },
): number {
  const limit = fields.integer('max_results') ?? usual;
  if (limit > most) {
    const given = fields.one('max_results');
    throw invalidParameter(
      `Invalid value ${JSON.stringify(given)} for parameter 'max_results' supplied: ` +
        ` Hint: Value was of type '${typeof given === 'string' ? 'str' : 'int'}'. ${SEE}`,
    );
  }
  return limit;
}

/** The token of the page behind `start`, if there is one. */
export function nextToken(
  found: Found<unknown>,
  { start, limit }: { start: PageStart; limit: number },
): string | undefined {
  const next = { offset: start.offset + limit, until: found.until };
  return found.more ? encodePageToken(next) : undefined;
}
