/** The media type of an artifact by its name's ending, for downloads: MLflow's, then the usual one. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['bmp', 'image/bmp'],
  ['css', 'text/css'],
  ['gif', 'image/gif'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['parquet', 'application/vnd.apache.parquet'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['sh', 'application/x-sh'],
  ['svg', 'image/svg+xml'],
  ['tar', 'application/x-tar'],
  ['wav', 'audio/x-wav'],
  ['webp', 'image/webp'],
  ['zip', 'application/zip'],
]);

/** Endings, and names without one, that MLflow sends as text, whatever a browser would call them. */
const TEXT = new Set(
  (
    'txt log err cfg conf cnf cf ini properties prop hocon toml yaml yml xml json js py py3 csv tsv ' +
    'md rst ipynb MLmodel MLproject'
  ).split(' '),
);

export function mediaTypeOf(path: string): string {
  const ending = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('.')) + 1);
  if (TEXT.has(ending)) return 'text/plain';
  return TYPES.get(ending.toLowerCase()) ?? 'application/octet-stream';
}
