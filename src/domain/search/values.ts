/** Checks of a clause's operator and value that runs and experiments share, with MLflow's messages. */
import { SearchError } from './error';
import type { RawClause, RawValue } from './scanner';

/** The operator, when it is one of `valid`. */
export function expectOperator<T extends string>(clause: RawClause, valid: readonly T[]): T {
  const found = valid.find((operator) => operator === clause.operator.text);
  if (found !== undefined) return found;
  const names = valid.map((operator) => `'${operator}'`).join(', ');
  throw new SearchError(
    `Invalid comparator '${clause.operator.text}' not one of '{${names}}'`,
    clause.operator.start,
    valid,
  );
}

/** A quoted text. `what` names the entity as MLflow's message does. */
export function expectString(clause: RawClause, what: string): string {
  const value = clause.value;
  if (value?.kind === 'string') return value.value;
  if (value?.kind === 'word') {
    throw new SearchError(
      'Parameter value is either not quoted or unidentified quote types used for string value ' +
        `${value.piece.text}. Use either single or double quotes.`,
      value.piece.start,
    );
  }
  throw new SearchError(
    `Expected a quoted string value for ${what}. Got value ${textOf(value)}`,
    positionOf(clause),
  );
}

/** A number. `what` is MLflow's: `metric`, or `numeric attribute: start_time`. */
export function expectNumber(clause: RawClause, what: string): number {
  const value = clause.value;
  if (value?.kind === 'number') return value.value;
  throw new SearchError(
    `Expected numeric value type for ${what}. Found ${textOf(value)}`,
    positionOf(clause),
  );
}

export const positionOf = (clause: RawClause): number =>
  clause.value?.piece.start ?? clause.operator.start;

const textOf = (value: RawValue | undefined) => value?.piece.text ?? 'nothing';
