// Reads values of foreign files and rows, whatever type an MLflow of some version gave them.
import {
  LOGGED_MODEL_STATUSES,
  type LoggedModelStatus,
  MODEL_STAGES,
  MODEL_VERSION_STATUSES,
  type ModelStage,
  type ModelVersionStatus,
} from '../domain/model';
import { type LifecycleStage, RUN_STATUSES, type RunStatus } from '../domain/run';

/** Text, also of a number (old versions wrote ids as numbers); undefined for nothing. */
export function maybeText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') {
    return String(value);
  }
  return undefined;
}

/** Text that says something. */
export const filled = (value: unknown): string | undefined => maybeText(value) || undefined;

/** A whole number of at most 2^53, also of text. */
export function maybeWhole(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') {
    return undefined;
  }
  if (value === '') return undefined;
  const number = Math.trunc(Number(value));
  return Number.isSafeInteger(number) ? number + 0 : undefined;
}

/** `SCHEDULED` or its number in MLflow's enumeration; a run without status is running. */
export function runStatus(value: unknown): RunStatus {
  const byNumber: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];
  return oneOf(RUN_STATUSES, value) ?? byNumber[Number(value) - 1] ?? 'RUNNING';
}

/** `READY`, `LOGGED_MODEL_READY` or its number; pending when it is unknown. */
export function modelStatus(value: unknown): LoggedModelStatus {
  if (value === 'FAILED') return 'LOGGED_MODEL_UPLOAD_FAILED';
  const status = oneOf(LOGGED_MODEL_STATUSES, value);
  const named = oneOf(LOGGED_MODEL_STATUSES, `LOGGED_MODEL_${maybeText(value) ?? ''}`);
  return status ?? named ?? LOGGED_MODEL_STATUSES[Number(value) - 1] ?? 'LOGGED_MODEL_PENDING';
}

/** Undefined for a deleted version. */
export function modelStage(value: unknown): ModelStage | undefined {
  if (value === 'Deleted_Internal') return undefined;
  return oneOf(MODEL_STAGES, value) ?? 'None';
}

export const versionStatus = (value: unknown): ModelVersionStatus =>
  oneOf(MODEL_VERSION_STATUSES, value) ?? 'READY';

export const lifecycleStage = (value: unknown): LifecycleStage =>
  value === 'deleted' ? 'deleted' : 'active';

function oneOf<T extends string>(known: readonly T[], value: unknown): T | undefined {
  return known.find((item) => item === value);
}

/** A version number; undefined when it is none. */
export function versionNumber(value: unknown): number | undefined {
  const number = maybeWhole(value);
  return number !== undefined && number > 0 ? number : undefined;
}
