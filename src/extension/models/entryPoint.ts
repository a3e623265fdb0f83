/** The command line that runs an entry point of an MLproject. */
import type { Json } from '../../base/json';
import { valueText } from './runForm';

export interface EntryPointRun {
  /** Absolute folder of the MLproject. */
  readonly folder: string;
  readonly name: string;
  readonly values: Readonly<Record<string, Json>>;
  /** Absolute path of the interpreter to run it with, or to make its environment with. */
  readonly python: string;
}

/** `project run DIR -e NAME --python PATH -P k=v …`, behind the program. */
export const entryPointArguments = (entry: EntryPointRun): readonly string[] => [
  'project',
  'run',
  entry.folder,
  '-e',
  entry.name,
  '--python',
  entry.python,
  ...Object.entries(entry.values).flatMap(([key, value]) => ['-P', `${key}=${valueText(value)}`]),
];
