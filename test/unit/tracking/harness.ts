// The tracking routes over a real store in a temporary folder, called without a network.
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import createRouter, { type HTTPMethod } from 'find-my-way';
import type { HttpReply, HttpRequest, Method } from '../../../src/protocol/http';
import { openStore } from '../../../src/store/openStore';
import type { Store } from '../../../src/store/store';
import { trackingRoutes } from '../../../src/tracking/routes';

const WASM = path.resolve('node_modules/sql.js/dist/sql-wasm.wasm');
const JSON_TYPE = { 'content-type': 'application/json' };

/** When the store was made. */
const START = 1_700_000_000_000;
const clock = { now: () => START };

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  readonly json: any;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class Tracking {
  now = START;
  private ids = 0;
  private readonly router = createRouter();

  private constructor(
    readonly store: Store,
    private readonly folder: string,
  ) {
    const ports = {
      store,
      clock: { now: () => this.now },
      newId: () => (++this.ids).toString(16).padStart(32, 'a'),
    };
    for (const route of trackingRoutes(ports)) {
      this.router.on(route.method as HTTPMethod, route.path, () => {}, route);
    }
  }

  static async open(): Promise<Tracking> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'runlens-tracking-'));
    return new Tracking(await openStore({ folder, wasm: WASM, clock }), folder);
  }

  /** Closes the store and opens its folder again, only to read. */
  async reopenReadOnly(): Promise<Tracking> {
    await this.store.close();
    const options = { folder: this.folder, wasm: WASM, clock, readOnly: true };
    return new Tracking(await openStore(options), this.folder);
  }

  async close(): Promise<void> {
    await this.store.close();
    await fs.rm(this.folder, { recursive: true, force: true });
  }

  post(call: string, body: unknown, headers: Record<string, string> = JSON_TYPE): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.send('POST', `/api/2.0/mlflow/${call}`, { text, headers });
  }

  get(call: string): Promise<Answer> {
    return this.send('GET', `/api/2.0/mlflow/${call}`, {});
  }

  async send(
    method: Method,
    url: string,
    { text = '', headers = {} }: { text?: string; headers?: Record<string, string> },
  ): Promise<Answer> {
    const [address = '', query = ''] = url.split('?');
    const found = this.router.find(method as HTTPMethod, address);
    if (!found) throw new Error(`No route for ${method} ${address}`);
    const request: HttpRequest = {
      method,
      path: decodeURIComponent(address),
      params: Object.fromEntries(Object.entries(found.params).map(([k, v]) => [k, v ?? ''])),
      query: queryOf(query),
      headers,
      body: async () => new TextEncoder().encode(text),
      stream: () => chunks(text),
      gone: new AbortController().signal,
    };
    return toAnswer(await found.store.handle(request));
  }

  async newRun(fields: object = {}): Promise<string> {
    const { json } = await this.post('runs/create', { experiment_id: '0', ...fields });
    return json.run.info.run_id;
  }
}

function queryOf(text: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [key, value] of new URLSearchParams(text)) {
    query.set(key, [...(query.get(key) ?? []), value]);
  }
  return query;
}

async function* chunks(text: string) {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += 7) yield bytes.subarray(at, at + 7);
}

async function toAnswer(reply: HttpReply): Promise<Answer> {
  const parts: Buffer[] = [];
  if (typeof reply.body === 'string' || reply.body instanceof Uint8Array) {
    parts.push(Buffer.from(reply.body));
  } else {
    for await (const part of reply.body ?? []) parts.push(Buffer.from(part));
  }
  const headers = reply.headers ?? {};
  const text = Buffer.concat(parts).toString('utf8');
  const isJson = headers['content-type'] === 'application/json';
  return { status: reply.status, text, headers, json: isJson ? JSON.parse(text) : undefined };
}
