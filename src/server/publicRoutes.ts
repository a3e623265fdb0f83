// The routes that need no token: /health with the proof of identity, /version, and the page.
import { proofOf } from '../client/discovery';
import { NONCE_HEADER, PROOF_HEADER } from '../protocol/discovery';
import type { HttpReply, Route } from '../protocol/http';
import { pageReply } from './page';

/** `challengeKey` is undefined until the discovery file is written: then others may know of us. */
export function publicRoutes(version: string, challengeKey: () => string | undefined): Route[] {
  const text = (body: string, headers = {}): HttpReply => ({
    status: 200,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...headers },
    body,
  });
  return [
    {
      method: 'GET',
      path: '/health',
      access: 'none',
      handle: ({ headers }) => {
        const nonce = headers[NONCE_HEADER];
        // Bounded, so that nobody has long texts signed.
        const key = challengeKey();
        if (!key || !nonce || !/^[0-9a-f]{1,128}$/i.test(nonce)) return text('OK');
        return text('OK', { [PROOF_HEADER]: proofOf(key, nonce) });
      },
    },
    { method: 'GET', path: '/version', access: 'none', handle: () => text(version) },
    { method: 'GET', path: '/', access: 'none', handle: pageReply },
  ];
}
