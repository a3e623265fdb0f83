/** The environment of new terminals: an unmodified MLflow script logs to the folder it is in. */
import * as path from 'node:path';
import type { Discovery } from '../../protocol/discovery';

const USER = 'runlens';

/** One change of a variable. */
export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly how: 'replace' | 'append';
}

/**
 * User name and password are set with the token, since MLflow's client lets a stored password win
 * over a token. Nothing when the user has an address of their own.
 */
export function terminalVariables(
  discovery: Discovery,
  sdk: string,
  user: Readonly<Record<string, string | undefined>>,
): readonly Variable[] {
  const replace = (name: string, value: string): Variable => ({ name, value, how: 'replace' });
  // Appended to nothing, the separator would put the working folder on Python's path.
  const joint = user['PYTHONPATH'] ? path.delimiter : '';
  const pythonPath: Variable = { name: 'PYTHONPATH', value: `${joint}${sdk}`, how: 'append' };
  // An editor started from one of our terminals inherits our own variables.
  const isForeign = user['MLFLOW_TRACKING_USERNAME'] !== USER;
  if (user['MLFLOW_TRACKING_URI'] && isForeign) return [pythonPath];
  const { tracking } = discovery.tokens;
  return [
    replace('MLFLOW_TRACKING_URI', `http://127.0.0.1:${discovery.port}`),
    replace('MLFLOW_TRACKING_TOKEN', tracking),
    replace('MLFLOW_TRACKING_USERNAME', USER),
    replace('MLFLOW_TRACKING_PASSWORD', tracking),
    pythonPath,
  ];
}
