/** Asks for a token, or a user name and password. What is typed goes to the secret storage only. */
import * as vscode from 'vscode';
import type { RemoteAddress } from '../../client/mlflow/address';
import type { Credentials } from '../../client/mlflow/credentials';
import { t } from '../texts';

/** @param kind asked for when it is not known. */
export async function askCredentials(
  address: RemoteAddress,
  kind: Credentials['kind'] | undefined,
): Promise<Credentials | undefined> {
  const chosen = kind ?? (await askKind(address));
  if (chosen === 'token') return askToken(address);
  return chosen === 'basic' ? askPassword(address) : undefined;
}

async function askKind(address: RemoteAddress): Promise<Credentials['kind'] | undefined> {
  const items = [
    {
      label: t('User Name and Password'),
      detail: t('The sign-in of MLflow itself'),
      auth: 'basic' as const,
    },
    { label: t('Token'), detail: t('Sent as Authorization: Bearer'), auth: 'token' as const },
  ];
  const placeHolder = t('How do you sign in to {0}?', address.url);
  const options = { placeHolder, ignoreFocusOut: true };
  return (await vscode.window.showQuickPick(items, options))?.auth;
}

async function askToken(address: RemoteAddress): Promise<Credentials | undefined> {
  const token = await askSecret(t('Token for {0}', address.origin), address);
  return token ? { kind: 'token', token: token.trim() } : undefined;
}

async function askPassword(address: RemoteAddress): Promise<Credentials | undefined> {
  const prompt = t('User name for {0}', address.origin);
  const user = await vscode.window.showInputBox({ prompt, ignoreFocusOut: true });
  if (!user) return undefined;
  const password = await askSecret(t('Password of {0} for {1}', user, address.origin), address);
  return password === undefined ? undefined : { kind: 'basic', user, password };
}

function askSecret(what: string, address: RemoteAddress): Thenable<string | undefined> {
  const prompt = address.isOpen
    ? t('{0}. The address is not encrypted: others may read it', what)
    : what;
  return vscode.window.showInputBox({ prompt, password: true, ignoreFocusOut: true });
}
