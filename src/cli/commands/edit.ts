/** `runlens edit`: changes name, parameters and tags of a run; what changed is kept in its history. */
import { parsePair } from '../args';
import { type Args, type Command, type Context, EXIT, UsageError } from '../command';
import { findRun } from '../lookup';
import type { Server } from '../server';

export const editCommand: Command = {
  name: 'edit',
  summary: "Changes a run's name, parameters or tags; runlens show tells what was changed",
  usage: 'RUN [options]',
  options: {
    name: { type: 'string', value: 'NAME', help: 'new name of the run' },
    param: { type: 'string', short: 'p', multiple: true, value: 'K=V', help: 'set a parameter' },
    tag: { type: 'string', short: 't', multiple: true, value: 'K=V', help: 'set a tag' },
    'delete-param': { type: 'string', multiple: true, value: 'K', help: 'delete a parameter' },
    'delete-tag': { type: 'string', multiple: true, value: 'K', help: 'delete a tag' },
  },
  positionals: { min: 1, max: 1 },
  async run(args, context) {
    const changes = changesOf(args);
    const name = args.text('name');
    if (changes.length === 0 && name === undefined) {
      throw new UsageError('edit needs --name, --param, --tag, --delete-param or --delete-tag');
    }
    const server = await context.server();
    const { runId } = await findRun(server, args.positionals[0] ?? '');
    if (name !== undefined) await server.call('POST /api/runs/:runId/rename', { runId, name });
    await makeChanges(server, runId, changes);
    say(context, { runId, changes: changes.length + (name === undefined ? 0 : 1) });
    return EXIT.ok;
  },
};

interface Change {
  readonly what: 'param' | 'tag';
  readonly key: string;
  readonly value: string | null;
}

function changesOf(args: Args): Change[] {
  return (['param', 'tag'] as const).flatMap((what) => [
    ...args.texts(what).map((text): Change => {
      const { name, value } = parsePair(`--${what}`, text);
      return { what, key: name, value };
    }),
    ...args.texts(`delete-${what}`).map((key): Change => ({ what, key, value: null })),
  ]);
}

/** One after the other, so that the history has them in the order in which they were given. */
async function makeChanges(
  server: Server,
  runId: string,
  changes: readonly Change[],
): Promise<void> {
  for (const change of changes) {
    await server.call('POST /api/runs/:runId/edit', { runId, ...change });
  }
}

function say({ out, json }: Context, done: { runId: string; changes: number }): void {
  if (json) out.json(done);
  else out.line(`Changed. runlens show ${done.runId.slice(0, 8)} has the history.`);
}
