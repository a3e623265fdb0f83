/** Reads the settings, typed. */
import * as vscode from 'vscode';
import type { LensSettings } from '../protocol/lsp';
import type { SettingKey } from './contributions';

export interface Settings {
  /** Empty: to be found. */
  readonly interpreter: string;
  readonly terminalEnvironment: boolean;
  readonly notifyFinished: boolean;
  readonly idleMinutes: number;
  /** Steps that run at once; 0: as many as the machine bears. */
  readonly maxParallel: number;
  readonly lenses: LensSettings;
}

export function readSettings(scope?: vscode.Uri): Settings {
  const configuration = vscode.workspace.getConfiguration('runlens', scope);
  const get = <T>(key: SettingKey, fallback: T): T => configuration.get<T>(key, fallback);
  return {
    interpreter: get('interpreter', '').trim(),
    terminalEnvironment: get('terminal.environment', true),
    notifyFinished: get('notifications.finished', true),
    idleMinutes: get('server.idleMinutes', 10),
    maxParallel: get('maxParallel', 0),
    lenses: {
      enabled: get('codeLens.enabled', true),
      state: get('codeLens.state', true),
      outputs: get('codeLens.outputs', true),
      scripts: get('codeLens.scripts', true),
      projects: get('codeLens.projects', true),
    },
  };
}

export async function writeInterpreter(
  value: string,
  scope: vscode.Uri | undefined,
): Promise<void> {
  const target = scope
    ? vscode.ConfigurationTarget.WorkspaceFolder
    : vscode.ConfigurationTarget.Workspace;
  const key: SettingKey = 'interpreter';
  await vscode.workspace
    .getConfiguration('runlens', scope)
    .update(key, value === '' ? undefined : value, target);
}
