/** Commands that open artifacts: what the editor can show, it shows; the rest opens as facts. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { artifactLabel } from '../../domain/artifact';
import { isAside } from '../../domain/artifactPreview';
import type { ArtifactRow, FileRow } from '../../protocol/rows';
import { loadSnippet } from '../documents/facts';
import { documentUri } from '../documents/uris';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { isSource } from '../sources/sourceSession';
import { t } from '../texts';
import { artifactRowsOf, isArtifactRowNode } from '../views/artifactNodes';
import type { FileNode } from '../views/experimentNodes';
import { isModelVersionNode } from '../views/modelNodes';
import { fetchWithProgress } from './fetching';
import { isPlaceTarget } from './placeTargets';
import { isArtifactNode, isArtifactTarget, isFileNode } from './targets';

/** Files that the editor's own viewers show: images, sound, text. */
const VIEWABLE = new Set(
  'png jpg jpeg gif bmp webp ico svg mp3 wav ogg mp4 webm txt log md markdown json jsonl csv tsv yaml yml toml ini cfg html htm xml py ipynb sh sql tex'.split(
    ' ',
  ),
);
/** Of a larger file the facts show the head; the editor would read all of it. */
const MOST_VIEWED_BYTES = 50 * 1024 * 1024;
const isViewable = (file: string): boolean =>
  VIEWABLE.has(path.extname(file).slice(1).toLowerCase()) ||
  ['MLmodel', 'conda.yaml', 'requirements.txt'].includes(path.basename(file));

export class ArtifactCommands {
  constructor(private readonly sessions: Sessions) {}

  readonly openArtifactVersion = async (argument?: unknown): Promise<void> => {
    const found = await this.artifact(argument);
    if (!found) return;
    const { session, artifact } = found;
    const viewable = artifact.files.filter(
      ({ path: name, size }) => isViewable(name) && !isAside(name) && size <= MOST_VIEWED_BYTES,
    );
    const file = viewable.length > 1 ? await pickFile(viewable) : viewable[0];
    if (file) await openFile(path.join(artifact.folder, file.path));
    else if (viewable.length === 0) await openFacts(session, artifact);
  };

  readonly openArtifactFacts = async (argument?: unknown): Promise<void> => {
    const found = await this.artifact(argument);
    if (found) await openFacts(found.session, found.artifact);
  };

  readonly copyLoadSnippet = async (argument?: unknown): Promise<void> => {
    const found = await this.artifact(argument);
    if (found) await vscode.env.clipboard.writeText(loadSnippet(found.artifact));
    else if (isModelTarget(argument)) await vscode.env.clipboard.writeText(modelSnippet(argument));
  };

  /** The version, or all that are selected when it is one of them; those of one folder. */
  readonly deleteArtifact = async (argument?: unknown, selected?: unknown): Promise<void> => {
    if (!isArtifactRowNode(argument)) return;
    const { session } = argument;
    const nodes = artifactRowsOf(argument, selected).filter((node) => node.session === session);
    const what =
      nodes.length > 1
        ? t('{0} artifact versions', nodes.length)
        : artifactLabel(await session.call('GET /api/artifacts/:id', { id: argument.artifactId }));
    const detail =
      nodes.length > 1
        ? t('They can be restored until the trash is emptied. Steps that made them run again.')
        : t('It can be restored until the trash is emptied. A step that made it runs again.');
    const sure = await vscode.window.showWarningMessage(
      t('Delete {0}?', what),
      { modal: true, detail },
      t('Delete'),
    );
    if (!sure) return;
    for (const { artifactId: id } of nodes)
      await session.call('POST /api/artifacts/:id/delete', { id });
    const undo = await vscode.window.showInformationMessage(t('Deleted {0}.', what), t('Undo'));
    if (!undo) return;
    for (const { artifactId: id } of nodes)
      await session.call('POST /api/artifacts/:id/restore', { id });
  };

  /** From a page it opens in the viewer; from the tree too, when the editor has none for it. */
  readonly openRunFile = async (argument?: unknown): Promise<void> => {
    if (isPlaceTarget(argument)) {
      await vscode.commands.executeCommand('runlens.openArtifact', argument);
      return;
    }
    if (!isFileNode(argument)) return;
    const { row } = argument;
    const file = await localFile(argument);
    if (file === undefined) return;
    if (isViewable(row.path)) await openFile(file);
    else if (isSource(argument.session)) await offerFile({ ...row, file }, row.size);
    else await vscode.commands.executeCommand('runlens.openArtifact', argument);
  };

  private async artifact(
    argument: unknown,
  ): Promise<{ session: FolderSession; artifact: ArtifactRow } | undefined> {
    if (isArtifactRowNode(argument)) return this.byId(argument.session, argument.artifactId);
    if (isArtifactNode(argument)) return this.byId(argument.session, argument.artifactId);
    if (!isArtifactTarget(argument)) return undefined;
    const session = this.sessions.byRoot(argument.root);
    return session && this.byId(session, argument.artifactId);
  }

  private async byId(session: FolderSession, id: string) {
    return { session, artifact: await session.call('GET /api/artifacts/:id', { id }) };
  }
}

interface ModelTarget {
  readonly model: string;
  readonly version: string;
}

const isModelTarget = (value: unknown): value is ModelTarget =>
  isModelVersionNode(value) ||
  (isPlaceTarget(value) && value.model !== undefined && value.version !== undefined);

/** By its flavour-independent interface: what its own flavour loads, its page says. */
const modelSnippet = ({ model, version }: ModelTarget): string =>
  [
    'import mlflow',
    '',
    `model = mlflow.pyfunc.load_model(${JSON.stringify(`models:/${model}/${version}`)})`,
  ].join('\n');

async function pickFile(
  files: ArtifactRow['files'],
): Promise<ArtifactRow['files'][number] | undefined> {
  const items = files.map((file) => ({ label: file.path, file }));
  return (await vscode.window.showQuickPick(items, { placeHolder: t('Which file?') }))?.file;
}

async function openFile(file: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file));
}

async function openFacts(session: FolderSession, artifact: ArtifactRow): Promise<void> {
  const ref = { kind: 'facts', root: session.folder.root, id: artifact.id } as const;
  const uri = documentUri(ref, `${artifact.name} v${artifact.version}.md`);
  const document = await vscode.workspace.openTextDocument(uri);
  await vscode.window.showTextDocument(document, { preview: true });
}

/** The file on this machine; undefined when the person cancelled bringing it here. */
const localFile = async ({ session, runId, row }: FileNode): Promise<string | undefined> =>
  isSource(session) ? fetchWithProgress(session, runId, row) : row.file;

/** A file that no viewer knows is shown in its folder, or opened all the same. */
async function offerFile(row: FileRow, size: number): Promise<void> {
  const text = t(
    '{0} ({1} bytes) has no viewer.',
    row.path,
    size.toLocaleString(vscode.env.language),
  );
  const [asText, copyPath] = [t('Open as Text'), t('Copy Path')];
  const choice = await vscode.window.showInformationMessage(text, asText, copyPath);
  if (choice === asText) await openFile(row.file);
  if (choice === copyPath) await vscode.env.clipboard.writeText(row.file);
}
