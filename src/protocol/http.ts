import { RunlensError } from '../base/errors';

/**
 * A route as plain values: what `tracking` and `api` declare and `server/http` serves. Nothing here
 * knows node:http, so handlers are tested by calling them.
 */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Which token a route asks for. The control token opens tracking routes too. */
export type Access = 'none' | 'tracking' | 'control';

export interface HttpRequest {
  readonly method: Method;
  /** Decoded path without query. */
  readonly path: string;
  /** Path parameters: `:id`, and `*` for the rest of the path. */
  readonly params: Readonly<Record<string, string>>;
  /** Each key with its values in order. */
  readonly query: ReadonlyMap<string, readonly string[]>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The whole body. @throws HttpError 413 beyond `limit` bytes (default 32 MiB). */
  body(limit?: number): Promise<Uint8Array>;
  /** The body as it arrives; may be read once, instead of `body`. */
  stream(): AsyncIterable<Uint8Array>;
  /** Aborted when the client goes away before the answer was sent. */
  readonly gone: Gone;
}

/** The part of AbortSignal that handlers use. */
export interface Gone {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
}

export interface HttpReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, bytes, or a stream sent with back-pressure. */
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

export interface Route {
  readonly method: Method;
  /** find-my-way syntax: `/api/runs/:id`, `/files/*`. */
  readonly path: string;
  readonly access: Access;
  handle(request: HttpRequest): Promise<HttpReply> | HttpReply;
}

/** An error whose status a handler chooses itself. */
export class HttpError extends RunlensError {
  constructor(
    readonly status: number,
    code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(code, message, options);
  }
}

export function jsonReply(value: unknown, status = 200): HttpReply {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}
