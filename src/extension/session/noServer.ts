/** Stands in where no server may be started: Restricted Mode in a folder without recorded data. */

import { RunlensError } from '../../base/errors';
import { Emitter } from '../../base/event';
import type { ServerEvent } from '../../protocol/events';
import type { ServerPort, ServerState } from './serverPort';

export function noServer(message: string): ServerPort {
  const states = new Emitter<ServerState>();
  const events = new Emitter<ServerEvent>();
  const refuse = async (): Promise<never> => {
    throw new RunlensError('server.none', message);
  };
  return {
    state: { kind: 'down', message },
    onDidChangeState: states.event,
    onEvent: events.event,
    call: refuse,
    start: async () => undefined,
    restart: refuse,
    dispose() {
      states.dispose();
      events.dispose();
    },
  };
}
