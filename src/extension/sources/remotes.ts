/** Keeps the sources in step with the setting, the trust and the sign-ins. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { messageOf } from '../../base/errors';
import { MlflowClient } from '../../client/mlflow/mlflowClient';
import { Transport } from '../../client/mlflow/transport';
import type { Sessions } from '../session/sessions';
import { RemotePort } from './remotePort';
import { parseServers, type RemoteEntry, type RemoteServer } from './remoteServers';
import { keyOf, RemoteSecrets } from './secrets';
import type { SourcePort } from './sourcePort';
import { Sources } from './sources';

const SETTING = 'remote.servers';

export class Remotes implements Disposable {
  private readonly store = new DisposableStore();
  readonly secrets: RemoteSecrets;
  readonly sources: Sources;
  servers: readonly RemoteServer[] = [];

  constructor(
    private readonly context: Pick<
      vscode.ExtensionContext,
      'secrets' | 'globalStorageUri' | 'extension'
    >,
    sessions: Sessions,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.secrets = new RemoteSecrets(context.secrets);
    this.sources = this.store.add(
      new Sources({
        sessions,
        createPort: (server) => this.createPort(server),
        report: (error) => log.error(messageOf(error)),
      }),
    );
    this.store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`runlens.${SETTING}`)) this.update();
      }),
    );
    this.store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => this.update()));
    this.store.add(context.secrets.onDidChange(({ key }) => this.followSignIn(key)));
    this.update();
  }

  /** For a try without keeping anything. */
  probe(server: RemoteServer, credentials: Parameters<RemoteSecrets['store']>[1] | undefined) {
    const client = this.client(server, async () => credentials);
    return client.probe().finally(() => client.dispose());
  }

  /** What was read with a sign-in that is forgotten is forgotten too. */
  signedOut(origin: string): void {
    const others = this.servers.filter(({ address }) => address.origin !== origin);
    this.sources.setServers(others);
    this.sources.setServers(this.servers);
  }

  /** Entries of the user or of the workspace, as they stand. */
  entries(target: vscode.ConfigurationTarget): readonly RemoteEntry[] {
    const found = vscode.workspace.getConfiguration('runlens').inspect<RemoteEntry[]>(SETTING);
    const isUser = target === vscode.ConfigurationTarget.Global;
    return (isUser ? found?.globalValue : found?.workspaceValue) ?? [];
  }

  async write(target: vscode.ConfigurationTarget, entries: readonly RemoteEntry[]): Promise<void> {
    const value = entries.length === 0 ? undefined : entries;
    await vscode.workspace.getConfiguration('runlens').update(SETTING, value, target);
  }

  dispose(): void {
    this.store.dispose();
  }

  private update(): void {
    const value = vscode.workspace.getConfiguration('runlens').get(SETTING);
    const { servers, problems } = parseServers(value, vscode.workspace.isTrusted);
    for (const problem of problems) this.log.warn(problem);
    this.servers = servers;
    this.sources.setServers(servers);
  }

  /** Signed in here or in another window: who waited for it is asked again. */
  private followSignIn(key: string): void {
    for (const { id, address } of this.servers) {
      const port = this.sources.of(id)?.port;
      if (keyOf(address.origin) !== key || port?.status.kind !== 'unauthorised') continue;
      port.retry().catch((error: unknown) => this.log.error(messageOf(error)));
    }
  }

  private createPort(server: RemoteServer): SourcePort {
    const { id, name, address, experiments } = server;
    const info = { id, name, kind: 'server', place: address.url } as const;
    const cache = path.join(this.context.globalStorageUri.fsPath, 'remote', id);
    const client = this.client(server, () => this.secrets.credentialsFor(server));
    const port = new RemotePort({ info, client, experiments, cache });
    port.onDidChangeState((state) => {
      if (state.kind === 'down') this.log.warn(`${name}: ${state.message}`);
      else this.log.info(`${name}: ${state.kind}`);
    });
    return port;
  }

  private client(
    { address }: RemoteServer,
    credentials: ConstructorParameters<typeof Transport>[0]['credentials'],
  ): MlflowClient {
    const version = String(this.context.extension.packageJSON.version);
    return new MlflowClient(new Transport({ address, credentials, version }));
  }
}
