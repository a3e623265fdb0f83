/** How the roots of remote servers and opened folders look: each says what state it is in. */
import * as vscode from 'vscode';
import type { LinkStatus } from '../../client/mlflow/link';
import { ITEMS } from '../contributions';
import type { SourceSession } from '../sources/sourceSession';
import { t } from '../texts';
import type { ProblemNode } from './liveTree';

export function sourceItem({ info, port }: SourceSession): vscode.TreeItem {
  // Folded until someone opens it: nothing is asked that nobody wants to see.
  const item = new vscode.TreeItem(info.name, vscode.TreeItemCollapsibleState.Collapsed);
  const { status } = port;
  const words = statusWords(status);
  item.description = words ?? (info.kind === 'folder' ? t('read in place') : '');
  item.iconPath = iconOf(info.kind, status);
  item.contextValue = contextOf(info.kind, status);
  item.tooltip = [info.place, tooltipOf(status)].filter(Boolean).join('\n\n');
  const kind = info.kind === 'server' ? t('MLflow server') : t('MLflow folder');
  item.accessibilityInformation = { label: [kind, info.name, words].filter(Boolean).join(', ') };
  return item;
}

/** Undefined when there is nothing to say. */
function statusWords(status: LinkStatus): string | undefined {
  switch (status.kind) {
    case 'idle':
    case 'up':
      return undefined;
    case 'connecting':
      return t('connecting…');
    case 'unauthorised':
      return t('sign in');
    case 'unreachable':
      return t('unreachable, next try {0}', new Date(status.retryAt).toLocaleTimeString());
    case 'wrong':
      return t('cannot be used');
  }
}

/** What stands in place of the experiments; undefined when they can be shown. */
export function sourceProblem(session: SourceSession, key: string): ProblemNode | undefined {
  const { status, info } = session.port;
  const base = { kind: 'problem', key: `${key}|problem`, session } as const;
  switch (status.kind) {
    case 'unauthorised': {
      const command = { command: 'runlens.signInRemote', title: t('Sign In') };
      return {
        ...base,
        message: t('Sign in to {0}…', info.name),
        tooltip: status.message,
        command,
      };
    }
    case 'unreachable':
    case 'wrong': {
      const command = { command: 'runlens.retrySource', title: t('Retry') };
      return { ...base, message: status.message, command };
    }
    default:
      return undefined;
  }
}

function iconOf(kind: 'server' | 'folder', status: LinkStatus): vscode.ThemeIcon {
  switch (status.kind) {
    case 'connecting':
      return new vscode.ThemeIcon('loading~spin');
    case 'unauthorised':
      return new vscode.ThemeIcon('lock');
    case 'unreachable':
    case 'wrong':
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    default:
      return new vscode.ThemeIcon(kind === 'server' ? 'server' : 'folder-library');
  }
}

function contextOf(kind: 'server' | 'folder', status: LinkStatus): string {
  if (kind === 'folder') return ITEMS.folderSource;
  if (status.kind === 'unauthorised') return ITEMS.lockedServer;
  return status.kind === 'unreachable' || status.kind === 'wrong' ? ITEMS.downServer : ITEMS.server;
}

function tooltipOf(status: LinkStatus): string {
  if ('message' in status) return status.message;
  return status.kind === 'up' && status.version ? `MLflow ${status.version}` : '';
}
