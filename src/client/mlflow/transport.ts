/**
 * Requests to an MLflow server on another machine: with time limits, never after a redirect, and the
 * answer's status in words.
 */
// VS Code sends requests through the user's proxy and trusts the user's certificates, but only for
// modules that are asked for by their bare names (its loader compares the text).
// biome-ignore lint/style/useNodejsImportProtocol: see above
import * as http from 'http';
// biome-ignore lint/style/useNodejsImportProtocol: see above
import * as https from 'https';
import { isRecord } from '../../base/json';
import { parseClientJson } from '../../protocol/mlflow/json';
import type { RemoteAddress } from './address';
import { authorizationOf, type Credentials } from './credentials';
import { RemoteError } from './errors';

export interface TransportOptions {
  readonly address: RemoteAddress;
  /** Asked before each request, for this address's origin only. */
  readonly credentials: () => Promise<Credentials | undefined>;
  readonly version: string;
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  /** Without a byte in either direction. */
  readonly idleMs: number;
  /** For a whole answer that is read into memory. */
  readonly totalMs: number;
  readonly answerBytes: number;
}
const LIMITS: Limits = { idleMs: 15_000, totalMs: 60_000, answerBytes: 128 * 1024 * 1024 };

export interface RemoteRequest {
  readonly method: 'GET' | 'POST';
  /** Below the address, with its query: `/api/2.0/mlflow/runs/get?run_id=…`. */
  readonly path: string;
  readonly body?: object;
  readonly signal?: AbortSignal | undefined;
}

export interface RemoteReply {
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export class Transport {
  private readonly limits: Limits;
  private readonly agent: http.Agent;

  constructor(private readonly options: TransportOptions) {
    this.limits = { ...LIMITS, ...options.limits };
    const keep = { keepAlive: true, maxSockets: 6 };
    this.agent = this.isTls ? new https.Agent(keep) : new http.Agent(keep);
  }

  get address(): RemoteAddress {
    return this.options.address;
  }

  /** @throws RemoteError */
  async json(request: RemoteRequest): Promise<Record<string, unknown>> {
    const { text } = await this.text(request);
    const value = jsonOf(text);
    if (!isRecord(value)) throw this.notMlflow();
    return value;
  }

  /** The whole answer as text. @throws RemoteError */
  async text(request: RemoteRequest): Promise<RemoteReply> {
    const response = await this.open(request, AbortSignal.timeout(this.limits.totalMs));
    const text = await this.read(response, request.signal);
    return { headers: response.headers, text };
  }

  /** The answer as it arrives, when its status is good. @throws RemoteError */
  async open(request: RemoteRequest, deadline?: AbortSignal): Promise<http.IncomingMessage> {
    const response = await this.send(request, deadline);
    const { statusCode = 0 } = response;
    if (statusCode >= 200 && statusCode < 300) return response;
    const text = await this.read(response, request.signal).catch(() => '');
    throw this.errorOf(statusCode, response.headers, text);
  }

  dispose(): void {
    this.agent.destroy();
  }

  notMlflow(): RemoteError {
    return new RemoteError(
      'notMlflow',
      `${this.address.url} answers, but it is no MLflow server. Check the address.`,
    );
  }

  /** What went wrong with a request, in words. */
  failure(error: unknown, signal?: AbortSignal): RemoteError {
    if (error instanceof RemoteError) return error;
    if (signal?.aborted) return new RemoteError('cancelled', 'Cancelled.', { cause: error });
    const detail = error instanceof Error ? error.message : String(error);
    const words = /abort|time/i.test(detail) ? 'does not answer in time' : 'cannot be reached';
    return new RemoteError('unreachable', `${this.address.url} ${words}: ${detail}`, {
      cause: error,
    });
  }

  private get isTls(): boolean {
    return this.address.origin.startsWith('https:');
  }

  private async send(
    { method, path, body, signal }: RemoteRequest,
    deadline: AbortSignal | undefined,
  ): Promise<http.IncomingMessage> {
    const credentials = await this.options.credentials();
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers: Record<string, string> = { 'user-agent': `runlens/${this.options.version}` };
    if (credentials) headers['authorization'] = authorizationOf(credentials);
    if (text !== undefined) {
      headers['content-type'] = 'application/json';
      headers['content-length'] = String(Buffer.byteLength(text));
    }
    const { agent } = this;
    const signals = [signal, deadline].filter((each) => each !== undefined);
    const ends = AbortSignal.any(signals);
    const { request: start } = this.isTls ? https : http;
    return new Promise((resolve, reject) => {
      const settings = { method, headers, agent, signal: ends };
      const request = start(`${this.address.url}${path}`, settings, resolve);
      request.setTimeout(this.limits.idleMs, () => {
        request.destroy(new Error(`no byte for ${this.limits.idleMs / 1000} s: time is up`));
      });
      request.once('error', (error) => reject(this.failure(error, signal)));
      request.end(text);
    });
  }

  private async read(response: http.IncomingMessage, signal?: AbortSignal): Promise<string> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > this.limits.answerBytes) throw tooLarge(this.limits.answerBytes);
        chunks.push(chunk);
      }
    } catch (error) {
      throw this.failure(error, signal);
    }
    return Buffer.concat(chunks).toString('utf8');
  }

  private errorOf(status: number, headers: http.IncomingHttpHeaders, text: string): RemoteError {
    const { url } = this.address;
    if (status >= 300 && status < 400) return this.redirected(headers.location);
    const value = jsonOf(text);
    const said = isRecord(value) && typeof value['message'] === 'string' ? value['message'] : '';
    const code = isRecord(value) ? value['error_code'] : undefined;
    if (status === 401 || (status === 403 && code !== 'PERMISSION_DENIED')) {
      return new RemoteError('unauthorised', `${url} asks for a valid sign-in.`);
    }
    if (status === 429 || (status >= 502 && status <= 504)) {
      const retryAfterMs = retryAfter(headers['retry-after']);
      const options = retryAfterMs === undefined ? {} : { retryAfterMs };
      return new RemoteError('unreachable', `${url} is busy or down (status ${status}).`, options);
    }
    const errorCode = typeof code === 'string' ? code : `HTTP_${status}`;
    const words = said === '' ? `The server answered with status ${status}.` : said;
    return new RemoteError('refused', words, { errorCode });
  }

  /** Followed, a redirect could carry the secret to another server. */
  private redirected(location: string | undefined): RemoteError {
    const { url } = this.address;
    const where = location === undefined ? 'elsewhere' : `to ${location.split('?')[0]}`;
    return new RemoteError(
      'notMlflow',
      `${url} redirects ${where}. Redirects are not followed: use the address behind it, or one that takes a token or password.`,
    );
  }
}

const tooLarge = (bytes: number) =>
  new RemoteError('tooLarge', `The answer is larger than ${bytes / 1024 / 1024} MiB.`);

function jsonOf(text: string): unknown {
  try {
    return parseClientJson(text);
  } catch {
    // Not JSON: the caller says what that means.
    return undefined;
  }
}

/** Seconds; the form with a date is left to our own back-off. */
function retryAfter(value: string | undefined): number | undefined {
  const seconds = Number(value);
  return value !== undefined && seconds > 0 && seconds < 3600 ? seconds * 1000 : undefined;
}
