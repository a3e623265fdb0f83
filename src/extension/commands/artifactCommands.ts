/** Commands that open artifacts: what the editor can show, it shows; the rest opens as facts. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes } from '../../domain/display';
import type { ArtifactRow, FileRow } from '../../protocol/rows';
import { loadSnippet } from '../documents/facts';
import { isAside } from '../documents/readPreview';
import { documentUri } from '../documents/uris';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { isSource } from '../sources/sourceSession';
import type { FileNode } from '../views/experimentNodes';
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
  };

  readonly openRunFile = async (argument?: unknown): Promise<void> => {
    if (!isFileNode(argument)) return;
    const { row } = argument;
    const file = await localFile(argument);
    if (file === undefined) return;
    if (isViewable(row.path)) await openFile(file);
    else await offerFile({ ...row, file }, row.size);
  };

  private async artifact(
    argument: unknown,
  ): Promise<{ session: FolderSession; artifact: ArtifactRow } | undefined> {
    if (isArtifactNode(argument)) return this.byId(argument.session, argument.artifactId);
    if (!isArtifactTarget(argument)) return undefined;
    const session = this.sessions.byRoot(argument.root);
    return session && this.byId(session, argument.artifactId);
  }

  private async byId(session: FolderSession, id: string) {
    return { session, artifact: await session.call('GET /api/artifacts/:id', { id }) };
  }
}

async function pickFile(
  files: ArtifactRow['files'],
): Promise<ArtifactRow['files'][number] | undefined> {
  const items = files.map((file) => ({ label: file.path, file }));
  return (await vscode.window.showQuickPick(items, { placeHolder: 'Which file?' }))?.file;
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
async function localFile({ session, runId, row }: FileNode): Promise<string | undefined> {
  if (!isSource(session)) return row.file;
  const title = `Downloading ${path.posix.basename(row.path)} from ${session.info.name}`;
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, (progress, cancel) => {
    const abort = new AbortController();
    cancel.onCancellationRequested(() => abort.abort());
    let told = 0;
    const onProgress = (bytes: number, total: number | undefined) => {
      const increment = total === undefined ? 0 : ((bytes - told) / total) * 100;
      told = bytes;
      progress.report({ increment, message: formatBytes(bytes) });
    };
    return session
      .fetchFile(runId, row, { signal: abort.signal, onProgress })
      .catch((error: unknown) => {
        if (abort.signal.aborted) return undefined;
        throw error;
      });
  });
}

/** A file that no viewer knows is shown in its folder, or opened all the same. */
async function offerFile(row: FileRow, size: number): Promise<void> {
  const text = `${row.path} (${size.toLocaleString('en')} bytes) has no viewer.`;
  const choice = await vscode.window.showInformationMessage(text, 'Open as Text', 'Copy Path');
  if (choice === 'Open as Text') await openFile(row.file);
  if (choice === 'Copy Path') await vscode.env.clipboard.writeText(row.file);
}
