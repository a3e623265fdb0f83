/** The nodes of the Models tree. */
import { isRecord } from '../../base/json';
import type { FolderSession } from '../session/folderSession';
import type { TreeNode } from './liveTree';

export type ModelTreeNode =
  | (TreeNode & { readonly kind: 'modelFolder' })
  | ModelNode
  | ModelVersionNode
  | (TreeNode & { readonly kind: 'moreModels'; readonly model: string | undefined });

export type ModelNode = TreeNode & { readonly kind: 'model'; readonly model: string };
export type ModelVersionNode = TreeNode & {
  readonly kind: 'modelVersion';
  readonly model: string;
  readonly version: string;
};

const base = (session: FolderSession, key: string) => ({
  key: `${session.folder.root}|${key}`,
  session,
});

export const modelFolderNode = (session: FolderSession): ModelTreeNode => ({
  kind: 'modelFolder',
  ...base(session, 'models'),
});

export const modelNode = (session: FolderSession, model: string): ModelNode => ({
  kind: 'model',
  model,
  ...base(session, `model|${model}`),
});

export const modelVersionNode = (
  session: FolderSession,
  model: string,
  version: string,
): ModelVersionNode => ({
  kind: 'modelVersion',
  model,
  version,
  ...base(session, `modelVersion|${version}|${model}`),
});

export const moreModelsNode = (
  session: FolderSession,
  model: string | undefined,
): ModelTreeNode => ({
  kind: 'moreModels',
  model,
  ...base(session, `moreModels|${model ?? ''}`),
});

export const isModelNode = (value: unknown): value is ModelNode =>
  isRecord(value) && value['kind'] === 'model' && isRecord(value['session']);
export const isModelVersionNode = (value: unknown): value is ModelVersionNode =>
  isRecord(value) && value['kind'] === 'modelVersion' && isRecord(value['session']);
