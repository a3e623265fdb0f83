// The tokens file: its format, who may see it, its renewal.
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import fc from 'fast-check';
import { findToken, parseTokens, TokensFile } from '../../../src/server/tokensFile';

const [READ, WRITE] = ['r'.repeat(24), 'w'.repeat(40)];
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

describe('parseTokens', () => {
  it('reads names, rights, hashes, comments and empty lines', () => {
    const text = `# team\n\nci read ${READ}\r\n  anna@host\twrite   sha256:${sha(WRITE)}\n#x y z\n`;
    const tokens = parseTokens(text);
    assert.deepEqual(
      tokens.map(({ name, right }) => [name, right]),
      [
        ['ci', 'read'],
        ['anna@host', 'write'],
      ],
    );
    assert.equal(findToken(tokens, READ)?.name, 'ci');
    assert.equal(findToken(tokens, WRITE)?.right, 'write');
    assert.equal(findToken(tokens, WRITE.toUpperCase()), undefined);
    assert.equal(findToken(tokens, ''), undefined);
    assert.equal(findToken(tokens, `sha256:${sha(WRITE)}`), undefined, 'the hash is no token');
  });

  const cases: [string, string, RegExp][] = [
    ['nothing', '# only a comment\n', /no token/],
    ['two words', 'anna write\n', /line 1/],
    ['four words', `a write ${WRITE} x\n`, /line 1/],
    ['another right', `# x\nanna admin ${WRITE}\n`, /line 2 must be read or write/],
    ['a right in another case', `anna Write ${WRITE}\n`, /read or write/],
    ['a short token', 'anna write 0123456789\n', /at least 20/],
    ['a token that is not ASCII', `anna write ${'ä'.repeat(24)}\n`, /at least 20/],
    ['a short hash', 'anna write sha256:abc\n', /at least 20/],
    ['a name with a quote', `an"na write ${WRITE}\n`, /name in line 1/],
    ['one token twice', `a read ${READ}\nb write ${READ}\n`, /one token to several/],
    ['a token and its hash', `a read ${READ}\nb write sha256:${sha(READ)}\n`, /one token to sev/],
  ];
  for (const [name, text, message] of cases) {
    it(`refuses ${name}, without telling the token`, () => {
      assert.throws(
        () => parseTokens(text),
        (error: Error) => {
          assert.match(error.message, message);
          for (const secret of [READ, WRITE, '0123456789']) {
            assert.ok(!error.message.includes(secret), error.message);
          }
          return true;
        },
      );
    });
  }

  it('finds each token of any file, and no other text', () => {
    const token = fc.stringMatching(/^[!-~]{20,60}$/).filter((text) => !text.startsWith('sha256:'));
    const entry = fc.record({
      name: fc.stringMatching(/^[\w.@-]{1,20}$/),
      right: fc.constantFrom('read', 'write'),
      token,
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { minLength: 1, maxLength: 8, selector: (e) => e.token }),
        fc.string(),
        (entries, other) => {
          const text = entries.map((e) => `${e.name} ${e.right} ${e.token}`).join('\n');
          const tokens = parseTokens(text);
          for (const e of entries) {
            const found = findToken(tokens, e.token);
            assert.deepEqual([found?.name, found?.right], [e.name, e.right]);
          }
          if (!entries.some((e) => e.token === other)) {
            assert.equal(findToken(tokens, other), undefined);
          }
        },
      ),
    );
  });
});

describe('TokensFile', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-tokens-'));
  const file = path.join(folder, 'tokens');
  const problems: string[] = [];
  const open = () => new TokensFile(file, (message) => problems.push(message));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  beforeEach(() => {
    problems.length = 0;
    fs.rmSync(file, { force: true });
    fs.writeFileSync(file, `ci read ${READ}\n`, { mode: 0o600 });
  });

  it('takes up a changed file, and forgets a removed token', () => {
    const tokens = open();
    assert.equal(tokens.find(WRITE), undefined);
    fs.writeFileSync(file, `anna write ${WRITE}\n`);
    tokens.renew();
    assert.equal(tokens.find(WRITE)?.name, 'anna');
    assert.equal(tokens.find(READ), undefined);
    tokens.dispose();
  });

  it('keeps the tokens of before while the file is wrong, and says so once', () => {
    const tokens = open();
    fs.writeFileSync(file, 'anna wri');
    tokens.renew();
    tokens.renew();
    assert.equal(tokens.find(READ)?.name, 'ci');
    assert.equal(problems.length, 1);
    assert.match(problems[0]!, /line 1 .* stay valid/);
    tokens.dispose();
  });

  for (const mode of [0o604, 0o644, 0o620, 0o666]) {
    it(`refuses mode ${mode.toString(8)}`, () => {
      fs.chmodSync(file, mode);
      assert.throws(open, { code: 'tokens.open' });
    });
  }
  for (const mode of [0o600, 0o400, 0o640]) {
    it(`takes mode ${mode.toString(8)}`, () => {
      fs.chmodSync(file, mode);
      open().dispose();
    });
  }

  it('says which file is not there', () => {
    fs.rmSync(file);
    assert.throws(open, { code: 'tokens.missing', message: new RegExp(path.basename(file)) });
  });
});
