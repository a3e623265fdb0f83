// The project's own scripts on a Node that is too old.
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const MODULE = pathToFileURL(path.resolve(__dirname, '../../../scripts/lib/install.mjs')).href;

describe('installing', () => {
  it('says which Node is needed', async () => {
    const { checkNode } = (await import(MODULE)) as { checkNode(version?: string): void };
    assert.throws(() => checkNode('18.20.4'), /Node 20 or newer is needed; this is 18\.20\.4/);
    checkNode('20.0.0');
    checkNode();
  });
});
