/** The media type of an artifact by its name's ending, for downloads. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['css', 'text/css'],
  ['gif', 'image/gif'],
  ['gz', 'application/gzip'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['js', 'text/javascript'],
  ['json', 'application/json'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['parquet', 'application/vnd.apache.parquet'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['wav', 'audio/wav'],
  ['webp', 'image/webp'],
  ['zip', 'application/zip'],
]);

/** Endings that MLflow shows as text. */
const TEXT = new Set(
  'txt log err cfg conf cnf ini properties md yaml yml xml py r sh sql toml jsonl tsv MLmodel MLproject'
    .split(' ')
    .map((ending) => ending.toLowerCase()),
);

export function mediaTypeOf(path: string): string {
  const ending = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('.')) + 1);
  const lower = ending.toLowerCase();
  return TYPES.get(lower) ?? (TEXT.has(lower) ? 'text/plain' : 'application/octet-stream');
}
