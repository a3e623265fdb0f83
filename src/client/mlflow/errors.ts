/** Why another MLflow server cannot be used, by what a person can do about it. */
import { RunlensError } from '../../base/errors';

export type RemoteProblem =
  /** No or wrong credentials. */
  | 'unauthorised'
  /** Nobody answers, too late, or asks to come back later. */
  | 'unreachable'
  /** Something answers that does not speak MLflow's API. */
  | 'notMlflow'
  | 'tooOld'
  /** The server understood and said no; `errorCode` is its own. */
  | 'refused'
  | 'tooLarge'
  | 'cancelled';

export class RemoteError extends RunlensError {
  /** MLflow's `error_code`, when it gave one. */
  readonly errorCode: string | undefined;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly problem: RemoteProblem,
    message: string,
    options: { cause?: unknown; errorCode?: string; retryAfterMs?: number } = {},
  ) {
    super(`remote.${problem}`, message, { cause: options.cause });
    this.errorCode = options.errorCode;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** MLflow's code for a request that it does not understand, such as a filter of a newer release. */
export const isInvalidParameter = (error: unknown): boolean =>
  error instanceof RemoteError && error.errorCode === 'INVALID_PARAMETER_VALUE';
