/** Finds the command that was asked for, runs it, and turns what goes wrong into one line and a code. */
import { messageOf } from '../base/errors';
import { helpLines, parseCommandArgs } from './args';
import { type Command, type Context, EXIT, UsageError } from './command';
import { artifactsCommand } from './commands/artifacts';
import { doctorCommand } from './commands/doctor';
import { editCommand } from './commands/edit';
import { envCommand } from './commands/env';
import { explainCommand } from './commands/explain';
import { exportCommand } from './commands/export';
import { importCommand } from './commands/import';
import { logsCommand } from './commands/logs';
import { lsCommand } from './commands/ls';
import { mvCommand } from './commands/mv';
import { projectCommand } from './commands/project';
import { recreateCommand } from './commands/recreate';
import { runCommand } from './commands/run';
import { serveCommand } from './commands/serve';
import { showCommand } from './commands/show';
import { stopCommand } from './commands/stop';
import { trashCommand } from './commands/trash';
import type { Output } from './output';

export const COMMANDS: readonly Command[] = [
  envCommand,
  runCommand,
  lsCommand,
  artifactsCommand,
  showCommand,
  explainCommand,
  logsCommand,
  editCommand,
  mvCommand,
  trashCommand,
  doctorCommand,
  recreateCommand,
  projectCommand,
  serveCommand,
  importCommand,
  exportCommand,
  stopCommand,
];

/** What `runCli` is given: everything of a context that does not depend on the arguments. */
export interface Surroundings {
  readonly version: string;
  readonly out: Output;
  createContext(options: { root: string | undefined; json: boolean }): Context;
}

/** @returns the exit code: 0, 1 when it failed, 2 when it was called wrongly, 130 after Ctrl-C. */
export async function runCli(argv: readonly string[], world: Surroundings): Promise<number> {
  try {
    return await dispatch(argv, world);
  } catch (error) {
    const [first = ''] = messageOf(error).split('\n');
    world.out.error(`runlens: ${first}`);
    for (const line of messageOf(error).split('\n').slice(1)) world.out.error(`  ${line}`);
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function dispatch(argv: readonly string[], world: Surroundings): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--version') return print(world.out, [world.version]);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    print(world.out, overview());
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (!command) throw new UsageError(`there is no command "${name}"; see runlens --help`);
  const args = parseCommandArgs(command, rest);
  if (args.flag('help')) return print(world.out, helpLines(command));
  const context = world.createContext({ root: args.text('root'), json: args.flag('json') });
  return await command.run(args, context);
}

function print(out: Output, lines: readonly string[]): number {
  for (const line of lines) out.line(line);
  return EXIT.ok;
}

function overview(): string[] {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  return [
    'runlens: experiments and pipelines from the terminal',
    '',
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'runlens COMMAND --help says more. Each takes --json and --root DIR.',
  ];
}
