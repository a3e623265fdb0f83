/** What every part of the Models page is told, and the words it shares. */
import type { ServerEvent } from '../../src/protocol/events';
import type { ModelFiles, SchemaField } from '../../src/protocol/models';
import type { PanelPlace } from '../../src/protocol/webview/panel';
import type { Changes } from '../shared/changes';
import type { StoreLink } from '../shared/markdown/types';
import type { Panel } from '../shared/panel';
import type { ModelsView } from './view';

export type ModelsPanel = Panel<ModelsView>;

export interface ModelsPage {
  readonly panel: ModelsPanel;
  readonly place: PanelPlace;
  readonly changes: Changes;
  readonly view: ModelsView;
  setView(part: Partial<ModelsView>): void;
}

export const touchesModel = (event: ServerEvent, name: string | undefined): boolean =>
  event.type === 'model' && (name === undefined || event.name === name);

/** Names may be those of every object: `constructor`. */
export const owned = <T>(values: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(values, name) ? values[name] : undefined;

/** `float64 (-1, 4)`; what may be left out has a question mark. */
export function fieldType({ type, required, shape }: SchemaField): string {
  const dimensions = shape ? ` (${shape.join(', ')})` : '';
  return `${type}${dimensions}${required ? '' : '?'}`;
}

/** Python that loads a version; by its own flavor where it has one beside `python_function`. */
export function loadSnippet(
  { name, version }: { readonly name: string; readonly version: string },
  files: ModelFiles | undefined,
): string {
  const uri = JSON.stringify(`models:/${name}/${version}`);
  const own = files?.flavors.find(
    (flavor) => flavor !== 'python_function' && /^[a-z]\w*$/i.test(flavor),
  );
  const flavor = own ?? 'pyfunc';
  return [`import mlflow`, '', `model = mlflow.${flavor}.load_model(${uri})`, ''].join('\n');
}

/** Opens what a link in a description names. */
export async function openLink(link: StoreLink, page: ModelsPage): Promise<void> {
  if (link.to === 'run') {
    const target = { runIds: [link.runId], ...(link.path === '' ? {} : { path: link.path }) };
    await page.changes.run(link.path === '' ? 'runlens.openRun' : 'runlens.openRunFile', target);
    return;
  }
  const isNumber = /^[1-9]\d*$/.test(link.version);
  if (isNumber) page.setView({ model: link.name, version: link.version, tab: 'versions' });
  else await page.changes.run('runlens.openModel', { model: link.name, version: link.version });
}
