/** The address of an MLflow server as people write or copy it. */
import { RunlensError } from '../../base/errors';

export interface RemoteAddress {
  /** Scheme, host and port: what a secret belongs to. */
  readonly origin: string;
  /** Path that the API lies under, without a slash at its end; '' for most. */
  readonly prefix: string;
  /** `origin` and `prefix`. */
  readonly url: string;
  /** Whether what is sent can be read on the way: plain HTTP to another machine. */
  readonly isOpen: boolean;
}

/**
 * Takes an address from a browser too (`http://host:5000/#/experiments/1`).
 * @throws RunlensError `remote.address` with what to write instead.
 */
export function parseAddress(text: string): RemoteAddress {
  const url = parseUrl(text.trim());
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw invalid('Write the address of the server with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw invalid('Leave name and password out of the address: they are asked for and kept apart.');
  }
  const prefix = url.pathname.replace(/\/+$/, '');
  const isOpen = url.protocol === 'http:' && !LOOPBACK.test(url.hostname);
  return { origin: url.origin, prefix, url: `${url.origin}${prefix}`, isOpen };
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const invalid = (message: string) => new RunlensError('remote.address', message);

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    // Not an address: what the caller says in words.
    return undefined;
  }
}
