/** In Restricted Mode nothing is run: says so, with the way out. */
import * as vscode from 'vscode';

/** @param what such as `run Python`. */
export async function checkTrust(what: string): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const choice = await vscode.window.showWarningMessage(
    `This workspace is in Restricted Mode, so Runlens does not ${what}.`,
    'Manage Workspace Trust',
  );
  if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}
