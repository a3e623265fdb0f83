/** Runs scripts and entry points in a terminal of their own, with the environment that leads to the server. */
import * as path from 'node:path';
import * as vscode from 'vscode';
import { RunlensError } from '../../base/errors';
import { type EntryPointRun, entryPointArguments } from '../models/entryPoint';
import { terminalVariables } from '../session/environment';
import type { FolderSession } from '../session/folderSession';
import type { Runtime } from '../session/runtime';
import { t } from '../texts';

interface Program {
  readonly session: FolderSession;
  /** What the terminal is called. */
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export class Terminal {
  /** @param dist folder of the command line. */
  constructor(
    private readonly runtime: Runtime,
    private readonly dist: string,
  ) {}

  async runScript(session: FolderSession, python: string, file: string): Promise<void> {
    await this.run({
      session,
      name: path.basename(file),
      program: python,
      args: [file],
      cwd: session.folder.path,
    });
  }

  /** By the command line, which also makes the environment that the project names. */
  async runEntryPoint(session: FolderSession, entry: EntryPointRun): Promise<void> {
    const { launcher } = this.runtime;
    await this.run({
      session,
      name: `${path.basename(entry.folder)}: ${entry.name}`,
      program: launcher.runtime,
      args: [
        ...(launcher.args ?? []),
        path.join(this.dist, 'cli.js'),
        ...entryPointArguments(entry),
      ],
      // From here the command line finds the server that the views show.
      cwd: session.folder.path,
      env: launcher.env,
    });
  }

  /** A task, so that nothing is quoted, the output stays, and it can be run again and stopped. */
  private async run({ session, name, program, args, cwd, env = {} }: Program): Promise<void> {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(session.folder.path));
    const execution = new vscode.ProcessExecution(program, [...args], {
      cwd,
      env: { ...(await this.environment(session)), ...env },
    });
    const definition = { type: 'runlens', run: [program, ...args].join('\0') };
    const scope = folder ?? vscode.TaskScope.Workspace;
    const task = new vscode.Task(definition, scope, name, 'Runlens', execution, []);
    task.presentationOptions = {
      reveal: vscode.TaskRevealKind.Always,
      panel: vscode.TaskPanelKind.Dedicated,
      clear: false,
      showReuseMessage: false,
      // The program says itself what it runs; how it is started here is nobody's concern.
      echo: false,
    };
    await vscode.tasks.executeTask(task);
  }

  private async environment(session: FolderSession): Promise<Record<string, string>> {
    const state = await session.ready();
    if (state.kind !== 'up' || !state.discovery) {
      const why = state.kind === 'down' ? ` ${state.message}` : '';
      throw new RunlensError(
        'server.down',
        t(
          'The Runlens server of {0} is not running, so the runs would go astray.{1}',
          session.folder.name,
          why,
        ),
      );
    }
    const env: Record<string, string> = {};
    for (const { name, value, how } of terminalVariables(
      state.discovery,
      this.runtime.sdk,
      process.env,
    )) {
      env[name] = how === 'append' ? `${process.env[name] ?? ''}${value}` : value;
    }
    return env;
  }
}
