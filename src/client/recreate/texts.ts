/** The files beside the code of a recreated run: command, requirements, parameters, explanation. */

import path from 'node:path';
import { shellQuoted } from '../../base/shell';
import { type RunEnvironment, requirementLines } from '../../domain/environment';
import { commandText } from '../../domain/recreation';
import type { RunDetail } from '../../protocol/rows';

/** Folder of the code inside a recreated run. */
export const CODE = 'code';

export interface Recreated {
  readonly run: RunDetail;
  readonly environment: RunEnvironment;
  /** Absolute folder that everything is written to. */
  readonly target: string;
  readonly datasets: readonly object[];
  /** What is missing or to be known, a sentence each. */
  readonly notes: readonly string[];
}

/** The command in the recreated folder; undefined for what no command made (a notebook). */
export interface Command {
  /** Program: `python`, or `runlens` for what the editor started. */
  readonly program: 'python' | 'runlens';
  readonly arguments: readonly string[];
  /** Working folder: relative to the target when it lies in the code, else absolute. */
  readonly folder: string;
}

/** Texts by file name. */
export function recreatedFiles(recreated: Recreated): Record<string, string> {
  const { run, environment, datasets } = recreated;
  const command = commandIn(recreated);
  const params = Object.fromEntries(run.params.map(({ key, value }) => [key, value]));
  return {
    'requirements.txt': requirements(environment),
    'params.json': json(params),
    ...(datasets.length > 0 ? { 'data.json': json(datasets) } : {}),
    'environment.json': json(environment),
    ...(command ? { 'run.sh': script(recreated, command) } : {}),
    'README.md': readme(recreated, command),
  };
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

function requirements({ python, packages }: RunEnvironment): string {
  const own = packages.filter(({ name }) => name !== 'pip');
  return [`# Python ${python.version}`, ...requirementLines(own), ''].join('\n');
}

/** Paths into the workspace lead into the recreated code instead. */
export function commandIn({
  environment,
  target,
}: Pick<Recreated, 'environment' | 'target'>): Command | undefined {
  const { entry, base } = environment;
  if (entry.kind === 'notebook' || entry.kind === 'interactive') return undefined;
  const code = path.join(target, CODE);
  const moved = inside(base, entry.folder);
  const folder = moved === undefined ? entry.folder : path.join(code, moved);
  const args = entry.arguments.map((argument) => {
    const below = path.isAbsolute(argument) ? inside(base, argument) : undefined;
    return below === undefined ? argument : path.relative(folder, path.join(code, below));
  });
  const isLaunch = entry.kind === 'launch';
  return {
    program: isLaunch ? 'runlens' : 'python',
    arguments: isLaunch ? ['run', ...args] : args,
    folder: moved === undefined ? folder : path.relative(target, folder),
  };
}

/** The path relative to the base; undefined when it lies elsewhere. */
function inside(base: string, file: string): string | undefined {
  const relative = path.relative(base, file);
  return relative.split(path.sep)[0] === '..' || path.isAbsolute(relative) ? undefined : relative;
}

/** As a shell reads it: a variable chooses another. */
const PROGRAMS = {
  python: `"$\{PYTHON:-python3}"`,
  runlens: `"$\{RUNLENS:-runlens}"`,
} as const;

function script({ run }: Recreated, command: Command): string {
  const program = PROGRAMS[command.program];
  const folder = path.isAbsolute(command.folder)
    ? shellQuoted(command.folder)
    : `"$(dirname "$0")"/${shellQuoted(command.folder)}`;
  return [
    '#!/bin/sh',
    `# Runs again what made the run ${oneLine(run.name)} (${run.runId}).`,
    command.program === 'python'
      ? '# PYTHON names the interpreter: one with the packages of requirements.txt.'
      : '# RUNLENS names the command line of Runlens.',
    'set -e',
    `cd ${folder}`,
    `exec ${program} ${command.arguments.map(shellQuoted).join(' ')} "$@"`,
    '',
  ].join('\n');
}

const oneLine = (text: string): string => text.replace(/\p{Cc}/gu, ' ');

function readme({ run, environment, datasets, notes }: Recreated, command: Command | undefined) {
  const { git, python, system } = environment;
  const how = command
    ? [
        '```sh',
        'python3 -m venv .venv',
        '.venv/bin/python -m pip install -r requirements.txt',
        'PYTHON="$PWD/.venv/bin/python" sh run.sh',
        '```',
      ]
    : [`It was made ${commandText(environment)}: open the code in \`${CODE}\` and run it there.`];
  return [
    `# ${oneLine(run.name)}`,
    '',
    `Run \`${run.runId}\`, recreated by \`runlens recreate\`.`,
    '',
    ...how,
    '',
    `* \`${CODE}\`: ${git?.commit ? `commit ${git.commit}${git.branch ? ` (${git.branch})` : ''}` : 'the files that were kept'}`,
    `* command: \`${oneLine(commandText(environment))}\` in \`${environment.entry.folder}\``,
    '* `requirements.txt`: the packages with their versions; `params.json`: the parameters',
    ...(datasets.length > 0 ? ['* `data.json`: where its data came from'] : []),
    `* then: Python ${python.version}, ${system.os}, ${[system.cpu, ...system.gpus].filter(Boolean).join(', ')}`,
    ...(notes.length > 0 ? ['', '## To be known', '', ...notes.map((note) => `* ${note}`)] : []),
    '',
  ].join('\n');
}
