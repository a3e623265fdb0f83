/** Proposals inside strings that name something in the store, or a step. */
import { assertNever } from '../../base/assertNever';
import type { ArtifactName, ArtifactVersionName, ModelName } from '../../protocol/names';
import type { ModuleFacts } from '../../syntax/facts';
import { roleOf, type StringRole } from '../../syntax/stringRoles';
import { type CursorPlace, stringAt, writtenPath } from './cursor';

export interface Proposal {
  readonly label: string;
  readonly detail: string;
  readonly kind: 'value' | 'step' | 'folder';
  /** What is replaced begins here, as an offset; it ends at the cursor. */
  readonly from: number;
  /** Order among the others. */
  readonly order: number;
}

/** What there is to propose; each may take a moment. */
export interface NameSource {
  artifacts(): Promise<readonly ArtifactName[]>;
  versions(artifact: string): Promise<readonly ArtifactVersionName[]>;
  models(): Promise<readonly ModelName[]>;
  metrics(): Promise<readonly string[]>;
  experiments(): Promise<readonly string[]>;
  /** Newest runs, for `runs:/`. */
  runs(): Promise<readonly { readonly runId: string; readonly name: string }[]>;
}

export interface CompletionRequest {
  readonly text: string;
  readonly offset: number;
  /** Of the newest text that parsed. */
  readonly facts: ModuleFacts;
  readonly names: NameSource;
}

export async function completions(request: CompletionRequest): Promise<Proposal[]> {
  const { text, offset, facts, names } = request;
  if (facts.names.uses.size === 0) return [];
  const place = stringAt(text, offset);
  const role = place && roleAt(place, facts);
  return place && role ? await proposals(role, place, { facts, names }) : [];
}

function roleAt(place: CursorPlace, facts: ModuleFacts): StringRole | undefined {
  const callee = writtenPath(place.callee, facts.names.paths);
  if (/^(models|runs):\//.test(place.typed)) return { kind: 'uri' };
  return roleOf(place.typed, { ...place, callee });
}

async function proposals(
  role: StringRole,
  place: CursorPlace,
  { facts, names }: Pick<CompletionRequest, 'facts' | 'names'>,
): Promise<Proposal[]> {
  const { from } = place;
  const values = (items: readonly { label: string; detail: string }[]): Proposal[] =>
    items.map((item, order) => ({ ...item, kind: 'value', from, order }));
  switch (role.kind) {
    case 'artifact':
      return values(
        (await names.artifacts()).map(({ name, versions, latest }) => ({
          label: name,
          detail: `${versions} ${versions === 1 ? 'version' : 'versions'}, newest ${latest}`,
        })),
      );
    case 'artifactVersion':
      return role.of === undefined
        ? []
        : values(
            (await names.versions(role.of)).map(({ version, type }) => ({
              label: version,
              detail: type,
            })),
          );
    case 'model':
      return values(
        (await names.models()).map((model) => ({ label: model.name, detail: modelDetail(model) })),
      );
    case 'modelVersion':
    case 'modelAlias':
      return values(ofModel(await names.models(), role));
    case 'metric':
      return values((await names.metrics()).map((label) => ({ label, detail: 'metric' })));
    case 'experiment':
      return values((await names.experiments()).map((label) => ({ label, detail: 'experiment' })));
    case 'order':
      return orderProposals(await names.metrics(), place);
    case 'step':
      return steps(facts).map((label, order) => ({
        label,
        detail: 'step',
        kind: 'step',
        from,
        order,
      }));
    case 'uri':
      return await uriProposals(place, names);
    default:
      return assertNever(role);
  }
}

const modelDetail = ({ versions, aliases }: ModelName): string =>
  [
    versions[0] === undefined ? 'no versions' : `newest version ${versions[0]}`,
    ...aliases.map(({ alias }) => `@${alias}`),
  ].join(', ');

function ofModel(
  models: readonly ModelName[],
  role: Extract<StringRole, { kind: 'modelVersion' | 'modelAlias' }>,
): { label: string; detail: string }[] {
  const model = models.find(({ name }) => name === role.of);
  if (!model) return [];
  if (role.kind === 'modelVersion') {
    return model.versions.map((version) => ({ label: String(version), detail: model.name }));
  }
  return model.aliases.map(({ alias, version }) => ({
    label: alias,
    detail: `version ${version}`,
  }));
}

/** `metrics.loss` in an order or a filter: only the word at the cursor is replaced. */
function orderProposals(metrics: readonly string[], { typed, from }: CursorPlace): Proposal[] {
  const word = /[\w."`-]*$/.exec(typed)?.[0] ?? '';
  return metrics.map((key, order) => ({
    label: /^\w+$/.test(key) ? `metrics.${key}` : `metrics.\`${key}\``,
    detail: 'metric',
    kind: 'value',
    from: from + typed.length - word.length,
    order,
  }));
}

function steps({ pipelines, steps: declared }: ModuleFacts): string[] {
  const ids = pipelines.flatMap(({ calls }) => calls.map(({ invocationId }) => invocationId));
  return [...new Set([...ids, ...declared.map(({ name }) => name)])];
}

/** `models:/name`, then `/version` or `@alias`; `runs:/id`. */
async function uriProposals({ typed, from }: CursorPlace, names: NameSource): Promise<Proposal[]> {
  const proposal = (label: string, detail: string, order: number): Proposal => ({
    label,
    detail,
    kind: 'value',
    from,
    order,
  });
  if (typed.startsWith('runs:')) {
    if (/^runs:\/+[^/]*\//.test(typed)) return [];
    return (await names.runs()).map(({ runId, name }, order) =>
      proposal(`runs:/${runId}/`, name, order),
    );
  }
  const models = await names.models();
  const chosen = /^models:\/+([^/@]+)([/@])/.exec(typed);
  if (!chosen) {
    return models.map((model, order) => ({
      ...proposal(`models:/${model.name}`, modelDetail(model), order),
      kind: 'folder',
    }));
  }
  const model = models.find(({ name }) => name === chosen[1]);
  if (!model) return [];
  const versions = ['latest', ...model.versions.map(String)].map(
    (version) => `models:/${model.name}/${version}`,
  );
  const aliases = model.aliases.map(({ alias }) => `models:/${model.name}@${alias}`);
  const labels = chosen[2] === '@' ? aliases : versions;
  return labels.map((label, order) => proposal(label, model.name, order));
}
