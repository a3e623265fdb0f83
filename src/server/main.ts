// The server process: parses its arguments, starts, and ends with an exit code that says why.

import { messageOf, RunlensError } from '../base/errors';
import { SERVER_EXIT } from '../protocol/discovery';
import { parseServerArgs } from './args';
import { diagnose } from './doctor';
import { releaseHold } from './hold';
import { welcomeLines } from './httpTeam';
import { type RunningServer, startServer } from './server';
import { VERSION } from './version';

async function main(): Promise<void> {
  const args = parseServerArgs(process.argv.slice(2));
  if (args.version) {
    process.stdout.write(`${VERSION}\n`);
    process.exit(SERVER_EXIT.ok);
  }
  if (args.doctor) {
    const diagnosis = await diagnose(args.root, { repair: args.doctor === 'repair' });
    releaseHold();
    process.stdout.write(`${JSON.stringify(diagnosis)}\n`);
    return;
  }
  const server = await startServer(args);
  endOnFaults(server);
  endOnSignals(server);
  releaseHold();
  if (args.serve)
    process.stdout.write(`${welcomeLines(args.serve, server.port, args.root).join('\n')}\n`);
  const ending = await server.ending;
  if (ending.kind === 'replaced') {
    server.log.write(`ended without writing: ${ending.why}`);
    process.exit(SERVER_EXIT.replaced);
  }
  await endWell(server, ending.kind);
}

async function endWell(server: RunningServer, why: string): Promise<never> {
  server.log.write(`ends: ${why}`);
  await server.stop();
  process.exit(SERVER_EXIT.ok);
}

/** A supervisor may signal the whole group, whose members pass it on: again is the same wish. */
function endOnSignals(server: RunningServer): void {
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => void endWell(server, signal));
  }
  process.once('SIGINT', () => void endWell(server, 'SIGINT'));
}

/** After an error that nobody caught the state in memory is not to be trusted: the journal is. */
function endOnFaults(server: RunningServer): void {
  const end = (error: unknown) => {
    server.log.error('uncaught error, the server ends', error);
    process.exit(SERVER_EXIT.failed);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}

const CODES: Readonly<Record<string, number>> = {
  'server.usage': SERVER_EXIT.usage,
  'lock.owned': SERVER_EXIT.owned,
  'data.unwritable': SERVER_EXIT.unwritable,
};

main().catch((error: unknown) => {
  const known = error instanceof RunlensError;
  const text = known || !(error instanceof Error) ? messageOf(error) : error.stack;
  process.stderr.write(`runlens: ${text}\n`);
  process.exit((known ? CODES[error.code] : undefined) ?? SERVER_EXIT.failed);
});
