// Starts Python workers on this machine and looks after their processes.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { messageOf } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { ProcessPort, WorkerExit, WorkerLaunch, WorkerProcess } from '../ports';
import { OutputFile } from './outputFile';
import { interruptProcess, killProcess, ownPlace, processState } from './processes';

/**
 * Runs `runlens.worker`. The SDK's folder comes last on the path, after the interpreter's own
 * packages, so that a runlens that the user has installed wins: PYTHONPATH would come before it.
 */
const BOOTSTRAP = [
  'import runpy, sys',
  'sys.path.append(sys.argv.pop(1))',
  "runpy.run_module('runlens.worker', run_name='__main__', alter_sys=True)",
].join('; ');

export interface LocalWorkers {
  /** Absolute folder that holds the Python package `runlens`. */
  readonly sdk: string;
}

export function localProcesses(options: LocalWorkers): ProcessPort {
  return {
    state: processState,
    interrupt: interruptProcess,
    kill: killProcess,
    launch: (launch) => launchWorker(launch, options.sdk),
    follow: (file, onText) => {
      closeSync(openSync(file, 'a'));
      return new OutputFile(file, onText);
    },
  };
}

function launchWorker(launch: WorkerLaunch, sdk: string): WorkerProcess {
  const log = openSync(launch.logFile, 'a');
  const child = spawn(launch.interpreter, ['-c', BOOTSTRAP, sdk], {
    cwd: launch.cwd,
    env: { ...(launch.variables ?? process.env), PYTHONUNBUFFERED: '1', PYTHONIOENCODING: 'utf-8' },
    stdio: ['pipe', log, log],
    // A group of its own: it can be ended with its children, and outlives the server.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  closeSync(log);
  // It may end before it has read; its exit tells that.
  child.stdin?.on('error', () => {});
  child.stdin?.end(JSON.stringify(launch.request));
  return observed(child, launch.logFile);
}

function observed(child: ChildProcess, logFile: string): WorkerProcess {
  const output = new Emitter<string>();
  const exit = new Emitter<WorkerExit>();
  const file = new OutputFile(logFile, (text) => output.fire(text));
  let isOver = false;
  const end = (how: WorkerExit) => {
    if (isOver) return;
    isOver = true;
    file.drain();
    file.dispose();
    exit.fire(how);
  };
  child.once('error', (error) => end({ code: null, signal: null, error: messageOf(error) }));
  child.once('exit', (code, signal) => end({ code, signal }));
  const { pid } = child;
  return {
    process: pid === undefined ? undefined : { pid, owned: true, ...ownPlace() },
    onOutput: output.event,
    onExit: exit.event,
  };
}
