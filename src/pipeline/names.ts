// Which names steps, outputs and pipelines may have, and what their artifacts and log files are called.
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const MAX_LENGTH = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const FORBIDDEN = /[/\\:*?"<>|\u0000-\u001f\u007f]/;
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** Names become file names on every platform: what is wrong with this one, if anything. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'is empty';
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (FORBIDDEN.test(name)) return 'has a character that file names cannot have';
  if (/^[. ]|[. ]$/.test(name)) return 'starts or ends with a dot or a space';
  if (DEVICE.test(name)) return 'is a device name on Windows';
  return undefined;
}

/** An output with a name of its own names the artifact; others are named by where they come from. */
export function artifactName(pipeline: string, stepId: string, output: string): string {
  return /^output(_\d+)?$/.test(output) ? `${pipeline}::${stepId}::${output}` : output;
}

/**
 * The folder of an artifact's versions: its name where that is safe, else a readable form with a
 * digest, so that no two names share a folder, also where file names ignore case.
 */
export function artifactFolder(name: string): string {
  const readable = name
    .replaceAll('::', '--')
    .replace(/[^A-Za-z0-9_.-]/g, '_')
    .slice(0, 80);
  const isPlain = /^[a-z0-9_][a-z0-9_.-]*$/.test(name) && name.length <= 80;
  if (isPlain && !name.includes('--') && !nameProblem(name)) return name;
  const parts = name.split('::');
  const isJoined = parts.length === 3 && parts.every((part) => /^[a-z0-9_]+$/.test(part));
  if (isJoined && readable.length < 80) return readable;
  return `${readable.replace(/^\.+/, '_')}-${bytesToHex(sha256(utf8ToBytes(name))).slice(0, 10)}`;
}
