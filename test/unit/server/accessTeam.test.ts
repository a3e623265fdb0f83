// Who is let in by a server for others: decided from what is asked, whence and with which token.
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { HttpError, type Method } from '../../../src/protocol/http';
import type { Asked } from '../../../src/server/access';
import { isFromHere, isLoopback, matchesHost, teamGuard } from '../../../src/server/accessTeam';
import { findToken, parseTokens } from '../../../src/server/tokensFile';

const [READ, WRITE] = ['r'.repeat(24), 'w'.repeat(40)];
const OWN = { tracking: 't'.repeat(64), control: 'c'.repeat(64) };
const team = parseTokens(`ci read ${READ}\nanna write ${WRITE}\n`);
const guard = teamGuard({
  host: '192.0.2.1',
  allowedHosts: ['runs.example.org', 'other.example.org:8443', '*.lab.example.org'],
  allowedOrigins: ['https://app.example.org'],
  tokens: OWN,
  teamTokens: { find: (given) => findToken(team, given) },
});

const asked = (headers: Asked['headers'], remote = '198.51.100.4'): Asked => ({
  headers,
  remote,
  port: 5000,
});
const here = (headers: Asked['headers'] = {}) =>
  asked({ host: '127.0.0.1:5000', ...headers }, '127.0.0.1');

function statusOf(action: () => unknown): number {
  try {
    action();
    return 200;
  } catch (error) {
    if (error instanceof HttpError) return error.status;
    throw error;
  }
}

describe('hosts and origins', () => {
  const cases: [string, Asked, number][] = [
    ['the bound address', asked({ host: '192.0.2.1:5000' }), 200],
    ['an allowed name', asked({ host: 'runs.example.org' }), 200],
    ['an allowed name in capitals', asked({ host: 'RUNS.example.org' }), 200],
    ['an allowed name with a port', asked({ host: 'runs.example.org:443' }), 200],
    ['a name allowed with another port', asked({ host: 'other.example.org' }), 403],
    ['a name allowed with this port', asked({ host: 'other.example.org:8443' }), 200],
    ['a name of an allowed domain', asked({ host: 'a.lab.example.org' }), 200],
    ['the domain itself', asked({ host: 'lab.example.org' }), 403],
    ['another name', asked({ host: 'evil.example' }), 403],
    ['an allowed name as a part', asked({ host: 'runs.example.org.evil.example' }), 403],
    ['no name', asked({}), 403],
    ['a loopback name from afar', asked({ host: '127.0.0.1:5000' }), 403],
    ['a loopback name from here', here(), 200],
    ['another name from here, as a proxy may send', here({ host: 'evil.example' }), 403],
    [
      'a page of the same name',
      asked({ host: 'runs.example.org', origin: 'https://runs.example.org' }),
      200,
    ],
    [
      'a page that is allowed',
      asked({ host: 'runs.example.org', origin: 'https://app.example.org' }),
      200,
    ],
    [
      'the page over plain http',
      asked({ host: 'runs.example.org', origin: 'http://app.example.org' }),
      403,
    ],
    ['a foreign page', asked({ host: 'runs.example.org', origin: 'https://evil.example' }), 403],
    ['a page without an origin', asked({ host: 'runs.example.org', origin: 'null' }), 403],
  ];
  for (const [name, request, status] of cases) {
    it(`${name}: ${status}`, () => {
      assert.equal(
        statusOf(() => guard.checkSource(request)),
        status,
      );
    });
  }

  it('no name matches by accident', () => {
    fc.assert(
      fc.property(fc.webAuthority({ withPort: true }), (host) => {
        const isOurs = /^(runs\.example\.org(:\d+)?|other\.example\.org:8443)$/i.test(host);
        const isLab = /\.lab\.example\.org(:\d+)?$/i.test(host);
        assert.equal(
          matchesHost(host, 'runs.example.org'),
          /^runs\.example\.org(:\d+)?$/.test(host),
        );
        const status = statusOf(() => guard.checkSource(asked({ host })));
        assert.equal(status, isOurs || isLab ? 200 : 403);
      }),
    );
  });
});

describe('tokens of a team', () => {
  const SEARCH = ['POST', '/api/2.0/mlflow/runs/search', 'tracking'] as const;
  const CREATE = ['POST', '/api/2.0/mlflow/runs/create', 'tracking'] as const;
  const LAUNCH = ['POST', '/api/launches', 'control'] as const;
  const HEALTH = ['GET', '/health', 'none'] as const;
  const far = (token?: string) =>
    asked({
      host: 'runs.example.org',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    });
  const near = (token: string, more: Asked['headers'] = {}) =>
    here({ authorization: `Bearer ${token}`, ...more });

  const cases: [
    string,
    Asked,
    readonly [Method, string, 'none' | 'tracking' | 'control'],
    number,
  ][] = [
    ['nobody asks for health', far(), HEALTH, 200],
    ['nobody searches', far(), SEARCH, 401],
    ['a wrong token searches', far('x'.repeat(40)), SEARCH, 401],
    ['a read token searches', far(READ), SEARCH, 200],
    ['a read token writes', far(READ), CREATE, 403],
    ['a write token writes', far(WRITE), CREATE, 200],
    ['a write token searches', far(WRITE), SEARCH, 200],
    ['a read token runs code', far(READ), LAUNCH, 403],
    ['a write token runs code', far(WRITE), LAUNCH, 403],
    ['a write token runs code on the machine itself', near(WRITE), LAUNCH, 403],
    ['the control token comes from afar', far(OWN.control), LAUNCH, 401],
    ['the control token searches from afar', far(OWN.control), SEARCH, 401],
    ['the tracking token comes from afar', far(OWN.tracking), SEARCH, 401],
    ['the control token of this machine', near(OWN.control), LAUNCH, 200],
    ['the tracking token of this machine', near(OWN.tracking), CREATE, 200],
    ['the tracking token runs code', near(OWN.tracking), LAUNCH, 403],
    [
      'the control token through a proxy',
      near(OWN.control, { 'x-forwarded-for': '10.0.0.1' }),
      LAUNCH,
      401,
    ],
    ['the control token through another proxy', near(OWN.control, { via: '1.1 x' }), LAUNCH, 401],
    [
      'the control token under a public name',
      asked({ host: 'runs.example.org', authorization: `Bearer ${OWN.control}` }, '127.0.0.1'),
      LAUNCH,
      401,
    ],
  ];
  for (const [name, request, [method, path, access], status] of cases) {
    it(`${name}: ${status}`, () => {
      const check = () => guard.checkToken(request, { method, path, access }, () => undefined);
      assert.equal(statusOf(check), status);
    });
  }

  it('are told by their names, those of refused requests too', () => {
    const nameOf = (request: Asked, [method, path, access]: typeof SEARCH | typeof CREATE) => {
      let name = '';
      statusOf(() =>
        guard.checkToken(request, { method, path, access }, (caller) => {
          name = caller;
        }),
      );
      return name;
    };
    assert.equal(nameOf(far(READ), SEARCH), 'ci');
    assert.equal(nameOf(far(READ), CREATE), 'ci');
    assert.equal(nameOf(near(OWN.tracking), SEARCH), 'local');
    assert.equal(nameOf(far('x'.repeat(40)), SEARCH), '');
  });

  it('without a tokens file the own tracking token is the one for a proxy', () => {
    const alone = teamGuard({
      host: '127.0.0.1',
      allowedHosts: ['runs.example.org'],
      allowedOrigins: [],
      tokens: OWN,
      teamTokens: undefined,
    });
    const route = { method: CREATE[0], path: CREATE[1], access: CREATE[2] };
    const nobody = () => undefined;
    assert.equal(
      statusOf(() => alone.checkToken(far(OWN.tracking), route, nobody)),
      200,
    );
    assert.equal(
      statusOf(() => alone.checkToken(far(OWN.control), route, nobody)),
      401,
    );
    const launch = { method: LAUNCH[0], path: LAUNCH[1], access: LAUNCH[2] };
    assert.equal(
      statusOf(() => alone.checkToken(far(OWN.tracking), launch, nobody)),
      403,
    );
  });
});

describe('loopback', () => {
  for (const address of ['127.0.0.1', '127.3.4.5', '::1', '[::1]', '::ffff:127.0.0.1', 'localhost'])
    it(`is ${address}`, () => assert.ok(isLoopback(address)));
  for (const address of ['', '0.0.0.0', '::', '10.0.0.1', '127.0.0.1.evil.example', '128.0.0.1'])
    it(`is not ${JSON.stringify(address)}`, () => assert.ok(!isLoopback(address)));
  it('counts only under its own names', () => {
    assert.ok(isFromHere(here()));
    assert.ok(!isFromHere(here({ host: '127.0.0.1:5001' })));
    assert.ok(!isFromHere(asked({ host: '127.0.0.1:5000' })));
  });
});
