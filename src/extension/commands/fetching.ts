/** Brings a file of a source to this machine, with progress that can be cancelled. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { formatBytes } from '../../domain/display';
import type { FileRow } from '../../protocol/rows';
import type { SourceSession } from '../sources/sourceSession';
import { t } from '../texts';

/** Absolute path; undefined when the person cancelled it. */
export async function fetchWithProgress(
  session: SourceSession,
  runId: string,
  row: FileRow,
): Promise<string | undefined> {
  const title = t('Downloading {0} from {1}', path.posix.basename(row.path), session.info.name);
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
