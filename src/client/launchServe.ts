// Runs the server in the foreground of this process: `runlens serve`.
import { spawn } from 'node:child_process';
import { RunlensError } from '../base/errors';
import type { Launcher } from '../protocol/discovery';

/**
 * Starts the server with this process's own input and output, passes signals on, and waits for its end.
 * @returns its exit code.
 * @throws RunlensError `server.start`
 */
export function serveInForeground(
  { runtime, args = [], env, server }: Launcher,
  root: string,
  flags: readonly string[],
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(runtime, [...args, server, '--root', root, '--serve', ...flags], {
      stdio: 'inherit',
      env: { ...process.env, ...env },
    });
    const pass = (signal: NodeJS.Signals) => {
      // A terminal sends Ctrl-C to both; twice would be an order to end at once.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
    for (const signal of signals) process.on(signal, pass);
    const done = () => {
      for (const signal of signals) process.off(signal, pass);
    };
    child.once('error', (error) => {
      done();
      reject(
        new RunlensError('server.start', `The server could not be started: ${error.message}`, {
          cause: error,
        }),
      );
    });
    child.once('exit', (code) => {
      done();
      resolve(code ?? 1);
    });
  });
}
