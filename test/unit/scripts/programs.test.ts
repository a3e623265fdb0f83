// Programs that run beside each other: what they print, and how they end.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

type RunProgram = (program: string, args: string[], options: object) => Promise<number>;
const MODULE = pathToFileURL(path.resolve(__dirname, '../../../scripts/lib/programs.mjs')).href;

describe('programs beside each other', () => {
  let folder: string;
  let runProgram: RunProgram;
  before(async () => {
    ({ runProgram } = (await import(MODULE)) as { runProgram: RunProgram });
  });
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'runlens-programs-'));
  });
  afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

  const log = () => path.join(folder, 'log');
  const run = (code: string) =>
    runProgram(process.execPath, ['-e', code], { cwd: folder, env: process.env, log: log() });

  it('keep what both streams say in the file, one program after another', async () => {
    assert.equal(await run('console.log("a"); console.error("b")'), 0);
    assert.equal(await run('console.log("c")'), 0);
    assert.equal(fs.readFileSync(log(), 'utf8'), 'a\nb\nc\n');
  });

  it('answer their exit code, and 1 when a signal ended them', async () => {
    assert.equal(await run('process.exit(7)'), 7);
    assert.equal(await run('process.kill(process.pid, "SIGKILL")'), 1);
  });

  it('reject when there is no such program', async () => {
    await assert.rejects(runProgram(path.join(folder, 'none'), [], { cwd: folder }), /ENOENT/);
  });
});
