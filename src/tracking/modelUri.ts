/** `models:/…` addresses: a logged model, or a version of a registered model. */
import { MlflowError } from '../protocol/mlflow/errors';
import { splitUri } from './uri';

export type ModelUri =
  | { readonly kind: 'logged'; readonly modelId: string }
  /** The number as it was written. */
  | { readonly kind: 'version'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  /** The newest version, of all or of one stage. */
  | { readonly kind: 'latest'; readonly name: string; readonly stage: string | undefined };

/**
 * `models:/<model id>`, `models:/<name>/<version, stage or latest>` or `models:/<name>@<alias>`.
 * Undefined for what is none of these.
 */
export function parseModelUri(uri: string): ModelUri | undefined {
  const { scheme, path } = splitUri(uri);
  if (scheme !== 'models' || !/^\/./.test(path)) return undefined;
  const [name = '', suffix, ...more] = path.replace(/^\/+/, '').split('/');
  if (name.trim() === '' || more.length > 0) return undefined;
  if (suffix === undefined) return parseName(name);
  if (suffix.trim() === '') return undefined;
  if (/^\d+$/.test(suffix)) return { kind: 'version', name, version: suffix };
  return { kind: 'latest', name, stage: suffix.toLowerCase() === 'latest' ? undefined : suffix };
}

function parseName(text: string): ModelUri | undefined {
  const at = text.lastIndexOf('@');
  if (at < 0) return { kind: 'logged', modelId: text };
  const alias = text.slice(at + 1);
  return alias.trim() === '' ? undefined : { kind: 'alias', name: text.slice(0, at), alias };
}

/** MLflow has no code of its own for these. */
export const internal = (message: string) => new MlflowError('INTERNAL_ERROR', message);
