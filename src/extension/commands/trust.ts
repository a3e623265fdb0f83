/** In Restricted Mode nothing is run: says so, with the way out. */
import * as vscode from 'vscode';
import { t } from '../texts';

/** @param what such as `run Python`, in the editor's language. */
export async function checkTrust(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const choice = await vscode.window.showWarningMessage(
    t('This workspace is in Restricted Mode, so Runlens does not {0}.', what),
    t('Manage Workspace Trust'),
  );
  if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
