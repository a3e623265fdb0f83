/** Which addresses a text of somebody else may lead to: web pages, and what the store holds. */
import { parseStoreUri } from '../../../src/domain/storeUri';
import type { LinkTarget } from './types';

/** Nothing that a browser would leave out of an address (tabs, line breaks) and no quotes. */
const WEB = /^https?:\/\/[^\s<>"'`\\\p{Cc}]+$/iu;
const MOST_CHARACTERS = 2000;

/** Undefined for every other scheme, and for addresses that are relative: a panel has no folder. */
export function linkTarget(address: string): LinkTarget | undefined {
  if (address.length > MOST_CHARACTERS) return undefined;
  if (WEB.test(address) && URL.canParse(address)) return { to: 'web', href: address };
  const uri = parseStoreUri(address);
  switch (uri?.kind) {
    case 'run':
      return { to: 'run', runId: uri.runId, path: uri.path, uri: address };
    case 'model':
      return { to: 'model', name: uri.name, version: uri.version, uri: address };
    case 'alias':
      return { to: 'model', name: uri.name, version: `@${uri.alias}`, uri: address };
    default:
      return undefined;
  }
}
