// Reads a request's body by its schema; what is wrong is named with its place.
import type { z } from 'zod';
import { RunlensError } from '../base/errors';
import { HttpError, type HttpRequest } from '../protocol/http';
import { invalid, jsonBody } from './params';

export async function bodyAs<T>(schema: z.ZodType<T>, request: HttpRequest): Promise<T> {
  return checked(schema, await jsonBody(request));
}

export function checked<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.map(String).join('.') || 'The body';
  throw invalid(`${place}: ${issue?.message ?? 'is not valid'}`);
}

/** A graph that is refused is the caller's mistake, whatever the rest of its code says. */
export async function refusalsAs400<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RunlensError) || !error.code.startsWith('graph.')) throw error;
    throw new HttpError(400, error.code, error.message, { cause: error });
  }
}
