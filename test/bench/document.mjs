// Writes docs/performance.md from what a run of the benchmark measured.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cellsOf, format } from './measure.mjs';

const INTRO = `# Performance

Written by \`npm run bench -- tracking --peer --write\`, which starts this server and the real \`mlflow server --workers 1\` (SQLite, without its job execution, which is its fastest setup) in one run and measures them by turns. Figures of one machine say little; the ratios say more. The client is one socket per client that does nothing but send and receive, and every figure is a median.
`;

/** What `benchTracking` returned, with the command that it was. */
export function writeDocument({ root, command, rows, tables, syncs }) {
  const file = path.join(root, DOCUMENT);
  const sections = [
    INTRO,
    machine({ command, syncs }),
    '## Tracking\n',
    markdown(['what', 'Runlens', 'MLflow', 'better by', 'goal', 'reached'], rows.map(cellsOf)),
    ...tables.flatMap(({ title, rows: lines }) => [
      `\n## ${title[0].toUpperCase()}${title.slice(1)}\n`,
      markdown(
        Object.keys(lines[0]),
        lines.map((line) => Object.values(line).map(format)),
      ),
    ]),
    // What another command has written stays.
    `\n${panelsIn(fs.readFileSync(file, 'utf8'))}`.trimEnd(),
    NOTES,
  ];
  fs.writeFileSync(file, `${sections.join('\n')}\n`);
}

/** The part of `npm run bench -- ui`; the rest stays as it is. */
export function writePanels({ root, command, rows }) {
  const file = path.join(root, DOCUMENT);
  const text = fs.readFileSync(file, 'utf8');
  const lines = rows.map((line) => {
    const [what, own, , , goal, reached] = cellsOf(line);
    return [what, own, goal, reached];
  });
  const section = [
    PANELS,
    machine({ command }),
    markdown(['what', 'Runlens', 'goal', 'reached'], lines),
    '\n',
  ].join('\n');
  const old = panelsIn(text);
  const next =
    old === '' ? text.replace(NOTES_HEAD, `${section}${NOTES_HEAD}`) : text.replace(old, section);
  fs.writeFileSync(file, next);
}

/** From its heading to that of the notes; empty when there is none. */
function panelsIn(text) {
  const [from, to] = [text.indexOf(PANELS_HEAD), text.indexOf(NOTES_HEAD)];
  return from < 0 ? '' : text.slice(from, to);
}

function machine({ command, syncs }) {
  const [cpu] = os.cpus();
  const lines = [
    `* Command: \`${command}\``,
    `* Machine: ${os.cpus().length} cores (${cpu?.model.trim() || os.arch()}), ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB memory, ${os.type()} ${os.release()}; load average of the minute before the end ${os.loadavg()[0].toFixed(1)}`,
    `* Node ${process.version}`,
    ...(syncs
      ? [
          `* An fdatasync behind a small append took ${syncs.map((ms) => `${ms.toFixed(2)} ms`).join(' before and ')} after; every answer to a write waits for one`,
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}

const markdown = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const DOCUMENT = 'docs/performance.md';
const PANELS_HEAD = '## Panels\n';
const NOTES_HEAD = '## What the figures rest on\n';
const PANELS = `${PANELS_HEAD}
Written by \`npm run bench -- ui --write\`: the built pages in headless Chromium at 1400 × 900 under their own policy, joined to a running server by the extension's own code. Times end when the frame is painted; messages between page and extension go over the browser's debugging protocol, which costs some milliseconds where the editor has its own way. What is called *alone* is the page's part without a server. Every figure is a median.
`;

const NOTES = `
${NOTES_HEAD}
* Callers that come together share one fdatasync, so eight clients are not eight times as slow as one; with one client the disk is most of a call.
* A checkpoint writes the database from where SQLite has it, a mebibyte at a time, and keeps the old page when one is written over meanwhile. Nothing is copied at once, and there is no second copy in memory.
* Points are in chunks of 4,096 with their extremes, so that a chart reads only the chunks that lie across the edge of a bucket, and memory does not grow with points.
* Searches read rows of runs that were read before from a cache of 4,000.`;
