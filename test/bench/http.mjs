// A client over one socket that costs next to nothing, so that the server is what is measured.
import net from 'node:net';

const END = Buffer.from('\r\n\r\n');

/** One request at a time over a kept-alive connection. */
export function connect({ port, headers }) {
  let socket;
  const common = Object.entries({ host: `127.0.0.1:${port}`, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  let waiting;
  let chunks = [];
  let size = 0;
  const settle = (error, answer) => {
    const { resolve, reject } = waiting ?? {};
    waiting = undefined;
    chunks = [];
    size = 0;
    if (error) reject?.(error);
    else resolve?.(answer);
  };
  const take = (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    if (!waiting) return;
    // Joining at each part of a long answer would cost more than the answer.
    if (waiting.needs !== undefined && size < waiting.needs) return;
    const answer = parse(Buffer.concat(chunks), waiting);
    if (answer) settle(undefined, answer);
  };
  /** Servers close connections that were idle for some seconds. */
  const open = () => {
    const opened = net.connect({ port, host: '127.0.0.1', noDelay: true });
    opened.on('data', take);
    opened.on('error', (error) => settle(error));
    opened.on('close', () => {
      if (socket === opened) socket = undefined;
      settle(new Error('The server closed the connection.'));
    });
    return opened;
  };

  const send = (head, body) =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      socket ??= open();
      socket.cork();
      socket.write(head);
      if (body.length > 0) socket.write(body);
      socket.uncork();
    });
  const call = async (method, route, value) => {
    const { head, body } = request(method, route, value);
    return checked(route, await send(head, body));
  };
  const request = (method, route, value) => {
    const body = value === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(value));
    const type = value === undefined ? '' : 'content-type: application/json\r\n';
    const head = `${method} ${route} HTTP/1.1\r\n${common}${type}content-length: ${body.length}\r\n\r\n`;
    return { head, body };
  };
  return {
    /** The answer's JSON. */
    post: async (route, value) => JSON.parse((await call('POST', route, value)).toString()),
    get: async (route) => JSON.parse((await call('GET', route)).toString()),
    /** The answer's bytes, unread. */
    raw: call,
    /** A request made beforehand, to be sent by `send`. */
    prepare: (route, value) => request('POST', route, value),
    send: async ({ head, body }) => checked('prepared', await send(head, body)),
    close: () => {
      waiting = undefined;
      socket?.destroy();
    },
  };
}

function checked(route, { status, body }) {
  if (status < 400) return body;
  throw new Error(`${route}: ${status} ${body.toString().slice(0, 500)}`);
}

/** The answer when it is whole, else undefined. */
function parse(bytes, waiting) {
  const end = bytes.indexOf(END);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const start = end + END.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length === undefined) return parseChunked(bytes, start, status);
  waiting.needs = start + Number(length);
  if (bytes.length < waiting.needs) return undefined;
  return { status, body: bytes.subarray(start, waiting.needs) };
}

function parseChunked(bytes, start, status) {
  const parts = [];
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    if (bytes.length < line + 4 + size) return undefined;
    if (size === 0) return { status, body: Buffer.concat(parts) };
    parts.push(bytes.subarray(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}
