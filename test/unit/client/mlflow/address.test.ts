import assert from 'node:assert/strict';
import { parseAddress } from '../../../../src/client/mlflow/address';
import { authorizationOf, parseCredentials } from '../../../../src/client/mlflow/credentials';

describe('the address of an MLflow server', () => {
  const cases: [text: string, url: string, origin: string, isOpen: boolean][] = [
    ['http://localhost:5000', 'http://localhost:5000', 'http://localhost:5000', false],
    ['http://[::1]:5000/', 'http://[::1]:5000', 'http://[::1]:5000', false],
    [' https://ML.example.com/ ', 'https://ml.example.com', 'https://ml.example.com', false],
    ['https://h:443/team/mlflow/', 'https://h/team/mlflow', 'https://h', false],
    ['http://10.0.0.7:5000/#/experiments/3', 'http://10.0.0.7:5000', 'http://10.0.0.7:5000', true],
    ['http://h/p?x=1#/y', 'http://h/p', 'http://h', true],
  ];
  for (const [text, url, origin, isOpen] of cases) {
    it(`takes ${text}`, () => {
      const address = parseAddress(text);
      assert.deepEqual([address.url, address.origin, address.isOpen], [url, origin, isOpen]);
    });
  }
  for (const text of ['', 'mlflow.example.com', 'file:///etc', 'ftp://h', 'http://me:secret@h']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => parseAddress(text), { code: 'remote.address' });
    });
  }
});

describe('sign-ins', () => {
  it('travel as the header that MLflow reads', () => {
    assert.equal(authorizationOf({ kind: 'token', token: 'abc' }), 'Bearer abc');
    const basic = { kind: 'basic', user: 'ada', password: 'pä:ss' } as const;
    const [, text = ''] = authorizationOf(basic).split(' ');
    assert.equal(Buffer.from(text, 'base64').toString('utf8'), 'ada:pä:ss');
  });

  it('are read back as they were kept, and anything else is none', () => {
    const basic = { kind: 'basic', user: 'u', password: '' } as const;
    assert.deepEqual(parseCredentials(JSON.stringify(basic)), basic);
    for (const text of ['', 'x', '[]', '{"kind":"token"}', '{"kind":"basic","user":"u"}']) {
      assert.equal(parseCredentials(text), undefined, text);
    }
  });
});
