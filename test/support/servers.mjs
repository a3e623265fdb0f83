// Servers outlive the editor on purpose; a suite ends its own, found by the discovery files of its state folder.
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** @returns the discovery of each server that ever wrote one into this state folder. */
export const discoveries = (state) =>
  fs
    .readdirSync(state)
    .filter((file) => /^[0-9a-f]{32}\.json$/.test(file))
    .map((file) => JSON.parse(fs.readFileSync(path.join(state, file), 'utf8')));

/** Ends every server of a state folder and waits until it is gone. */
export async function stopServers(state) {
  for (const { pid } of discoveries(state)) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      continue; // it ended by itself
    }
    for (let waited = 0; isAlive(pid); waited += 50) {
      if (waited > 10_000) throw new Error(`The server ${pid} does not end`);
      await sleep(50);
    }
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8')); // ended, and not yet reaped
  } catch {
    return !fs.existsSync('/proc/self');
  }
}
