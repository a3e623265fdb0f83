/** What a person signs in with at an MLflow server, and the header that carries it. */
import { isRecord } from '../../base/json';

export type Credentials =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'basic'; readonly user: string; readonly password: string };

export function authorizationOf(credentials: Credentials): string {
  if (credentials.kind === 'token') return `Bearer ${credentials.token}`;
  const { user, password } = credentials;
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** What was kept as JSON text; undefined when it is something else. */
export function parseCredentials(text: string): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Kept by something else under our key: as good as nothing.
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { kind, token, user, password } = value;
  if (kind === 'token' && typeof token === 'string') return { kind, token };
  if (kind !== 'basic' || typeof user !== 'string' || typeof password !== 'string')
    return undefined;
  return { kind, user, password };
}
