/** An error with a stable code: what happened, in words for the person who reads it, and what to do. */
export class RunlensError extends Error {
  constructor(
    /** Stable, for programs: `store.newer`, `worker.lost` … */
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'RunlensError';
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
