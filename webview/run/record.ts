/** The record of a run's code and environment as the page reads it. It is data of others: it may be anything. */
import { messageOf } from '../../src/base/errors';
import { parseEnvironment, type RunEnvironment } from '../../src/domain/environment';
import { t } from '../shared/texts';
import { type Query, useQuery } from '../shared/useQuery';
import type { RunPage } from './page';
import { type Recreation, recreationOf } from './recreation';

export type RunRecord =
  | { readonly is: 'read'; readonly environment: RunEnvironment; readonly recreation: Recreation }
  | { readonly is: 'reading' | 'none' }
  | { readonly is: 'problem'; readonly message: string; readonly again: () => void };

/** The text of an object, as `GET /api/objects/:digest` tells it. */
export function objectText(base64: string): string {
  const letters = atob(base64);
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

export function useRecord({ panel, lineage }: RunPage): RunRecord {
  const digest = lineage.value?.environment;
  const object = useQuery(panel, {
    route: 'GET /api/objects/:digest',
    request: digest === undefined ? undefined : { digest },
    // An object is named by its content.
    touches: () => false,
  });
  if (lineage.value === undefined) return askedState(lineage);
  if (digest === undefined) return { is: 'none' };
  if (object.value === undefined) return askedState(object);
  return readRecord(object.value.base64, object.again);
}

function askedState({ problem, again }: Query<unknown>): RunRecord {
  return problem === undefined ? { is: 'reading' } : { is: 'problem', message: problem, again };
}

/** What is derived from it is derived here, where a record of a wrong form is found out. */
export function readRecord(base64: string, again: () => void): RunRecord {
  try {
    const environment = parseEnvironment(objectText(base64));
    requireForm(environment);
    return { is: 'read', environment, recreation: recreationOf(environment) };
  } catch (error) {
    const why = messageOf(error);
    const message = t('The record of the code and environment cannot be read: {0}.', why);
    return { is: 'problem', message, again };
  }
}

/**
 * What is drawn of it is what its type says: the record is written by programs of others, too.
 * @throws RangeError or TypeError when it is not.
 */
function requireForm({ base, entry, git, files, python, packages, system }: RunEnvironment): void {
  const texts: unknown[] = [
    ...[base, entry.folder, ...entry.arguments, python.version, system.os, system.cpu],
    ...system.gpus,
    ...[git?.commit ?? '', git?.branch ?? '', git?.remote ?? '', git?.patch?.object ?? ''],
    ...files.flatMap(({ path, sha256 = '' }) => [path, sha256]),
    ...packages.flatMap(({ name, version, url = '', local = '' }) => [name, version, url, local]),
  ];
  const numbers: unknown[] = [
    ...[entry.hidden, system.cpus, system.memory, git?.patch?.bytes ?? 0],
    ...files.map(({ bytes }) => bytes),
  ];
  const isText = (value: unknown) => typeof value === 'string';
  const isNumber = (value: unknown) => typeof value === 'number';
  if (texts.every(isText) && numbers.every(isNumber)) return;
  throw new RangeError('a part of the record is not what it should be');
}
