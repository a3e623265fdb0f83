/**
 * The one channel between a panel and its webview: remote calls derived from an interface. Both
 * sides implement one interface of async methods and call the other's; a page can ask for nothing
 * else. Messages: a call with an id, its answer or error, a cancel.
 */
// biome-ignore lint/suspicious/noExplicitAny: the bound of a mapped type over any methods
export type Methods<T> = { [K in keyof T]: (...args: any[]) => Promise<unknown> };

export interface Endpoint {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): { dispose(): void };
}

type Message =
  | { readonly rl: 'call'; readonly id: number; readonly method: string; readonly args: unknown[] }
  | { readonly rl: 'done'; readonly id: number; readonly value: unknown }
  | { readonly rl: 'fail'; readonly id: number; readonly message: string };

export interface Channel<Remote> {
  readonly remote: Remote;
  dispose(): void;
}

export interface ChannelOptions {
  /** Milliseconds until a call without an answer is rejected; default 30,000. */
  readonly timeout?: number;
  /** Methods that wait for a person or for long work: they have no such time, and end with the channel. */
  readonly untimed?: readonly string[];
  /** Timers of the platform (base and protocol know neither node nor DOM). */
  readonly timers: {
    set(callback: () => void, milliseconds: number): unknown;
    clear(handle: unknown): void;
  };
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: unknown;
}

/** Opens one side. Calls to a disposed or silent other side reject; only `untimed` ones may wait. */
export function openChannel<Remote extends Methods<Remote>, Local extends Methods<Local>>(
  endpoint: Endpoint,
  local: Local,
  options: ChannelOptions,
): Channel<Remote> {
  const pending = new Map<number, Pending>();
  // A page that is made anew gets answers to what the one before it asked: none may look like one of its own.
  let nextId = Math.floor(Math.random() * 2 ** 40);
  const settle = (id: number): Pending | undefined => {
    const call = pending.get(id);
    pending.delete(id);
    if (call?.timer !== undefined) options.timers.clear(call.timer);
    return call;
  };
  const subscription = endpoint.onMessage((raw) => {
    if (!isMessage(raw)) return;
    if (raw.rl === 'call') void answer(endpoint, local, raw);
    else if (raw.rl === 'done') settle(raw.id)?.resolve(raw.value);
    else settle(raw.id)?.reject(new Error(raw.message));
  });
  const call = (method: string, args: unknown[]) =>
    new Promise<unknown>((resolve, reject) => {
      const id = nextId++;
      const giveUp = () => settle(id)?.reject(new Error(`${method} was not answered in time`));
      const timer = options.untimed?.includes(method)
        ? undefined
        : options.timers.set(giveUp, options.timeout ?? 30_000);
      pending.set(id, { resolve, reject, timer });
      endpoint.post({ rl: 'call', id, method, args } satisfies Message);
    });
  const remote = new Proxy({} as Remote, {
    get:
      (_target, method) =>
      (...args: unknown[]) =>
        call(String(method), args),
  });
  return {
    remote,
    dispose() {
      subscription.dispose();
      for (const id of [...pending.keys()]) settle(id)?.reject(new Error('The panel was closed'));
    },
  };
}

async function answer<Local extends Methods<Local>>(
  endpoint: Endpoint,
  local: Local,
  { id, method, args }: Extract<Message, { rl: 'call' }>,
): Promise<void> {
  try {
    if (!Object.hasOwn(local, method)) throw new Error(`No method ${method}`);
    const value = await local[method as keyof Local](...args);
    endpoint.post({ rl: 'done', id, value } satisfies Message);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    endpoint.post({ rl: 'fail', id, message } satisfies Message);
  }
}

function isMessage(raw: unknown): raw is Message {
  if (typeof raw !== 'object' || raw === null) return false;
  const { rl, id, method, args } = raw as Record<string, unknown>;
  if (typeof id !== 'number') return false;
  if (rl === 'call') return typeof method === 'string' && Array.isArray(args);
  return rl === 'done' || rl === 'fail';
}
