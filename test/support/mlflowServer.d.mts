/** Types of `mlflowServer.mjs`, which suites in TypeScript and in plain JavaScript share. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface RunOptions {
  readonly metrics?: Readonly<Record<string, readonly (number | string)[]>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly startTime?: number;
  /** '' leaves it running. */
  readonly end?: string;
}

export interface MlflowServer {
  readonly url: string;
  readonly folder: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  dispose(): Promise<void>;
  // biome-ignore lint/suspicious/noExplicitAny: answers of MLflow, looked at by tests
  api(route: string, body?: object): Promise<any>;
  experiment(name: string, tags?: Readonly<Record<string, string>>): Promise<string>;
  run(experimentId: string, name: string, options?: RunOptions): Promise<string>;
  artifact(runId: string, name: string, content: string | Uint8Array): Promise<void>;
  log(): string;
}

export interface Door {
  readonly url: string;
  readonly requests: {
    method: string;
    url: string;
    headers: IncomingMessage['headers'];
    at: number;
  }[];
  delayMs: number;
  close(): Promise<void>;
}

type Admit = (request: IncomingMessage, response: ServerResponse, door: Door) => boolean;

export function startMlflow(python?: string): Promise<MlflowServer>;
export function openDoor(target: string, admit?: Admit): Promise<Door>;
export function guarded(authorization: string): Admit;
export function basic(user: string, password: string): string;
