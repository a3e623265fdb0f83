/** The tag of a logged model that lists the registered versions made of it, as MLflow writes it. */
import { isRecord } from '../base/json';

export interface Registration {
  readonly name: string;
  /** A number as the server writes it; the Python client adds the same version once more as text. */
  readonly version: number | string;
}

/** The tag's text with one more version, unless it is there. What is no list is begun anew. */
export function addRegistration(tag: string | undefined, added: Registration): string {
  const known = readRegistrations(tag ?? '[]');
  const isKnown = known.some(
    ({ name, version }) => name === added.name && version === added.version,
  );
  const all = isKnown ? known : [...known, added];
  return `[${all.map(toText).join(', ')}]`;
}

function readRegistrations(text: string): Registration[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    // Someone else wrote the tag; the versions themselves are in the registry.
    return [];
  }
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map(({ name, version }) => ({
    name: String(name),
    version: typeof version === 'number' ? version : String(version),
  }));
}

/** Python's json.dumps: a space behind each separator, and ASCII only. */
const toText = ({ name, version }: Registration): string =>
  `{"name": ${ascii(JSON.stringify(name))}, "version": ${JSON.stringify(version)}}`;

const ascii = (text: string): string =>
  text.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
