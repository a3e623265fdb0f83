/** `runlens stop`: ends the server of this folder; the next one who needs it starts it again. */
import { RunlensError } from '../../base/errors';
import { findServer } from '../../client/discovery';
import { ServerClient } from '../../client/http';
import { stopServer } from '../../client/launch';
import { countOf } from '../../domain/display';
import { type Command, EXIT } from '../command';

export const stopCommand: Command = {
  name: 'stop',
  summary: 'Ends the server of this folder',
  usage: '[options]',
  options: {
    force: { type: 'boolean', short: 'f', help: 'also while runs are active' },
  },
  positionals: { min: 0, max: 0 },
  async run(args, { root, json, out }) {
    const running = await findServer(root);
    if (running) await endServer(running, args.flag('force'));
    if (json) out.json({ stopped: running !== undefined });
    else out.line(running ? `The server of ${root} has ended.` : `No server runs for ${root}.`);
    return EXIT.ok;
  },
};

/** @throws RunlensError `server.busy` while pipelines run, unless `force`. */
export async function endServer(
  running: NonNullable<Awaited<ReturnType<typeof findServer>>>,
  force: boolean,
): Promise<void> {
  const client = new ServerClient(running);
  try {
    const { activeRuns } = await client.call('GET /api/info', {});
    if (activeRuns > 0 && !force) {
      throw new RunlensError(
        'server.busy',
        `${countOf(activeRuns, 'pipeline run')} going on: wait for the end, or use --force.`,
      );
    }
    await stopServer(running, () => client.call('POST /api/shutdown', {}));
  } finally {
    client.dispose();
  }
}
