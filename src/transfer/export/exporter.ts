// Writes experiments and runs to a file or folder, beside its place first, so that it is never half.

import * as fs from 'node:fs';
import * as path from 'node:path';
import { assertNever } from '../../base/assertNever';
import { RunlensError } from '../../base/errors';
import type { ExportRequest } from '../../protocol/control';
import { writeCsv } from './csv';
import { writeJsonLines } from './jsonLines';
import { writeMlruns } from './mlrunsFolder';
import { type ExportContext, select } from './selection';

/** In each folder that an export made: only such a one may be replaced. */
const MARK = '.runlens-export';

/** @throws RunlensError `export.*`, SearchError, `transfer.cancelled`, or the system's errors. */
export async function exportTo(context: ExportContext, request: ExportRequest): Promise<void> {
  const selected = select(context, request);
  refuseTaken(request);
  await fs.promises.mkdir(path.dirname(request.path), { recursive: true });
  const partial = `${request.path}.partial-${process.pid}`;
  try {
    await fs.promises.rm(partial, { recursive: true, force: true });
    switch (request.format) {
      case 'csv':
        await writeFile(partial, writeCsv(context, selected));
        break;
      case 'jsonl':
        await writeFile(partial, writeJsonLines(context, selected));
        break;
      case 'mlruns':
        await writeMlruns(context, selected, { folder: partial, final: request.path });
        await fs.promises.writeFile(path.join(partial, MARK), '');
        break;
      default:
        assertNever(request.format);
    }
    if (request.format === 'mlruns') {
      await fs.promises.rm(request.path, { recursive: true, force: true });
    }
    await fs.promises.rename(partial, request.path);
  } catch (error) {
    await fs.promises.rm(partial, { recursive: true, force: true });
    throw error;
  }
}

function refuseTaken({ path: target, format, overwrite }: ExportRequest): void {
  const stat = fs.statSync(target, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isDirectory() !== (format === 'mlruns')) {
    throw taken(target, stat.isDirectory() ? 'It is a folder.' : 'It is a file.');
  }
  if (stat.isDirectory() && fs.readdirSync(target).length === 0) return;
  if (!overwrite) throw taken(target, 'Choose another place, or ask for it to be overwritten.');
  if (stat.isDirectory() && !fs.existsSync(path.join(target, MARK))) {
    throw taken(
      target,
      'It was not made by an export and is never replaced. Choose another place.',
    );
  }
}

const taken = (target: string, advice: string): RunlensError =>
  new RunlensError('export.exists', `${target} is there already. ${advice}`);

/** Texts one after another, each awaited, so that little is held. */
async function writeFile(file: string, texts: AsyncIterable<string>): Promise<void> {
  const handle = await fs.promises.open(file, 'wx');
  try {
    for await (const text of texts) await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
