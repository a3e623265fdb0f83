// Runs the doctor of the server's bundle in a process of its own: for a store that no server opens.
import { spawn } from 'node:child_process';
import { RunlensError } from '../base/errors';
import type { Diagnosis } from '../domain/diagnosis';
import type { Launcher } from '../protocol/discovery';

export interface DoctorRun {
  /** Real path (findRoot). */
  readonly root: string;
  readonly launcher: Launcher;
  readonly repair: boolean;
}

/** @throws RunlensError `doctor.failed` with the process's own words. */
export function runDoctor({ root, launcher, repair }: DoctorRun): Promise<Diagnosis> {
  const { runtime, args = [], server, env } = launcher;
  const child = spawn(
    runtime,
    [...args, server, '--root', root, '--doctor', ...(repair ? ['--repair'] : [])],
    {
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    },
  );
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(said.stdout) as Diagnosis);
      else reject(failed(said.stderr, code));
    });
  });
}

function failed(stderr: string, code: number | null): RunlensError {
  const words = stderr.trim().replace(/^runlens: /, '');
  return new RunlensError('doctor.failed', words || `The doctor ended with code ${code}.`);
}
