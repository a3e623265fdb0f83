/** When a server that cannot push is asked again. */

/** After a failure: doubled each time, up to two minutes. */
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 120_000;
/** While it answers: soon after a change, more and more seldom while nothing happens. */
const SHORTEST_POLL_MS = 5000;
const LONGEST_POLL_MS = 60_000;
const QUIET_FACTOR = 1.5;

/**
 * Milliseconds until the next try after `failures` ≥ 1 in a row. Half of it is chance, so that many
 * windows do not come back at the same moment.
 * @param random in [0, 1)
 */
export function retryDelay(failures: number, random: number): number {
  const whole = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (Math.min(failures, 30) - 1));
  return whole / 2 + (whole / 2) * random;
}

/** Milliseconds until the next look after `quiet` looks that brought nothing new. */
export function pollDelay(quiet: number, random: number): number {
  const whole = Math.min(LONGEST_POLL_MS, SHORTEST_POLL_MS * QUIET_FACTOR ** Math.min(quiet, 30));
  return whole * (0.9 + 0.2 * random);
}
