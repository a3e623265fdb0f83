// Programs that run beside each other; what one prints goes to the terminal or, where it would mix, into a file.
import { spawn } from 'node:child_process';
import fs from 'node:fs';

const running = new Set();
// Whoever ends early leaves nothing behind that goes on downloading or testing.
process.once('exit', () => {
  for (const child of running) child.kill();
});

/**
 * Runs a program to its end and answers its exit code, 1 when a signal ended it.
 * @param {string} program
 * @param {string[]} args
 * @param {{cwd: string, env?: Record<string, string>, log?: string}} options `log`: a file to add its output to
 * @returns {Promise<number>}
 */
export async function runProgram(program, args, { cwd, env, log }) {
  const to = log ? fs.openSync(log, 'a') : 'inherit';
  try {
    const child = spawn(program, args, { cwd, env, stdio: [log ? 'ignore' : 'inherit', to, to] });
    running.add(child);
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    }).finally(() => running.delete(child));
  } finally {
    if (log) fs.closeSync(to);
  }
}
