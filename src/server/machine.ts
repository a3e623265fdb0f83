// What this machine has for the steps of pipelines.
import * as fs from 'node:fs';
import * as os from 'node:os';
import type { MachinePort } from '../pipeline/ports';

/** `RUNLENS_MAX_PARALLEL` says how many steps run side by side; default the cores, at least four. */
export function thisMachine(environment: NodeJS.ProcessEnv = process.env): MachinePort {
  const cores = os.availableParallelism();
  return {
    cores,
    gpus: graphicsProcessors(environment),
    memory: Math.min(os.totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
    maxParallel: wholeNumber(environment['RUNLENS_MAX_PARALLEL']) ?? Math.max(4, cores),
    freeMemory,
  };
}

function wholeNumber(text: string | undefined): number | undefined {
  const value = Number(text?.trim() || Number.NaN);
  return Number.isInteger(value) && value > 0 ? value : undefined;
}

/** macOS counts what it can free at once as used, so that hardly anything is ever free there. */
const freeMemory = (): number | undefined =>
  process.platform === 'darwin' ? undefined : process.availableMemory();

/**
 * Those that the environment names, else NVIDIA's devices on Linux. Where none is found there is taken
 * to be one, so that steps that ask for one run one after another.
 */
function graphicsProcessors(environment: NodeJS.ProcessEnv): number {
  const named = environment['CUDA_VISIBLE_DEVICES'];
  if (named !== undefined) return Math.max(1, named.split(',').filter((id) => id.trim()).length);
  return Math.max(1, devices().filter((name) => /^nvidia\d+$/.test(name)).length);
}

function devices(): string[] {
  try {
    return fs.readdirSync('/dev');
  } catch {
    return []; // Not a system that has such a folder.
  }
}
