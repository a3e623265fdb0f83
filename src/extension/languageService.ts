/** What commands ask the language server; it starts apart from the extension and may not come up. */
import * as vscode from 'vscode';
import { RunlensError } from '../base/errors';
import { SIGNATURE, type SignatureParams, type SignatureReply } from '../protocol/lsp';
import { t } from './texts';

/** What a started language server answers. */
export interface LanguageConnection {
  request<T>(method: string, params: unknown): Promise<T>;
  stop(): Promise<void>;
}

export class LanguageService {
  private readonly connection: Promise<LanguageConnection | undefined>;

  /** @param started undefined when it could not be started, which has been logged. */
  constructor(started: Promise<LanguageConnection | undefined>) {
    this.connection = started;
  }

  /** Settles when it runs, or is known not to. */
  async ready(): Promise<void> {
    await this.connection;
  }

  /** Null when the document has no such thing. @throws RunlensError when there is no language server. */
  async signature(params: SignatureParams): Promise<SignatureReply | null> {
    const connection = await this.connection;
    if (!connection) {
      throw new RunlensError(
        'language.down',
        t(
          'The Runlens language server does not run, so that no signature is known. The log says why; reload the window to try again.',
        ),
      );
    }
    for (const uri of await opened(vscode.Uri.parse(params.uri))) {
      const asked = { ...params, uri: uri.toString() } satisfies SignatureParams;
      const reply = await connection.request<SignatureReply | null>(SIGNATURE, asked);
      if (reply) return reply;
    }
    return null;
  }

  async stop(): Promise<void> {
    await (await this.connection)?.stop();
  }
}

/** The documents to ask about, which the editor must have open: of a notebook its cells. */
async function opened(uri: vscode.Uri): Promise<readonly vscode.Uri[]> {
  if (uri.scheme === 'file' && uri.path.endsWith('.ipynb')) {
    const notebook = await vscode.workspace.openNotebookDocument(uri);
    const cells = notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);
    return cells.map(({ document }) => document.uri);
  }
  return [(await vscode.workspace.openTextDocument(uri)).uri];
}
