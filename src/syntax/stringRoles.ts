/** What a string in a call means to the store: the name of an artifact, a model's URI, a metric's key. */

export type StringRole =
  | { readonly kind: 'artifact' }
  | { readonly kind: 'artifactVersion'; readonly of: string | undefined }
  | { readonly kind: 'model' }
  | { readonly kind: 'modelVersion'; readonly of: string | undefined }
  | { readonly kind: 'modelAlias'; readonly of: string | undefined }
  | { readonly kind: 'metric' }
  | { readonly kind: 'experiment' }
  /** An item of `order_by`, or a filter: `metrics.loss DESC`. */
  | { readonly kind: 'order' }
  /** Name or invocation id of a step. */
  | { readonly kind: 'step' }
  /** `models:/…` or `runs:/…`, wherever it stands. */
  | { readonly kind: 'uri' };
type RoleKind = StringRole['kind'];

/** Where a string stands. */
export interface StringPlace {
  /** Path of the called function, see `NamePaths`; undefined when it is not certain. */
  readonly callee: string | undefined;
  /** Name of the called function or subscripted attribute as written, without what is before it. */
  readonly name: string;
  readonly argument: number | string;
  /** The argument itself, an item of a list in it, a key of a dictionary in it. */
  readonly as: 'value' | 'item' | 'key';
  /** Literal strings among the arguments before it, by position and by name. */
  readonly before: ReadonlyMap<number | string, string>;
}

interface Rule {
  readonly callee: RegExp;
  readonly positional?: readonly (RoleKind | undefined)[];
  readonly named?: Readonly<Record<string, RoleKind>>;
  readonly items?: Readonly<Record<string, RoleKind>>;
  readonly keys?: RoleKind;
}

const SDK = '^(?:runlens|zenml)(?:\\.\\w+)*\\.';
const MLFLOW_CLIENT = '^mlflow(?:\\.\\w+)*\\.MlflowClient\\(\\)\\.';

/** The first that fits counts. */
const RULES: readonly Rule[] = [
  {
    callee: new RegExp(`${SDK}(?:Client\\(\\)\\.get_artifact_version|load_artifact)$`),
    positional: ['artifact', 'artifactVersion'],
    named: {
      name: 'artifact',
      name_or_id: 'artifact',
      name_id_or_prefix: 'artifact',
      version: 'artifactVersion',
    },
  },
  {
    callee: new RegExp(`${SDK}ExternalArtifact$`),
    named: { name: 'artifact', version: 'artifactVersion' },
  },
  {
    callee: /^(?:mlflow|runlens)\.(?:\w+\.)*log_metric$/,
    positional: ['metric'],
    named: { key: 'metric' },
  },
  { callee: /^(?:mlflow|runlens)\.(?:\w+\.)*log_metrics$/, keys: 'metric' },
  {
    callee: new RegExp(`${MLFLOW_CLIENT}(?:log_metric|get_metric_history)$`),
    positional: [undefined, 'metric'],
    named: { key: 'metric' },
  },
  {
    callee: new RegExp(`(?:^mlflow\\.|${MLFLOW_CLIENT})search_runs$`),
    named: { filter_string: 'order' },
    items: { order_by: 'order', experiment_names: 'experiment' },
  },
  {
    callee: new RegExp(`(?:^mlflow\\.|${MLFLOW_CLIENT})(?:set_experiment|get_experiment_by_name)$`),
    positional: ['experiment'],
    named: { experiment_name: 'experiment', name: 'experiment' },
  },
  {
    callee: new RegExp(
      `${MLFLOW_CLIENT}(?:get_model_version_by_alias|(?:set|delete)_registered_model_alias)$`,
    ),
    positional: ['model', 'modelAlias', 'modelVersion'],
    named: { name: 'model', alias: 'modelAlias', version: 'modelVersion' },
  },
  {
    callee: new RegExp(
      `${MLFLOW_CLIENT}(?:get_model_version|transition_model_version_stage|update_model_version|delete_model_version|set_model_version_tag|get_model_version_download_uri)$`,
    ),
    positional: ['model', 'modelVersion'],
    named: { name: 'model', version: 'modelVersion' },
  },
  {
    callee: new RegExp(
      `${MLFLOW_CLIENT}(?:get_registered_model|get_latest_versions|set_registered_model_tag|update_registered_model)$`,
    ),
    positional: ['model'],
    named: { name: 'model' },
  },
  { callee: /^mlflow\.register_model$/, positional: ['uri', 'model'], named: { name: 'model' } },
  { callee: /^mlflow\.(?:\w+\.)+log_model$/, named: { registered_model_name: 'model' } },
];

const URI = /^(?:models|runs):\//;

/** What a string with this text means there; undefined for an ordinary one. */
export function roleOf(text: string, place: StringPlace | undefined): StringRole | undefined {
  const kind = place && kindAt(place);
  if (place && kind && !(kind === 'uri' && !URI.test(text))) return withNeighbours(kind, place);
  return URI.test(text) ? { kind: 'uri' } : undefined;
}

function kindAt(place: StringPlace): RoleKind | undefined {
  const { callee, argument, as } = place;
  // These are certain by their form in a file that imports the SDK.
  if (argument === 'after' && as !== 'key') return 'step';
  if (argument === '[]' && place.name === 'steps') return 'step';
  const rule = callee === undefined ? undefined : RULES.find((one) => one.callee.test(callee));
  if (!rule) return undefined;
  if (as === 'key') return rule.keys;
  if (as === 'item') return typeof argument === 'string' ? rule.items?.[argument] : undefined;
  return typeof argument === 'number' ? rule.positional?.[argument] : rule.named?.[argument];
}

function withNeighbours(kind: RoleKind, { before }: StringPlace): StringRole {
  const named = ['name', 'name_or_id', 'name_id_or_prefix'].map((name) => before.get(name));
  const of = before.get(0) ?? named.find((name) => name !== undefined);
  switch (kind) {
    case 'artifactVersion':
    case 'modelVersion':
    case 'modelAlias':
      return { kind, of };
    default:
      return { kind };
  }
}
