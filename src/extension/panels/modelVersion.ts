/** Which version of a registered model is meant: a number, `@alias`, a stage or `latest`, as in `models:/…`. */
import { RunlensError } from '../../base/errors';
import { parseStoreUri } from '../../domain/storeUri';
import type { PageTarget } from '../../protocol/webview/panel';
import type { FolderSession } from '../session/folderSession';
import { isSource } from '../sources/sourceSession';

type ModelTarget = Pick<PageTarget, 'model' | 'version'>;

/** What an address like `models:/name@alias` names; undefined for every other text. */
export function modelOfUri(uri: string): ModelTarget | undefined {
  const parsed = parseStoreUri(uri);
  if (parsed?.kind === 'model') return { model: parsed.name, version: parsed.version };
  if (parsed?.kind === 'alias') return { model: parsed.name, version: `@${parsed.alias}` };
  return undefined;
}

/**
 * The target with the number of its version, as panels are opened for.
 * @throws RunlensError `model.unknown` when the model has no such version.
 */
export async function withNumber<T extends ModelTarget>(
  target: T,
  session: FolderSession,
): Promise<T> {
  const { model, version } = target;
  // Opened folders of MLflow have no registry here: the page says so.
  if (model === undefined || version === undefined || isSource(session)) return target;
  if (/^[1-9]\d*$/.test(version)) return target;
  const uri = version.startsWith('@')
    ? `models:/${model}${version}`
    : `models:/${model}/${version}`;
  const found = await session.call('GET /api/resolve', { uri });
  if (found.kind === 'version') return { ...target, version: String(found.version) };
  const message = found.kind === 'none' ? found.message : `${uri} is no version of a model.`;
  throw new RunlensError('model.unknown', message);
}
