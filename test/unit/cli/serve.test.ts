/** `runlens serve` as a command: what it passes on, its exit codes, and its signals. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { parseCommandArgs } from '../../../src/cli/args';
import { serveCommand, serverFlags } from '../../../src/cli/commands/serve';
import { Project } from './support/project';

describe('the arguments of runlens serve', () => {
  const flags = (...argv: string[]) => serverFlags(parseCommandArgs(serveCommand, argv), false);

  it('are passed on as they were typed', () => {
    assert.deepEqual(flags(), []);
    assert.deepEqual(flags('--host', '::', '--access-log=-', '--tokens', 'a b'), [
      '--host=::',
      '--tokens=a b',
      '--access-log=-',
    ]);
  });
});

describe('runlens serve', function () {
  this.timeout(60_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project.dispose());

  const cli = () => path.join(project.dist, 'cli.js');
  const firstLine = (stream: NodeJS.ReadableStream | null): Promise<string> =>
    new Promise((resolve) => {
      let text = '';
      stream?.on('data', (part) => {
        text += part;
        if (text.includes('\n')) resolve(text.split('\n')[0] ?? '');
      });
    });

  it('refuses to listen beyond this machine without tokens, and says what to do', async () => {
    const { code, stderr } = await project.cli('serve', '--host', '0.0.0.0', '--port', '0');
    assert.equal(code, 2);
    assert.match(stderr, /--host 0\.0\.0\.0 needs --tokens FILE/);
  });

  it('says that another server has the folder', async () => {
    await project.cli('ls');
    const { code, stderr } = await project.cli('serve', '--port', '0');
    assert.equal(code, 3);
    assert.match(stderr, /in use by process \d+/);
    await project.cli('stop');
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`prints its address, and ends well after ${signal}`, async () => {
      const child = project.start(process.execPath, [cli(), 'serve', '--port', '0', '--json']);
      const { url, root } = JSON.parse(await firstLine(child.stdout)) as Record<string, string>;
      assert.equal(root, project.root);
      assert.equal(await (await fetch(`${url}/health`)).text(), 'OK');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      assert.equal(await ended, 0);
      await assert.rejects(fetch(`${url}/health`));
      const log = fs.readFileSync(path.join(project.root, '.runlens/logs/server.log'), 'utf8');
      assert.match(log.trim().split('\n').at(-1) ?? '', /ended$/);
    });
  }
});
