// What one client of the event stream is sent, and what it knows when the connection breaks.
import { strict as assert } from 'node:assert';
import { type Batch, EventQueue, eventText } from '../../../src/api/eventQueue';
import { StreamParser } from '../../../src/client/eventStream';
import type { ServerEvent } from '../../../src/protocol/events';

const log = (id: string): Batch['events'][number] => ({
  type: 'log',
  text: eventText('log', { type: 'log', id, bytes: 1 }),
});

async function textOf(queue: EventQueue): Promise<string> {
  queue.end();
  let text = '';
  for await (const part of queue) text += part;
  return text;
}

describe('EventQueue', () => {
  it('never says a position before its events, wherever the text is cut', async () => {
    const queue = new EventQueue(undefined);
    queue.put({ id: '5', events: [log('a'), log('b')] });
    queue.put({ id: '6', events: [log('c')] });
    const text = await textOf(queue);
    const seenAt: Record<string, readonly string[]> = { '5': ['a', 'b'], '6': ['a', 'b', 'c'] };
    for (let cut = 0; cut <= text.length; cut++) {
      const seen: string[] = [];
      let position: string | undefined;
      const parser = new StreamParser(({ id, data }) => {
        position = id;
        const event = data === undefined ? undefined : (JSON.parse(data) as ServerEvent);
        if (event?.type === 'log') seen.push(event.id);
      });
      parser.feed(text.slice(0, cut));
      const due = position === undefined ? [] : seenAt[position]!;
      assert.deepEqual(seen.slice(0, due.length), due, `cut at ${cut}`);
    }
  });

  it('sends the position of a batch of which the client wants nothing', async () => {
    const queue = new EventQueue(['points']);
    queue.put({ id: '5', events: [log('a')] });
    assert.equal(await textOf(queue), 'id: 5\n\n');
  });
});
