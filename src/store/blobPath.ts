// The one check of artifact paths: nothing may lead out of the artifact folder, on any system.
import { invalidPath } from './errors';
import type { FileLayer } from './files';

/** The folder of artifacts inside the data folder; every path begins with it. */
export const ARTIFACTS = 'artifacts';

const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
const DRIVE = /^[a-z]:/i;

/** In bytes, as every file system in use takes them. */
const LONGEST_PART = 255;
const LONGEST_PATH = 3000;

/**
 * The segments of a path relative to the data folder. The percent-encoded forms of what is refused
 * are refused too, however often encoded, in case somebody decodes once more.
 * @throws RunlensError `path.invalid`.
 */
export function checkBlobPath(path: string): string[] {
  for (let form = path, again = true; again; ) {
    const why = refusal(form);
    if (why !== undefined) throw invalidPath(path, why);
    const decoded = decodeOnce(form);
    again = decoded !== form;
    form = decoded;
  }
  if (path.includes('\\')) throw invalidPath(path, 'it has a backslash');
  if (Buffer.byteLength(path) > LONGEST_PATH) {
    throw invalidPath(path, `it is longer than ${LONGEST_PATH} bytes`);
  }
  const segments = path.split('/');
  if (segments[0] !== ARTIFACTS) throw invalidPath(path, `it does not begin with ${ARTIFACTS}/`);
  for (const segment of segments) {
    const why = segmentRefusal(segment);
    if (why !== undefined) throw invalidPath(path, why);
  }
  return segments;
}

/** What would lead elsewhere, read as any system would read it. */
function refusal(path: string): string | undefined {
  const slashed = path.replaceAll('\\', '/');
  if (slashed.startsWith('/')) return 'it is absolute';
  if (path.includes('\0')) return 'it has a zero character';
  for (const segment of slashed.split('/')) {
    // Windows drops dots and spaces at the end of a name.
    if (/^\.\.[. ]*$/.test(segment)) return 'it has ".."';
    if (DRIVE.test(segment)) return 'it names a drive';
  }
  return undefined;
}

function segmentRefusal(segment: string): string | undefined {
  if (segment === '' || segment === '.') return 'it has an empty part';
  if (Buffer.byteLength(segment) > LONGEST_PART) {
    return `a part is longer than ${LONGEST_PART} bytes`;
  }
  if (WINDOWS_DEVICE.test(segment)) return `${segment} is a device on Windows`;
  if (/[. ]$/.test(segment)) return 'a part ends in a dot or space, which Windows drops';
  if (process.platform === 'win32' && /[<>:"|?*]/.test(segment))
    return 'Windows allows no such name';
  return undefined;
}

/** Decodes `%2e` and the like; what is no encoding stays (MLflow writes names with bare `%`). */
const decodeOnce = (path: string): string =>
  path.replace(/%([0-7][0-9a-f])/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );

/**
 * The absolute path, after a look that no symbolic link on the way leads out of the folder.
 * @throws RunlensError `path.invalid`.
 */
export function resolveBlobPath(files: FileLayer, data: string, path: string): string {
  const segments = checkBlobPath(path);
  let existing = data;
  let hasLink = false;
  for (const segment of segments) {
    const next = `${existing}/${segment}`;
    const found = files.look(next);
    hasLink ||= found === 'link';
    if (found === 'nothing' || (found === 'link' && !files.exists(next))) break;
    existing = next;
  }
  if (hasLink) refuseLeaving(files, data, path, existing);
  return `${data}/${segments.join('/')}`;
}

function refuseLeaving(files: FileLayer, data: string, path: string, existing: string): void {
  const real = files.realpath(existing).replaceAll('\\', '/');
  const root = `${files.realpath(data).replaceAll('\\', '/')}/${ARTIFACTS}`;
  const inside = real === root || real.startsWith(`${root}/`);
  if (!inside) throw invalidPath(path, 'a symbolic link leads out of the artifact folder');
}
