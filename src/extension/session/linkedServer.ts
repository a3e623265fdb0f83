/** A session's server over `client/`: started when its files are in place, never awaited by anyone. */

import { messageOf } from '../../base/errors';
import { Emitter } from '../../base/event';
import { Connection, type ConnectionOptions } from '../../client/connection';
import type { ControlRoute, ReplyOf, RequestOf } from '../../protocol/control';
import type { ServerEvent } from '../../protocol/events';
import type { ServerPort, ServerState } from './serverPort';

export class LinkedServer implements ServerPort {
  private readonly changed = new Emitter<ServerState>();
  private readonly connection: Connection;
  private failure: ServerState | undefined;
  readonly onDidChangeState = this.changed.event;
  readonly onEvent: (listener: (event: ServerEvent) => void) => { dispose(): void };

  /** @param prepared settles when the files that the launcher names are there. */
  constructor(
    options: ConnectionOptions,
    private readonly prepared: Promise<void>,
  ) {
    this.connection = new Connection({ ...options, watch: true });
    this.onEvent = this.connection.onEvent;
    this.connection.onDidChangeState((state) => {
      this.failure = undefined;
      this.changed.fire(state);
    });
  }

  get state(): ServerState {
    return this.failure ?? this.connection.state;
  }

  async call<R extends ControlRoute>(route: R, request: RequestOf<R>): Promise<ReplyOf<R>> {
    await this.prepared;
    return this.connection.call(route, request);
  }

  async start(): Promise<void> {
    if (!(await this.isPrepared())) return;
    // A failure is in the state, with its words.
    await this.connection.start().catch(() => undefined);
  }

  async restart(): Promise<void> {
    await this.prepared;
    await this.connection.restart();
  }

  dispose(): void {
    this.connection.dispose();
    this.changed.dispose();
  }

  private async isPrepared(): Promise<boolean> {
    try {
      await this.prepared;
      return true;
    } catch (error) {
      this.failure = {
        kind: 'down',
        message: `The server's files could not be copied to the extension's storage: ${messageOf(error)}`,
      };
      this.changed.fire(this.failure);
      return false;
    }
  }
}
