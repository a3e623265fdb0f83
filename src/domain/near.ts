// Names that are near to one that does not exist, for messages.

const MOST = 3;

/** Up to three of the names, the nearest first: those that contain it, or differ in few letters. */
export function nearNames(wanted: string, names: Iterable<string>): string[] {
  const low = wanted.toLowerCase();
  const ranked: { name: string; distance: number }[] = [];
  for (const name of new Set(names)) {
    const other = name.toLowerCase();
    const distance = other.includes(low) && low !== '' ? 0 : editDistance(low, other);
    if (distance <= Math.max(1, Math.floor(wanted.length / 3))) ranked.push({ name, distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || a.name.length - b.name.length);
  return ranked.slice(0, MOST).map(({ name }) => name);
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
