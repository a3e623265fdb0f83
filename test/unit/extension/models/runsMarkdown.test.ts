// Runs as Markdown: what people paste into issues says what differs, whatever names hold.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runsMarkdown } from '../../../../src/extension/models/runsMarkdown';
import type { RunDetail } from '../../../../src/protocol/rows';
import type { WireNumber } from '../../../../src/protocol/wire';
import { runDetail } from '../rows';

interface Made {
  readonly name?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, WireNumber>>;
}

const detail = ({ name = 'one', params = {}, metrics = {} }: Made): RunDetail => ({
  ...runDetail(name, { startTime: 0, endTime: 1500 }),
  params: Object.entries(params).map(([key, value]) => ({ key, value })),
  metrics: Object.entries(metrics).map(([key, value]) => {
    const last = { step: 3, timestamp: 0, value };
    return { key, count: 4, last, min: last, max: last };
  }),
});

describe('runs as Markdown', () => {
  it('say the parameters and last values of one', () => {
    const text = runsMarkdown([detail({ params: { lr: '0.1' }, metrics: { loss: 0.25 } })]);
    assert.equal(
      text,
      [
        '**one** · finished · 1.5 s',
        '',
        '| parameter | value |',
        '|:--|:--|',
        '| lr | 0.1 |',
        '',
        '| metric | last |',
        '|:--|--:|',
        '| loss | 0.25 |',
        '',
      ].join('\n'),
    );
  });

  it('are a row each when there are several, with the parameters that differ', () => {
    const text = runsMarkdown([
      detail({ name: 'a', params: { lr: '0.1', seed: '7' }, metrics: { loss: 0.25 } }),
      detail({ name: 'b', params: { lr: '0.2', seed: '7' }, metrics: { accuracy: 'NaN' } }),
    ]);
    assert.equal(
      text,
      [
        '| run | status | lr | loss | accuracy |',
        '|:--|:--|:--|--:|--:|',
        '| a | finished | 0.1 | 0.25 |  |',
        '| b | finished | 0.2 |  | NaN |',
        '',
      ].join('\n'),
    );
  });

  it('are one table of as many columns in each row, whatever names and values hold', () => {
    // What tables are made of, and what ends lines.
    const letter = fc.constantFrom('|', '\\', '\n', '\r', '\u2028', '`', '<', ' ', 'a', 'ß');
    const word = fc.string({ unit: letter, minLength: 1, maxLength: 6 });
    const params = fc.dictionary(word, word, { maxKeys: 2 });
    fc.assert(
      fc.property(
        fc.array(fc.record({ name: word, params }), { minLength: 2, maxLength: 3 }),
        (runs) => {
          const lines = runsMarkdown(runs.map(detail)).trimEnd().split('\n');
          assert.equal(lines.length, runs.length + 2);
          const columns = new Set(lines.map((line) => line.split(/(?<!\\)\|/).length));
          assert.equal(columns.size, 1, lines.join('\n'));
        },
      ),
      { numRuns: 30 },
    );
  });
});
