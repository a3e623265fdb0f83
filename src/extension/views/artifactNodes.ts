/** The nodes of the Artifacts tree. */
import { isRecord } from '../../base/json';
import type { FolderSession } from '../session/folderSession';
import type { TreeNode } from './liveTree';

export type ArtifactTreeNode =
  | (TreeNode & { readonly kind: 'artifactFolder' })
  | ArtifactNameNode
  | ArtifactRowNode
  | (TreeNode & { readonly kind: 'moreArtifacts'; readonly name: string | undefined });

export type ArtifactNameNode = TreeNode & { readonly kind: 'artifactName'; readonly name: string };
/** One version. */
export type ArtifactRowNode = TreeNode & {
  readonly kind: 'artifactRow';
  readonly name: string;
  readonly artifactId: string;
};

const base = (session: FolderSession, key: string) => ({
  key: `${session.folder.root}|${key}`,
  session,
});

export const artifactFolderNode = (session: FolderSession): ArtifactTreeNode => ({
  kind: 'artifactFolder',
  ...base(session, 'artifacts'),
});

export const artifactNameNode = (session: FolderSession, name: string): ArtifactNameNode => ({
  kind: 'artifactName',
  name,
  ...base(session, `artifactName|${name}`),
});

export const artifactRowNode = (
  session: FolderSession,
  { name, id }: { readonly name: string; readonly id: string },
): ArtifactRowNode => ({
  kind: 'artifactRow',
  name,
  artifactId: id,
  ...base(session, `artifactRow|${id}`),
});

export const moreArtifactsNode = (
  session: FolderSession,
  name: string | undefined,
): ArtifactTreeNode => ({
  kind: 'moreArtifacts',
  name,
  ...base(session, `moreArtifacts|${name ?? ''}`),
});

export const isArtifactRowNode = (value: unknown): value is ArtifactRowNode =>
  isRecord(value) && value['kind'] === 'artifactRow' && isRecord(value['session']);

/** The versions that are selected when the clicked one is among them; else that one. */
export function artifactRowsOf(node: ArtifactRowNode, selected: unknown): ArtifactRowNode[] {
  const all = Array.isArray(selected) ? selected.filter(isArtifactRowNode) : [];
  return all.some(({ key }) => key === node.key) ? all : [node];
}
