/** Durations and ages as short text: `1.3 s`, `2 m 05 s`, `3 m ago`. One wording everywhere. */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long something took, from milliseconds: `40 ms`, `1.3 s`, `12 s`, `2 m 05 s`, `1 h 12 m`. */
export function durationText(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (Math.round(ms) < SECOND) return `${Math.round(ms)} ms`;
  if (Math.round(ms / 100) * 100 < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${padded(seconds % 60)} s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${padded(minutes % 60)} m`;
}

/** How long something has been going on, in whole units: `12 s`, `3 m`, `2 h`. */
export function elapsedText(milliseconds: number): string {
  const ms = Math.max(0, milliseconds);
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} d`;
}

/** When something was: `just now` within five seconds, else `12 s ago`, `3 m ago`, `2 h ago`, `5 d ago`. */
export function ageText(time: number, now: number): string {
  const ms = now - time;
  return ms < 5 * SECOND ? 'just now' : `${elapsedText(ms)} ago`;
}

/** Milliseconds until `ageText` or `elapsedText` of this time reads differently. */
export function untilTextChanges(time: number, now: number): number {
  const ms = Math.max(0, now - time);
  const unit = ms < MINUTE ? SECOND : ms < HOUR ? MINUTE : ms < DAY ? HOUR : DAY;
  return unit - (ms % unit);
}

const padded = (value: number): string => String(value).padStart(2, '0');
