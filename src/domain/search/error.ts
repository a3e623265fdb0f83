import { RunlensError } from '../../base/errors';

/** Why a search cannot be understood, and where: for the answer to a client and for the filter line. */
export class SearchError extends RunlensError {
  constructor(
    message: string,
    /** Offset in the text of what is wrong. */
    readonly position: number,
    /** Names that would have been right there. */
    readonly valid: readonly string[] = [],
  ) {
    super('search.invalid', message);
    this.name = 'SearchError';
  }
}
