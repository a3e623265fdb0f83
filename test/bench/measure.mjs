// What every benchmark needs: medians, a table, and servers started and stopped cleanly.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
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

/** Resident memory of a process in MB; Linux only, elsewhere undefined. */
export function residentMB(pid) {
  try {
    const pages = Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return (pages * 4096) / 1e6;
  } catch {
    return undefined;
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

export const temporary = (name) => fs.mkdtempSync(path.join(os.tmpdir(), `runlens-bench-${name}-`));

/** JSON over one kept-alive connection per client. */
export function client(port, headers = {}) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const call = (method, route, body) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const request = http.request(
        {
          host: '127.0.0.1',
          port,
          method,
          path: route,
          agent,
          headers: {
            ...headers,
            ...(payload && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(payload),
            }),
          },
        },
        (response) => {
          const chunks = [];
          response.on('data', (c) => chunks.push(c));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (response.statusCode >= 400)
              reject(new Error(`${route}: ${response.statusCode} ${text}`));
            else resolve(text.startsWith('{') ? JSON.parse(text) : text);
          });
        },
      );
      request.on('error', reject);
      request.end(payload);
    });
  return {
    post: (route, body) => call('POST', route, body),
    get: (route) => call('GET', route),
    close: () => agent.destroy(),
  };
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

/** Rows `{what, runlens, peer?, unit}` as an aligned table. */
export function printTable(title, rows) {
  const show = (value, unit) => (value === undefined ? '' : `${format(value)} ${unit}`);
  const cells = rows.map(({ what, runlens, peer, unit, lessIsBetter = true }) => {
    const ratio =
      peer === undefined ? '' : `${format(lessIsBetter ? peer / runlens : runlens / peer)}×`;
    return [what, show(runlens, unit), show(peer, unit), ratio];
  });
  const table = [[title, 'Runlens', 'peer', 'better by'], ...cells];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...table.map((row) => row[i].length)));
  for (const row of table) {
    const [first, ...rest] = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]),
    );
    console.log([first, ...rest].join('  ').trimEnd());
  }
  console.log();
}

const format = (value) =>
  value >= 1000
    ? Math.round(value).toLocaleString('en')
    : value.toPrecision(3).replace(/\.0+$/, '');
