/** What a command of the command line is: a name, options as data, and what it does. */
import type { Launcher } from '../protocol/discovery';
import type { Output } from './output';
import type { Server } from './server';

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for the value in the help: `NAME`. */
  readonly value?: string;
  readonly help: string;
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What follows the name: `FILE [options]`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, Option>>;
  /** How many positional arguments it takes. */
  readonly positionals: { readonly min: number; readonly max: number };
  /** @returns the exit code. */
  run(args: Args, context: Context): Promise<number>;
}

/** What was typed after the command's name, checked against its options. */
export interface Args {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  flag(name: string): boolean;
}

export interface Context {
  readonly out: Output;
  /** Whether `--json` was given: then standard output holds JSON and nothing else. */
  readonly json: boolean;
  /** Real path of the root that `--root`, or the working folder, belongs to. */
  readonly root: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder of the bundles. */
  readonly dist: string;
  now(): number;
  /** How a server is started. */
  readonly launcher: Launcher;
  /** The server of the root; started when none runs. */
  server(): Promise<Server>;
  /** Absolute path of a Python: the given one, else that of the root's environment or the PATH. */
  interpreter(given: string | undefined): Promise<string>;
  /** Calls `listener` at each Ctrl-C instead of ending; the answer ends that. */
  onInterrupt(listener: () => void): { dispose(): void };
}

/** A wrong call of the command line: exit code 2. */
export class UsageError extends Error {}

export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;
