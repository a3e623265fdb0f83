import { RunlensError } from '../../base/errors';

/** Why a search cannot be understood, and where: for the answer to a client and for the filter line. */
export class SearchError extends RunlensError {
  constructor(
    message: string,
    /** Offset in the text of what is wrong. */
    readonly position: number,
    /** Names that would have been right there. */
    readonly valid: readonly string[] = [],
    /** What the offset counts in; left out, it is the filter. */
    readonly text?: string,
  ) {
    super('search.invalid', message);
    this.name = 'SearchError';
  }
}

/** Says of what is refused that it stands in this term of the order. */
export function inTerm<T>(term: string | undefined, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    throw new SearchError(error.message, error.position, error.valid, term);
  }
}
