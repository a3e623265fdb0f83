// Maps whatever a handler threw to an answer, once: { code, message } or MLflow's form.
import { messageOf, RunlensError } from '../base/errors';
import { HttpError, type HttpReply, jsonReply } from '../protocol/http';
import { MlflowError } from '../protocol/mlflow/errors';

/** The answer for an error, and whether it is a fault of the server that belongs in the log. */
export function errorReply(
  error: unknown,
  path: string,
): { readonly reply: HttpReply; readonly isFault: boolean } {
  const { status, code } = classify(error);
  const isFault = status === 500;
  const message = isFault
    ? `The server failed: ${messageOf(error)}. Its log has the details.`
    : messageOf(error);
  const body = isMlflowPath(path)
    ? { error_code: mlflowCode(status, code), message }
    : { code, message };
  const reply = jsonReply(body, status);
  if (status !== 401) return { reply, isFault };
  return { reply: { ...reply, headers: { ...reply.headers, ...CHALLENGE } }, isFault };
}

const CHALLENGE = { 'www-authenticate': 'Bearer realm="runlens"' };

const isMlflowPath = (path: string): boolean => /^\/(ajax-)?api\/[23]\.0\//.test(path);

function classify(error: unknown): { status: number; code: string } {
  if (error instanceof HttpError) return { status: error.status, code: error.code };
  if (error instanceof RunlensError) return { status: statusOf(error.code), code: error.code };
  if (error instanceof MlflowError) return { status: error.status, code: error.errorCode };
  return { status: 500, code: 'server.failed' };
}

/** Status of the errors that know nothing of HTTP, by the last part of their code. */
function statusOf(code: string): number {
  return STATUS[code.slice(code.lastIndexOf('.') + 1)] ?? 500;
}

const STATUS: Readonly<Record<string, number>> = {
  invalid: 400,
  notFound: 404,
  unknown: 404,
  conflict: 409,
  readonly: 403,
  newer: 403,
  unavailable: 503,
};

function mlflowCode(status: number, code: string): string {
  if (/^[A-Z_]+$/.test(code)) return code;
  return MLFLOW_CODES[status] ?? 'INTERNAL_ERROR';
}

const MLFLOW_CODES: Readonly<Record<number, string>> = {
  400: 'INVALID_PARAMETER_VALUE',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'RESOURCE_DOES_NOT_EXIST',
  405: 'BAD_REQUEST',
  409: 'RESOURCE_CONFLICT',
  413: 'RESOURCE_EXHAUSTED',
  503: 'TEMPORARILY_UNAVAILABLE',
};
