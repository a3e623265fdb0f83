// The event stream of a client against servers that break off where it hurts.
import { strict as assert } from 'node:assert';
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventStream } from '../../../src/client/events';
import type { ServerEvent } from '../../../src/protocol/events';
import { delay, eventually } from '../server/harness';

const log = (bytes: number) =>
  `event: log\ndata: ${JSON.stringify({ type: 'log', id: 'l', bytes })}\n\n`;

describe('EventStream', () => {
  /** What each connection gets, and the position that it asked from. */
  let scripts: { text: string; ending: 'cut' | 'end' | 'stay' | 'refuse' }[];
  let asked: (string | undefined)[];
  let server: http.Server;
  let port: number;
  let stream: EventStream;
  let events: ServerEvent[];
  let ends: string[];

  beforeEach(async () => {
    [asked, events, ends] = [[], [], []];
    server = http.createServer((request, response) => {
      asked.push(request.headers['last-event-id'] as string | undefined);
      const { text, ending } = scripts.shift()!;
      response.writeHead(ending === 'refuse' ? 401 : 200, { 'content-type': 'text/event-stream' });
      response.write(text, () => {
        if (ending === 'cut') setTimeout(() => response.destroy(), 30);
        else if (ending !== 'stay') response.end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
    stream = new EventStream({ silence: 300 });
    stream.onEvent((event) => events.push(event));
    stream.onDidEnd((error) => ends.push(error.message));
  });
  afterEach(() => {
    stream.dispose();
    server.closeAllConnections();
    server.close();
  });
  const connect = async () => {
    const before = ends.length;
    stream.connect({ port, tokens: { tracking: 't', control: 'c' } });
    await eventually(() => ends.length > before);
  };

  it('goes on after the last position, also when it is cut before the first of a connection', async () => {
    scripts = [
      { text: `id: 5\n\n${log(1)}id: 6\n\n`, ending: 'cut' },
      { text: `${log(2)}${log(3)}`, ending: 'cut' },
      { text: `${log(2)}${log(3)}id: 8\n\ndata: half`, ending: 'end' },
      { text: 'id: 8\n\n', ending: 'cut' },
    ];
    for (let connection = 0; connection < 4; connection++) await connect();
    assert.deepEqual(asked, [undefined, '6', '6', '8']);
    assert.deepEqual(
      events.map((event) => event.type === 'log' && event.bytes),
      [1, 2, 3, 2, 3],
    );
    assert.equal(ends.length, 4);
  });

  it('is open when the server has said where it stands, before any event', async () => {
    let opened = 0;
    stream.onDidOpen(() => opened++);
    scripts = [{ text: 'id: 5\n\n', ending: 'cut' }];
    await connect();
    assert.equal(opened, 1);
    assert.equal(stream.position, '5');
  });

  it('counts silence as the end', async () => {
    scripts = [{ text: 'id: 5\n\n', ending: 'stay' }];
    await connect();
    assert.match(ends[0]!, /silent/);
  });

  it('says why it was refused', async () => {
    scripts = [
      { text: '{"code":"access.token","message":"A token is needed."}', ending: 'refuse' },
    ];
    await connect();
    assert.match(ends[0]!, /token/);
  });

  it('says that nobody answers', async () => {
    server.close();
    await connect();
    assert.match(ends[0]!, /ECONNREFUSED/);
  });

  it('is silent after it was disposed', async () => {
    scripts = [{ text: `id: 5\n\n${log(1)}`, ending: 'cut' }];
    stream.connect({ port, tokens: { tracking: 't', control: 'c' } });
    stream.dispose();
    await delay(100);
    assert.deepEqual([events, ends], [[], []]);
  });
});
