// Where an mlruns folder is written, and the addresses in it.
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Place {
  /** Where it is written, and where it will be: addresses in it name the latter. */
  readonly folder: string;
  readonly final: string;
}

export const uriOf = ({ final }: Place, ...names: readonly string[]): string =>
  pathToFileURL(path.join(final, ...names)).href;
