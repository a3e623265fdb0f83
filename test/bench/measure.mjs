// What every benchmark needs: medians, a table, and servers started and stopped cleanly.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

export async function timed(action) {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

/** Resident memory of a server and its children in MB; Linux only, elsewhere undefined. */
export function residentMB(group) {
  const pids = fs.existsSync('/proc') ? fs.readdirSync('/proc').filter((f) => /^\d+$/.test(f)) : [];
  const pages = pids.map((pid) => pagesOf(pid, group));
  const sum = pages.reduce((a, b) => a + b, 0);
  return sum === 0 ? undefined : (sum * 4096) / 1e6;
}

/** Pages of a process of this group; none when it is of another, or has ended. */
function pagesOf(pid, group) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (Number(pgrp) !== group) return 0;
    return Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return 0;
    throw error;
  }
}

export const freePort = () =>
  new Promise((resolve, reject) => {
    const server = net
      .createServer()
      .once('error', reject)
      .listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        server.close(() => resolve(port));
      });
  });

const folders = [];

/** A new folder that goes when the benchmark ends. */
export function temporary(name) {
  if (folders.length === 0) process.once('exit', removeFolders);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `runlens-bench-${name}-`));
  folders.push(folder);
  return folder;
}

function removeFolders() {
  for (const folder of folders) fs.rmSync(folder, { recursive: true, force: true });
}

/** Median milliseconds of an fdatasync behind a small append, in the folder of temporary files. */
export function fdatasyncMs() {
  const folder = temporary('sync');
  const fd = fs.openSync(path.join(folder, 'file'), 'w+');
  const bytes = Buffer.alloc(200);
  const times = Array.from({ length: 200 }, (_, i) => {
    fs.writeSync(fd, bytes, 0, bytes.length, i * bytes.length);
    const started = performance.now();
    fs.fdatasyncSync(fd);
    return performance.now() - started;
  });
  fs.closeSync(fd);
  fs.rmSync(folder, { recursive: true });
  return median(times);
}

/** Waits until GET /health answers. */
export async function healthy(port, child, limit = 60_000) {
  for (const end = Date.now() + limit; Date.now() < end; ) {
    if (child.exitCode !== null)
      throw new Error(`The server ended with exit code ${child.exitCode}.`);
    const answer = await fetch(`http://127.0.0.1:${port}/health`).then(
      (r) => r.ok,
      () => false,
    );
    if (answer) return;
    await sleep(5);
  }
  throw new Error('The server did not answer.');
}

export async function stop(child) {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // A peer's server may have children of its own: its whole group goes.
  try {
    process.kill(-child.pid, 'SIGTERM');
  } catch {
    child.kill('SIGTERM');
  }
  await Promise.race([ended, sleep(5000).then(() => child.kill('SIGKILL'))]);
}

export const start = (program, args, env = {}, cwd = undefined) =>
  spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'ignore', detached: true });

/**
 * Rows `{what, runlens, peer?, unit, most?, least?, times?}` as an aligned table: `most` and `least`
 * are goals, `times` how much better than the peer it should be.
 */
export function printTable(title, rows) {
  const table = [[title, 'Runlens', 'peer', 'better by', 'goal', ''], ...rows.map(cellsOf)];
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  for (const row of table) {
    const [first, ...rest] = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
    );
    console.log([first, ...rest].join('  ').trimEnd());
  }
  console.log();
}

/** What, own figure, the peer's, the ratio, the goal, and whether it is reached. */
export function cellsOf({ what, runlens, peer, unit, lessIsBetter = true, most, least, times }) {
  const show = (value) => (value === undefined ? '' : `${format(value)} ${unit}`);
  const ratio = peer === undefined ? undefined : lessIsBetter ? peer / runlens : runlens / peer;
  const goals = [
    most !== undefined && { text: `≤ ${format(most)} ${unit}`, met: runlens <= most },
    least !== undefined && { text: `≥ ${format(least)} ${unit}`, met: runlens >= least },
    times !== undefined && ratio !== undefined && { text: `≥ ${times}×`, met: ratio >= times },
  ].filter(Boolean);
  return [
    what,
    show(runlens),
    show(peer),
    ratio === undefined ? '' : `${format(ratio)}×`,
    goals.map((goal) => goal.text).join(', '),
    goals.length === 0 ? '' : goals.every((goal) => goal.met) ? 'yes' : 'no',
  ];
}

/** Objects with the same members as a table of their values. */
export function printColumns(title, rows) {
  const table = [Object.keys(rows[0]), ...rows.map((row) => Object.values(row).map(format))];
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  console.log(title);
  for (const row of table) console.log(row.map((cell, i) => cell.padStart(widths[i])).join('  '));
  console.log();
}

export const format = (value) =>
  value >= 1000
    ? Math.round(value).toLocaleString('en')
    : value.toPrecision(3).replace(/\.0+$/, '');
