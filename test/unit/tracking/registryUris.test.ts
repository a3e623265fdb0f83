// Addresses as MLflow reads them: parts, `models:/` forms, and whether one lies in another.
import assert from 'node:assert/strict';
import path from 'node:path';
import * as fc from 'fast-check';
import { parseModelUri } from '../../../src/tracking/modelUri';
import { addRegistration } from '../../../src/tracking/registrations';
import {
  hostOf,
  isInside,
  isPath,
  isUriInside,
  localPath,
  splitUri,
  unquote,
  untilStable,
} from '../../../src/tracking/uri';

describe('registry addresses', () => {
  // What urllib.parse.urlsplit of Python 3.11 gives.
  const parts: readonly (readonly [string, string, string, string])[] = [
    ['s3://bucket/a/b', 's3', 'bucket', '/a/b'],
    ['S3://Bucket/a?x=1#y', 's3', 'Bucket', '/a'],
    ['runs:/abc/model', 'runs', '', '/abc/model'],
    ['/tmp/x', '', '', '/tmp/x'],
    ['tmp/a:b', '', '', 'tmp/a:b'],
    ['//host/x', '', 'host', '/x'],
    ['file:///a%20b', 'file', '', '/a%20b'],
    ['dbfs:model', 'dbfs', '', 'model'],
    ['s3://bucket', 's3', 'bucket', ''],
    ['1x:/a', '', '', '1x:/a'],
    ['', '', '', ''],
  ];
  for (const [uri, scheme, authority, path] of parts) {
    it(`splits ${JSON.stringify(uri)}`, () => {
      assert.deepEqual(splitUri(uri), { scheme, authority, path });
    });
  }

  it('finds the host between user and port', () => {
    assert.equal(hostOf('user:secret@Host:80'), 'host');
    assert.equal(hostOf('[::1]:80'), '::1');
    assert.equal(hostOf(''), '');
  });

  const models: readonly (readonly [string, ReturnType<typeof parseModelUri>])[] = [
    ['models:/m-12', { kind: 'logged', modelId: 'm-12' }],
    ['models:/a b/12', { kind: 'version', name: 'a b', version: '12' }],
    ['models:/a/Latest', { kind: 'latest', name: 'a', stage: undefined }],
    ['models:/a/Production', { kind: 'latest', name: 'a', stage: 'Production' }],
    ['models:/a@b@c', { kind: 'alias', name: 'a@b', alias: 'c' }],
    ['models:/a@', undefined],
    ['models:/a/', undefined],
    ['models:/a/b/c', undefined],
    ['models:/', undefined],
    ['models:a', undefined],
    ['runs:/a/1', undefined],
  ];
  for (const [uri, expected] of models) {
    it(`reads ${uri}`, () => assert.deepEqual(parseModelUri(uri), expected));
  }

  it('knows what lies in a folder', () => {
    assert.ok(isInside('/a/b', '/a/b'));
    assert.ok(isInside('/a/b', '/a/b/c/d'));
    assert.ok(isInside('/a', '/a/..b'));
    assert.ok(!isInside('/a/b', '/a/bc'));
    assert.ok(!isInside('/a/b', '/a'));
  });

  it('resolves .. and percent encoding in local addresses', () => {
    assert.equal(localPath('file:///a%20b/../c'), '/c');
    assert.equal(localPath('/a/b%2Fc'), '/a/b/c');
  });

  it('reads paths of Windows there', () => {
    assert.equal(localPath('file:///C:/a%20b/../c', path.win32), 'C:\\c');
    assert.equal(localPath('C:\\a\\..\\b', path.win32), 'C:\\b');
    assert.ok(isPath('C:\\a', path.win32));
    assert.ok(!isPath('C:\\a', path.posix));
    assert.ok(!isPath('s3://a/b', path.win32));
    assert.ok(isPath('a/b', path.posix));
  });

  it('knows what lies in a root, whatever its parts are encoded as', () => {
    const root = 'mlflow-artifacts:/1/run/artifacts';
    assert.ok(isUriInside(root, `${root}/model`));
    assert.ok(isUriInside(root, 'mlflow-artifacts:/1//r%2575n/artifacts/x'));
    assert.ok(!isUriInside(root, 'mlflow-artifacts:/1/run2/artifacts/x'));
    assert.ok(!isUriInside(root, 'mlflow-artifacts:/1/run'));
    assert.ok(!isUriInside(root, 's3:/1/run/artifacts/model'));
    assert.ok(!isUriInside(root, 'mlflow-artifacts://host/1/run/artifacts/model'));
    assert.ok(!isUriInside('mlflow-artifacts:/', 'mlflow-artifacts:/1'));
  });

  it('undoes every number of encodings, and never fails', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(4), (text, times) => {
        fc.pre(!text.includes('%') && Buffer.from(text).toString('utf8') === text);
        let encoded = text;
        for (let i = 0; i < times; i++) encoded = encodeURIComponent(encoded);
        assert.equal(untilStable(encoded, unquote), text);
      }),
    );
    assert.equal(unquote('%zz%ff%41'), '%zz\ufffdA');
  });

  it('adds registrations as Python writes them, each once', () => {
    const first = addRegistration(undefined, { name: 'größe "a"', version: 1 });
    assert.equal(first, '[{"name": "gr\\u00f6\\u00dfe \\"a\\"", "version": 1}]');
    const second = addRegistration(first, { name: 'b', version: 2 });
    assert.deepEqual(JSON.parse(second), [
      { name: 'größe "a"', version: 1 },
      { name: 'b', version: 2 },
    ]);
    assert.equal(addRegistration(second, { name: 'b', version: 2 }), second);
    const added = '[{"name": "b", "version": 2}]';
    assert.equal(addRegistration('not json', { name: 'b', version: 2 }), added);
    assert.equal(addRegistration('{}', { name: 'b', version: 2 }), added);
  });
});
