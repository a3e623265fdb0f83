// What a hover says, that it says no more than two kilobytes, and that no name can change its form.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  artifactHover,
  sizeText,
  stepHover,
  uriHover,
} from '../../../../src/language/features/hoverText';
import { block, code, escaped, page } from '../../../../src/language/features/markdown';
import type { InvocationState } from '../../../../src/language/features/stepState';
import type { ArtifactRow } from '../../../../src/protocol/rows';
import type { StepFact } from '../../../../src/syntax/facts';

const NOW = 1_700_000_000_000;
const at = { line: 0, character: 0 };
const FACT: StepFact = {
  name: 'train',
  functionName: 'train',
  qualname: 'train',
  line: 2,
  decoratorLine: 1,
  range: { start: at, end: at },
  nameRange: { start: at, end: at },
  parameters: [],
  returns: undefined,
  unannotated: undefined,
  options: {},
  otherOptions: [],
  optionCalls: {},
  isConfigured: false,
  doc: 'Fits a model.',
};
const TABLE: ArtifactRow = {
  id: 'a',
  name: 'data',
  version: '3',
  type: 'pandas.core.frame.DataFrame',
  materializer: 'pandas',
  size: 12_345,
  createdAt: NOW - 60_000,
  metadata: { shape: [2, 1], columns: ['x'], preview: '   x\n0  1\n1  2' },
  folder: '/x',
  files: [],
  pipeline: 'training',
  stepId: 'load',
};

describe('hovers', () => {
  it('tell of a step what it did, made and logged, and why it is stale', () => {
    const state: InvocationState = {
      pipeline: 'training',
      stepId: 'train',
      state: { kind: 'stale', stepRunId: 's', reasons: ['gamma 1 → 2', 'code changed'] },
      last: {
        id: 's',
        pipelineRunId: 'p',
        stepId: 'train',
        step: 'train',
        status: 'ran',
        startedAt: NOW - 62_000,
        endedAt: NOW - 60_000,
      } as InvocationState['last'] & object,
    };
    const metrics = [
      { key: 'loss', value: 0.123456789 },
      { key: 'nan', value: 'NaN' as const },
    ];
    const text = stepHover({
      fact: FACT,
      invocations: [state],
      outputs: [TABLE],
      metrics,
      now: NOW,
    });
    assert.match(text, /^\*\*step\*\* `train` — stale\\: gamma 1 → 2 \\\(\\\+1\\\)/);
    assert.match(text, /Fits a model/);
    assert.match(text, /last run 1 m ago, took 2\\\.0 s/);
    assert.match(text, /\* code changed/);
    assert.match(text, /`data v3`: `pandas\.DataFrame`, 12\\\.3 kB/);
    assert.match(text, /shape: `\[2,1\]` · columns: `\["x"\]`/);
    assert.match(text, /```text\n {3}x\n0 {2}1\n1 {2}2\n```/);
    assert.match(text, /\| loss \| 0\\\.123457 \|/);
    assert.match(text, /\| nan \| NaN \|/);
  });

  it('claim nothing of a step while the store is not known', () => {
    const none = { outputs: [], metrics: [], now: NOW };
    assert.equal(
      stepHover({ fact: FACT, invocations: undefined, ...none }),
      '**step** `train`\n\nFits a model\\.',
    );
    assert.match(stepHover({ fact: FACT, invocations: [], ...none }), /not run yet/);
  });

  it('tell of an address which part of it is missing', () => {
    const none = { kind: 'none', message: 'iris has no version 9.' } as const;
    assert.equal(
      uriHover(none, 'models:/iris/9', NOW),
      '`models:/iris/9` — iris has no version 9\\.',
    );
  });

  it('stay below two kilobytes whatever is in an artifact', () => {
    const wide = 'x'.repeat(5000);
    const preview = Array.from({ length: 100 }, () => wide).join('\n');
    const metadata = { a: wide, b: wide, preview };
    const text = artifactHover({ ...TABLE, name: wide.slice(0, 300), metadata }, NOW);
    assert.ok(text.length > 100);
    assert.ok(new TextEncoder().encode(text).length <= 2048);
  });

  it('leave out whole parts that do not fit', () => {
    assert.equal(page(['a', 'ä'.repeat(2000), undefined, 'b']), 'a\n\nb');
  });

  it('keep text from being Markdown', () => {
    assert.equal(
      escaped('[x](y) <b> *a* `c` $d$ | #'),
      '\\[x\\]\\(y\\) \\<b\\> \\*a\\* \\`c\\` \\$d\\$ \\| \\#',
    );
    const text = fc.string({ unit: fc.constantFrom('`', 'a', ' ', '\n', '\\', '*', '<') });
    fc.assert(
      fc.property(text, (value) => {
        const line = value.replace(/\s+/g, ' ');
        const shown = code(value);
        const ticks = /^`*/.exec(shown)![0];
        // What is between the fences holds no run of ticks as long as they are.
        assert.ok(!new RegExp(`(?<!\`)${ticks}(?!\`)`).test(line) || line === '');
        assert.ok(shown.includes(line));
        const fence = /^`+/.exec(block(value))![0];
        assert.ok(!value.includes(fence));
      }),
    );
  });

  const sizes: readonly (readonly [number, string])[] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [12_345_678, '12.3 MB'],
  ];
  for (const [bytes, text] of sizes) it(text, () => assert.equal(sizeText(bytes), text));
});
