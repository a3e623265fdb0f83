// The parser of the event stream.
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { type StreamMessage, StreamParser } from '../../../src/client/eventStream';

function parse(...texts: string[]): StreamMessage[] {
  const messages: StreamMessage[] = [];
  const parser = new StreamParser((message) => messages.push(message));
  for (const text of texts) parser.feed(text);
  return messages;
}

describe('StreamParser', () => {
  const cases: [string, string, StreamMessage[]][] = [
    ['an event', 'event: run\ndata: {"a":1}\n\n', [{ id: undefined, data: '{"a":1}' }]],
    ['an event with an id', 'data: x\nid: 7\n\n', [{ id: '7', data: 'x' }]],
    ['an id alone', 'id: 7\n\n', [{ id: '7', data: undefined }]],
    [
      'the id stays',
      'id: 7\n\ndata: x\n\n',
      [
        { id: '7', data: undefined },
        { id: '7', data: 'x' },
      ],
    ],
    ['a comment', ': \n\n', []],
    ['several lines of data', 'data: a\ndata: b\n\n', [{ id: undefined, data: 'a\nb' }]],
    ['no space', 'data:x\n\n', [{ id: undefined, data: 'x' }]],
    ['carriage returns', 'data: x\r\n\r\n', [{ id: undefined, data: 'x' }]],
    ['what is not whole', 'data: x\n', []],
  ];
  for (const [name, text, expected] of cases) {
    it(name, () => assert.deepEqual(parse(text), expected));
  }

  it('gives the same however the text is cut', () => {
    const text = 'event: run\ndata: {"é": 1}\n\nid: 4\n\n: ping\n\ndata: a\ndata: b\nid: 5.1.x\n\n';
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), (places) => {
        const cuts = [0, ...places.sort((a, b) => a - b), text.length];
        const parts = cuts.slice(1).map((end, index) => text.slice(cuts[index], end));
        assert.deepEqual(parse(...parts), parse(text));
      }),
    );
  });
});
