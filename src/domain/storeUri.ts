/** Addresses of what a store holds, as people write them in code: `models:/…` and `runs:/…`. */

export type StoreUri =
  /** `version` is a number, `latest` or a stage. */
  | { readonly kind: 'model'; readonly name: string; readonly version: string }
  | { readonly kind: 'alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'logged'; readonly modelId: string }
  | { readonly kind: 'run'; readonly runId: string; readonly path: string };

/** Undefined for what is no complete URI of the store. */
export function parseStoreUri(uri: string): StoreUri | undefined {
  const run = /^runs:\/+([0-9a-f]{32})(?:\/(.*))?$/.exec(uri);
  if (run) return { kind: 'run', runId: run[1] ?? '', path: run[2] ?? '' };
  const logged = /^models:\/+(m-[0-9a-f]{32})$/.exec(uri);
  if (logged) return { kind: 'logged', modelId: logged[1] ?? '' };
  const alias = /^models:\/+([^/@]+)@([^/@]+)$/.exec(uri);
  if (alias) return { kind: 'alias', name: alias[1] ?? '', alias: alias[2] ?? '' };
  const version = /^models:\/+([^/]+)\/([^/]+)$/.exec(uri);
  return version ? { kind: 'model', name: version[1] ?? '', version: version[2] ?? '' } : undefined;
}
