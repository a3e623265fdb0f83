/** Sign-ins of MLflow servers, kept by the editor's secret storage and bound to one origin each. */

import { type Credentials, parseCredentials } from '../../client/mlflow/credentials';
import { RemoteError } from '../../client/mlflow/errors';
import type { RemoteServer } from './remoteServers';

/** The part of `vscode.SecretStorage` that is used. */
export interface SecretKeep {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** A secret goes to the scheme, host and port that it was given for, and nowhere else. */
export const keyOf = (origin: string): string => `runlens.remote ${origin}`;

export class RemoteSecrets {
  constructor(private readonly keep: SecretKeep) {}

  async of(origin: string): Promise<Credentials | undefined> {
    const text = await this.keep.get(keyOf(origin));
    return text === undefined ? undefined : parseCredentials(text);
  }

  async store(origin: string, credentials: Credentials): Promise<void> {
    await this.keep.store(keyOf(origin), JSON.stringify(credentials));
  }

  async forget(origin: string): Promise<void> {
    await this.keep.delete(keyOf(origin));
  }

  /**
   * What to send to a server; undefined for one that needs no sign-in.
   * @throws RemoteError `unauthorised` when it needs one and none was given for its origin.
   */
  async credentialsFor({ address, auth }: RemoteServer): Promise<Credentials | undefined> {
    if (auth === 'none') return undefined;
    const held = await this.of(address.origin);
    if (held?.kind === auth) return held;
    throw new RemoteError('unauthorised', `Sign in to use ${address.url}.`);
  }
}
