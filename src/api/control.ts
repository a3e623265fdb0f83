// Routes about the server itself: what it is, and its end.
import type { ServerInfo } from '../protocol/control';
import { jsonReply, type Route } from '../protocol/http';

export interface ControlPorts {
  info(): ServerInfo;
  /** Ends the server after this answer. */
  shutdown(): void;
}

export function controlRoutes({ info, shutdown }: ControlPorts): Route[] {
  return [
    { method: 'GET', path: '/api/info', access: 'control', handle: () => jsonReply(info()) },
    {
      method: 'POST',
      path: '/api/shutdown',
      access: 'control',
      handle: () => {
        shutdown();
        return jsonReply({});
      },
    },
  ];
}
