/** Read-only documents made from the store: artifact facts, key components, tracebacks. */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import type * as vscode from 'vscode';
import { messageOf, RunlensError } from '../../base/errors';
import { pickleGlobals } from '../../domain/pickleGlobals';
import { reportText } from '../commands/transferProgress';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import { artifactFacts, componentLines, tracebackText } from './facts';
import { readPreview } from './readPreview';
import { type DocumentRef, parseDocumentUri } from './uris';

/** Pickles up to this size are looked through for what they would import. */
const SCAN_BYTES = 64 * 1024 * 1024;

export class TextDocuments implements vscode.TextDocumentContentProvider {
  constructor(private readonly sessions: Sessions) {}

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const ref = parseDocumentUri(uri);
    const session = ref && this.sessions.byRoot(ref.root);
    if (!ref || !session) return 'The folder of this document is not open.\n';
    try {
      await session.ready();
      return await textOf(session, ref);
    } catch (error) {
      return `${messageOf(error)}\n`;
    }
  }
}

async function textOf(session: FolderSession, { kind, id }: DocumentRef): Promise<string> {
  if (kind === 'facts') {
    const artifact = await session.call('GET /api/artifacts/:id', { id });
    const globals = globalsOf(artifact.folder, artifact.files);
    const [named, preview] = await Promise.all([globals, readPreview(artifact)]);
    return artifactFacts(artifact, named, preview);
  }
  if (kind === 'importReport')
    return reportText(await session.call('GET /api/imports/:id', { id }));
  if (kind === 'exportReport')
    return reportText(await session.call('GET /api/exports/:id', { id }));
  const { step, fingerprint, previous } = await session.call('GET /api/steps/:id/explain', { id });
  switch (kind) {
    case 'traceback':
      return tracebackText(step);
    case 'before':
      return componentLines(previous?.fingerprint);
    case 'after':
      return componentLines(fingerprint);
    default:
      throw new RunlensError('document.unknown', `There is no document of kind ${kind}.`);
  }
}

async function globalsOf(
  folder: string,
  files: readonly { readonly path: string; readonly size: number }[],
): Promise<readonly string[] | undefined> {
  const pickle = files.find((file) => /\.(pkl|pickle)$/.test(file.path));
  if (!pickle || pickle.size > SCAN_BYTES) return undefined;
  return pickleGlobals(await fs.readFile(path.join(folder, pickle.path)));
}
