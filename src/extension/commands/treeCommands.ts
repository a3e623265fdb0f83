/** What trees share: the next page of a list. */
import { isRecord } from '../../base/json';
import type { ArtifactTreeNode } from '../views/artifactNodes';
import type { ArtifactsTree } from '../views/artifactsTree';
import type { ModelTreeNode } from '../views/modelNodes';
import type { ModelsTree } from '../views/modelsTree';
import type { ExperimentCommands } from './experimentCommands';

export interface TreeCommandParts {
  readonly rows: ExperimentCommands;
  readonly artifacts: ArtifactsTree;
  readonly models: ModelsTree;
}

export class TreeCommands {
  constructor(private readonly parts: TreeCommandParts) {}

  readonly loadMore = async (argument?: unknown): Promise<void> => {
    const { rows, artifacts, models } = this.parts;
    if (isMoreArtifacts(argument)) await artifacts.loadMore(argument.session, argument.name);
    else if (isMoreModels(argument)) await models.loadMore(argument.session, argument.model);
    else await rows.loadMore(argument);
  };
}

const isMoreArtifacts = (
  value: unknown,
): value is Extract<ArtifactTreeNode, { kind: 'moreArtifacts' }> =>
  isRecord(value) && value['kind'] === 'moreArtifacts';
const isMoreModels = (value: unknown): value is Extract<ModelTreeNode, { kind: 'moreModels' }> =>
  isRecord(value) && value['kind'] === 'moreModels';
