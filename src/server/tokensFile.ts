// The file of read and write tokens: its format, who may see it, and its renewal while it is used.
import { createHash, timingSafeEqual } from 'node:crypto';
import * as fs from 'node:fs';
import type { Disposable } from '../base/disposable';
import { messageOf, RunlensError } from '../base/errors';

export type Right = 'read' | 'write';

export interface TeamToken {
  /** Who it was given to: told in the access log. */
  readonly name: string;
  readonly right: Right;
  /** SHA-256 of the token, 32 bytes. */
  readonly digest: Buffer;
}

/** Shorter ones could be guessed. */
const LEAST_LENGTH = 20;
const NAME = /^[\w.@-]{1,64}$/;
const HASHED = /^sha256:([0-9a-f]{64})$/;
const RECHECK_MS = 1000;

/**
 * Reads lines `name right token`, where right is `read` or `write` and token is at least 20 visible
 * ASCII characters, or `sha256:` and the 64 digits of its hash. `#` begins a comment line. A name may have
 * several tokens, so that an old one overlaps with its successor.
 * @throws RunlensError `tokens.format` with the line's number, never with its token.
 */
export function parseTokens(text: string): TeamToken[] {
  const tokens = text.split(/\r?\n/).flatMap((line, at) => {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]?.startsWith('#')) return [];
    return [parseLine(words, at + 1)];
  });
  if (tokens.length === 0) throw formatError('has no token. Add a line `name write token`.');
  const digests = new Set(tokens.map(({ digest }) => digest.toString('hex')));
  if (digests.size < tokens.length) throw formatError('gives one token to several lines.');
  return tokens;
}

function parseLine(words: readonly string[], line: number): TeamToken {
  const [name = '', right, token = '', ...more] = words;
  if (words.length < 3 || more.length > 0)
    throw formatError(`: line ${line} must be \`name read|write token\`.`);
  if (!NAME.test(name))
    throw formatError(`: the name in line ${line} may have letters, digits and _ . @ - only.`);
  if (right !== 'read' && right !== 'write')
    throw formatError(`: the second word of line ${line} must be read or write.`);
  const hashed = HASHED.exec(token)?.[1];
  if (hashed !== undefined) return { name, right, digest: Buffer.from(hashed, 'hex') };
  if (token.length < LEAST_LENGTH || !/^[\x21-\x7e]+$/.test(token))
    throw formatError(
      `: the token in line ${line} must have at least ${LEAST_LENGTH} visible ASCII characters. ` +
        '`openssl rand -hex 32` makes one.',
    );
  return { name, right, digest: digestOf(token) };
}

const formatError = (what: string): RunlensError =>
  new RunlensError('tokens.format', `The tokens file ${what}`.replace(' :', ':'));

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Compares with every token, each in constant time, so that the time tells nothing. */
export function findToken(tokens: readonly TeamToken[], given: string): TeamToken | undefined {
  const digest = digestOf(given);
  let found: TeamToken | undefined;
  for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token;
  return found;
}

/** The tokens of a file, read again within a second after it changed. */
export class TokensFile implements Disposable {
  private tokens: readonly TeamToken[];
  private stamp: string;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param onProblem told once per change that cannot be read; the tokens of before stay valid.
   * @throws RunlensError `tokens.missing`, `tokens.open`, `tokens.format`
   */
  constructor(
    private readonly file: string,
    private readonly onProblem: (message: string) => void,
  ) {
    this.stamp = stampOf(file);
    this.tokens = readTokens(file);
    this.timer = setInterval(() => this.renew(), RECHECK_MS);
    this.timer.unref();
  }

  find(given: string): TeamToken | undefined {
    return findToken(this.tokens, given);
  }

  renew(): void {
    const stamp = stampOf(this.file);
    if (stamp === this.stamp) return;
    this.stamp = stamp;
    try {
      this.tokens = readTokens(this.file);
    } catch (error) {
      this.onProblem(`${messageOf(error)} The tokens of before stay valid until it can be read.`);
    }
  }

  dispose(): void {
    clearInterval(this.timer);
  }
}

function readTokens(file: string): readonly TeamToken[] {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch (error) {
    throw new RunlensError(
      'tokens.missing',
      `The tokens file ${file} cannot be read: ${messageOf(error)}.`,
      { cause: error },
    );
  }
  try {
    checkOwner(file, fs.fstatSync(fd));
    return parseTokens(fs.readFileSync(fd, 'utf8'));
  } finally {
    fs.closeSync(fd);
  }
}

/** This user's or root's, and closed to others; the group may read it (root:runlens, 0640). */
function checkOwner(file: string, { uid, mode }: fs.Stats): void {
  const own = process.getuid?.();
  if (own === undefined) return;
  if (uid !== own && uid !== 0) {
    throw new RunlensError(
      'tokens.open',
      `The tokens file ${file} belongs to another user (uid ${uid}). Give it to the user of the server.`,
    );
  }
  if (mode & 0o027) {
    throw new RunlensError(
      'tokens.open',
      `The tokens file ${file} is open to other users (mode ${(mode & 0o777).toString(8)}). ` +
        `Close it: chmod 600 ${file}`,
    );
  }
}

function stampOf(file: string): string {
  const stat = fs.statSync(file, { throwIfNoEntry: false, bigint: true });
  return stat ? `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}` : 'none';
}
