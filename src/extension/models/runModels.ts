/** The models of a run as rows: registered versions, and models that none was registered of. Knows no VS Code. */
import type { RunLineage } from '../../protocol/lineage';

export interface RunModel {
  readonly model: string;
  /** Undefined: it is not registered. */
  readonly version: string | undefined;
  readonly direction: 'made' | 'used';
}

export function runModels({ models, registered }: RunLineage): readonly RunModel[] {
  const own = new Set(models.flatMap((model) => model.registered));
  return [
    ...models.flatMap(({ name, direction, registered: versions }): readonly RunModel[] =>
      versions.length === 0
        ? [{ model: name, version: undefined, direction }]
        : versions.map((each) => ({ ...versionOf(each), direction })),
    ),
    // Registered by a path of the run, without a logged model.
    ...registered
      .filter((each) => !own.has(each))
      .map((each): RunModel => ({ ...versionOf(each), direction: 'made' })),
  ];
}

/** Of `name/version`; names may hold slashes themselves. */
function versionOf(text: string): { readonly model: string; readonly version: string } {
  const at = text.lastIndexOf('/');
  return { model: text.slice(0, at), version: text.slice(at + 1) };
}
