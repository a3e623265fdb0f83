/** Commands on remote MLflow servers and opened MLflow folders: add, sign in and out, retry, remove. */
import * as vscode from 'vscode';
import { messageOf, RunlensError } from '../../base/errors';
import { isRecord } from '../../base/json';
import { parseAddress } from '../../client/mlflow/address';
import type { Credentials } from '../../client/mlflow/credentials';
import { RemoteError } from '../../client/mlflow/errors';
import type { FolderSession } from '../session/folderSession';
import type { Sessions } from '../session/sessions';
import {
  hostOf,
  type RemoteAuth,
  type RemoteEntry,
  type RemoteServer,
  sourceIdOf,
} from '../sources/remoteServers';
import type { Remotes } from '../sources/remotes';
import { SourceSession } from '../sources/sourceSession';
import { t } from '../texts';
import { askCredentials } from './signIn';

const { Global, Workspace } = vscode.ConfigurationTarget;

export class SourceCommands {
  constructor(
    private readonly remotes: Remotes,
    private readonly sessions: Sessions,
  ) {}

  readonly addServer = async (): Promise<void> => {
    if (!(await this.isTrusted())) return;
    const url = await askAddress();
    if (url === undefined) return;
    const address = parseAddress(url);
    const held = await this.remotes.secrets.of(address.origin);
    const open = {
      id: sourceIdOf(address),
      name: hostOf(address),
      address,
      experiments: undefined,
    };
    const found = await this.tryOut({ ...open, auth: 'none' }, held);
    if (!found) return;
    const name = await vscode.window.showInputBox({
      prompt: t('Name in the tree'),
      value: open.name,
    });
    if (name === undefined) return;
    const target = await askTarget();
    if (target === undefined) return;
    await this.keep(target, { name: name.trim() || open.name, url: address.url, auth: found });
    await vscode.commands.executeCommand('runlens.experiments.focus');
  };

  /** @param argument a server's row, or what stands in its place. */
  readonly signIn = async (argument?: unknown): Promise<void> => {
    if (!(await this.isTrusted())) return;
    const server = await this.server(argument, t('Sign in to which server?'));
    if (!server) return;
    const auth = server.auth === 'none' ? undefined : server.auth;
    const credentials = await askCredentials(server.address, auth);
    if (!credentials) return;
    await this.probe(server, credentials);
    await this.remotes.secrets.store(server.address.origin, credentials);
    if (server.auth !== credentials.kind) await this.changeAuth(server, credentials.kind);
    await this.remotes.sources.of(server.id)?.port.retry();
  };

  readonly signOut = async (argument?: unknown): Promise<void> => {
    const server = await this.server(argument, t('Sign out of which server?'));
    if (!server) return;
    const { origin } = server.address;
    await this.remotes.secrets.forget(origin);
    this.remotes.signedOut(origin);
    await vscode.window.showInformationMessage(t('The sign-in for {0} is forgotten.', origin));
  };

  readonly removeServer = async (argument?: unknown): Promise<void> => {
    const server = await this.server(argument, t('Remove which server?'));
    if (!server) return;
    for (const target of [Workspace, Global]) {
      const entries = this.remotes.entries(target);
      const others = entries.filter((entry) => !isOf(entry, server));
      if (others.length < entries.length) await this.remotes.write(target, others);
    }
    const { origin } = server.address;
    const isUsed = this.remotes.servers.some(
      ({ id, address }) => id !== server.id && address.origin === origin,
    );
    if (!isUsed) await this.remotes.secrets.forget(origin);
  };

  readonly retry = async (argument?: unknown): Promise<void> => {
    await sourceOfNode(argument)?.port.retry();
  };

  /** @param argument a folder or database in the explorer; without it the person chooses. */
  readonly openFolder = async (argument?: unknown): Promise<void> => {
    if (!(await this.isTrusted())) return;
    const [session] = this.sessions.all;
    if (!session) throw new RunlensError('folder.none', t('Open a folder first.'));
    const picked = argument instanceof vscode.Uri ? argument : await pickMlflow(session);
    if (!picked) return;
    const owner =
      this.sessions.all.find(({ folder }) => picked.fsPath.startsWith(folder.path)) ?? session;
    const row = await owner.call('POST /api/sources', { path: picked.fsPath });
    this.remotes.sources.putFolder(owner, row);
    await vscode.commands.executeCommand('runlens.experiments.focus');
  };

  readonly closeFolder = async (argument?: unknown): Promise<void> => {
    const source = sourceOfNode(argument);
    const owner = source && this.remotes.sources.ownerOf(source);
    if (!source || !owner) return;
    const id = source.info.id.replace(/^folder-/, '');
    await owner.call('POST /api/sources/:id/close', { id });
  };

  /** The sign-in that a server lets us in with; undefined when the person gave up. */
  private async tryOut(
    server: RemoteServer,
    held: Credentials | undefined,
  ): Promise<RemoteAuth | undefined> {
    try {
      await this.probe(server, undefined);
      return 'none';
    } catch (error) {
      if (!(error instanceof RemoteError) || error.problem !== 'unauthorised') throw error;
    }
    // What was given for this very origin before need not be asked for again.
    if (held && (await this.fits(server, held))) return held.kind;
    const credentials = await askCredentials(server.address, undefined);
    if (!credentials) return undefined;
    await this.probe(server, credentials);
    await this.remotes.secrets.store(server.address.origin, credentials);
    return credentials.kind;
  }

  private async fits(server: RemoteServer, credentials: Credentials): Promise<boolean> {
    try {
      await this.probe(server, credentials);
      return true;
    } catch (error) {
      if (error instanceof RemoteError && error.problem === 'unauthorised') return false;
      throw error;
    }
  }

  private async probe(server: RemoteServer, credentials: Credentials | undefined): Promise<void> {
    const title = t('Asking {0}', server.address.url);
    const location = vscode.ProgressLocation.Notification;
    await vscode.window.withProgress({ location, title }, () =>
      this.remotes.probe(server, credentials),
    );
  }

  private async keep(target: vscode.ConfigurationTarget, entry: RemoteEntry): Promise<void> {
    const others = this.remotes.entries(target).filter(({ url }) => url !== entry.url);
    await this.remotes.write(target, [...others, entry]);
  }

  private async changeAuth(server: RemoteServer, auth: RemoteAuth): Promise<void> {
    for (const target of [Workspace, Global]) {
      const entries = this.remotes.entries(target);
      if (!entries.some((entry) => isOf(entry, server))) continue;
      const changed = entries.map((entry) => (isOf(entry, server) ? { ...entry, auth } : entry));
      await this.remotes.write(target, changed);
    }
  }

  private async server(argument: unknown, placeHolder: string): Promise<RemoteServer | undefined> {
    const { servers } = this.remotes;
    const id = sourceOfNode(argument)?.info.id;
    if (id !== undefined) return servers.find((server) => server.id === id);
    if (servers.length === 0) {
      const choice = await vscode.window.showInformationMessage(
        t('There is no remote MLflow server yet.'),
        t('Add Remote MLflow Server…'),
      );
      if (choice) await this.addServer();
      return undefined;
    }
    const items = servers.map((server) => ({
      label: server.name,
      description: server.address.url,
      server,
    }));
    return (await vscode.window.showQuickPick(items, { placeHolder }))?.server;
  }

  private async isTrusted(): Promise<boolean> {
    if (vscode.workspace.isTrusted) return true;
    const choice = await vscode.window.showInformationMessage(
      t('This workspace is in Restricted Mode: no other server is asked.'),
      t('Manage Workspace Trust'),
    );
    if (choice) await vscode.commands.executeCommand('workbench.trust.manage');
    return false;
  }
}

async function pickMlflow({ folder }: FolderSession): Promise<vscode.Uri | undefined> {
  const [picked] =
    (await vscode.window.showOpenDialog({
      title: t('An mlruns folder, or a folder with mlflow.db'),
      openLabel: t('Open'),
      canSelectFolders: true,
      canSelectFiles: true,
      defaultUri: vscode.Uri.file(folder.path),
    })) ?? [];
  return picked;
}

/** The source of a row, or of what stands in place of its content. */
function sourceOfNode(argument: unknown): SourceSession | undefined {
  if (!isRecord(argument)) return undefined;
  const { session } = argument;
  return session instanceof SourceSession ? session : undefined;
}

const isOf = (entry: RemoteEntry, server: RemoteServer): boolean => {
  try {
    return sourceIdOf(parseAddress(entry.url)) === server.id;
  } catch {
    // Not an address: nobody's entry.
    return false;
  }
};

async function askAddress(): Promise<string | undefined> {
  return vscode.window.showInputBox({
    prompt: t('Address of the MLflow server'),
    placeHolder: 'https://mlflow.example.com',
    ignoreFocusOut: true,
    validateInput: (text) => {
      try {
        parseAddress(text);
        return undefined;
      } catch (error) {
        return text === '' ? undefined : messageOf(error);
      }
    },
  });
}

async function askTarget(): Promise<vscode.ConfigurationTarget | undefined> {
  if (!vscode.workspace.workspaceFolders) return Global;
  const items = [
    { label: t('In All My Workspaces'), detail: t('User settings'), target: Global },
    { label: t('In This Workspace'), detail: t('Workspace settings'), target: Workspace },
  ];
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder: t('Show the server where?'),
  });
  return picked?.target;
}
