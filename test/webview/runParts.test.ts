// What the Run page makes of parameters, patches, records, files, logs: without a page.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Emitter } from '../../src/base/event';
import type { RunEnvironment } from '../../src/domain/environment';
import type { FileRow } from '../../src/protocol/rows';
import { type Level, Levels } from '../../webview/run/levels';
import { bestOf, chosenMetrics } from '../../webview/run/metricRows';
import { durationCell } from '../../webview/run/page';
import { paramRows } from '../../webview/run/paramTree';
import { parsePatch } from '../../webview/run/patch';
import { objectText, readRecord } from '../../webview/run/record';
import { recreationOf } from '../../webview/run/recreation';
import { INITIAL_RUN_VIEW, RUN_VIEW } from '../../webview/run/view';
import { readKept } from '../../webview/shared/kept';
import type { Cell } from '../../webview/shared/table/cells';
import { compareCells, sortedRows } from '../../webview/shared/table/sortCells';
import { base64, ENVIRONMENT, PATCH_TEXT, RUN } from '../gallery/oneRun';

const param = (key: string, value = '1') => ({ key, value });
const drawn = (
  params: readonly { key: string; value: string }[],
  search = '',
  folded: string[] = [],
) =>
  paramRows(params, { search, folded }).map(
    ({ depth = 0, expanded, value }) =>
      `${'  '.repeat(depth)}${value.label}${expanded === undefined ? '' : expanded ? ' ▾' : ' ▸'}`,
  );

describe('parameters as rows', () => {
  const nested = ['model.a.x', 'model.a.y', 'model.b', 'lr', 'data/path'].map((key) => param(key));

  it('are put under common beginnings; a single one is none', () => {
    assert.deepEqual(drawn(nested), [
      'lr',
      'data/path',
      'model. ▾',
      '  b',
      '  a. ▾',
      '    x',
      '    y',
    ]);
  });
  it('join a beginning that has only one below it', () => {
    assert.deepEqual(drawn([param('a.b.x'), param('a.b.y')]), ['a.b. ▾', '  x', '  y']);
  });
  it('are folded by prefix', () => {
    assert.deepEqual(drawn(nested, '', ['model.']), ['lr', 'data/path', 'model. ▸']);
  });
  it('show what was searched for, also where it is folded; values are searched, too', () => {
    const params = [...nested, param('note', 'x marks')];
    assert.deepEqual(drawn(params, 'X', ['model.']), ['note', 'model.a.x']);
  });
  it('have each parameter once, whatever its key', () => {
    const key = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', ' ', '😀'), maxLength: 24 });
    fc.assert(
      fc.property(fc.uniqueArray(key, { maxLength: 40 }), (keys) => {
        const rows = paramRows(
          keys.map((each) => param(each)),
          { search: '', folded: [] },
        );
        const told = rows.flatMap(({ value }) => (value.param ? [value.param.key] : []));
        assert.deepEqual([...told].sort(), [...keys].sort());
        assert.equal(new Set(rows.map(({ id }) => id)).size, rows.length);
        for (const { value } of rows) {
          if (value.param) assert.ok(value.param.key.endsWith(value.label));
        }
      }),
    );
  });
});

describe('a patch as files', () => {
  it('has what was there before and after, with the lines around', () => {
    const [changed, added] = parsePatch(PATCH_TEXT);
    assert.deepEqual(changed, {
      path: 'train.py',
      change: 'changed',
      isBinary: false,
      added: 2,
      removed: 1,
      before:
        '@@ -3,5 +3,6 @@ import mlflow\ndef train(lr):\n    model = fit(lr)\n    return model\n',
      after:
        '@@ -3,5 +3,6 @@ import mlflow\ndef train(lr):\n    model = fit(lr, seed=7)\n    check(model)\n    return model\n',
    });
    assert.deepEqual([added?.path, added?.change, added?.added], ['new file.py', 'added', 1]);
  });
  it('knows removed and binary files and quoted names', () => {
    const files = parsePatch(
      [
        'diff --git a/gone.py b/gone.py',
        'deleted file mode 100644',
        '--- a/gone.py',
        '+++ /dev/null',
        '@@ -1 +0,0 @@',
        '-x',
        'diff --git a/a b.bin b/a b.bin',
        'index 1..2 100644',
        'GIT binary patch',
        'literal 4',
        'diff --git "a/gr\\303\\266\\303\\237e.py" "b/gr\\303\\266\\303\\237e.py"',
        '--- "a/gr\\303\\266\\303\\237e.py"',
        '+++ "b/gr\\303\\266\\303\\237e.py"',
        '@@ -1 +1 @@',
        '--- not a head',
        '+++ nor this',
      ].join('\n'),
    );
    assert.deepEqual(
      files.map(({ path, change, isBinary, added, removed }) => [
        path,
        change,
        isBinary,
        added,
        removed,
      ]),
      [
        ['gone.py', 'removed', false, 0, 1],
        ['a b.bin', 'changed', true, 0, 0],
        ['größe.py', 'changed', false, 1, 1],
      ],
    );
  });
  it('throws for no text', () => {
    const line = fc.constantFrom(
      'diff --git a/x b/x',
      '@@ -1 +1 @@',
      '+a',
      '-b',
      '--- "',
      '+++ "b/\\30',
      '',
      'x',
    );
    fc.assert(fc.property(fc.array(line), (lines) => void parsePatch(lines.join('\n'))));
  });
});

describe('what is needed to run it again', () => {
  it('is the command as a shell reads it, the commit, the requirements, and what is missing', () => {
    const { command, checkout, requirements, notes } = recreationOf(ENVIRONMENT);
    assert.equal(command, "python train.py --lr 0.01 --note 'two words' --token '***'");
    assert.deepEqual(checkout, [
      'git clone https://example.org/ada/digits.git code',
      'cd code',
      'git checkout 5f2c1d0b9a8e7f6d5c4b3a291807f6e5d4c3b2a1',
      'git apply changes.patch',
    ]);
    assert.equal(
      requirements,
      '# Python 3.12.4\nnumpy==2.1.0\nscikit-learn==1.5.2\n# ours==0.1 was installed from /home/ada/ours\n',
    );
    assert.deepEqual(notes, [
      '1 file that git does not track was not kept.',
      '1 secret value of the command left out of the record: replace each *** in run.sh.',
      'ours was installed from /home/ada/ours: install it again.',
    ]);
  });
  it('cannot be a command for a notebook, nor a checkout without a commit', () => {
    const { git, ...rest } = ENVIRONMENT;
    const bare: RunEnvironment = { ...rest, entry: { ...rest.entry, kind: 'notebook' } };
    const { command, checkout, notes } = recreationOf(bare);
    assert.equal(command, undefined);
    assert.deepEqual(checkout, []);
    assert.match(notes.join(), /no git repository with a commit/);
  });
  it('quotes what a record says, so that a copied line runs nothing else', () => {
    const entry = { ...ENVIRONMENT.entry, arguments: ['x.py', '$(rm -rf ~)', "a'b; c"] };
    assert.equal(
      recreationOf({
        ...ENVIRONMENT,
        entry,
        git: { commit: 'a; b', remote: '$(x)', dirty: false },
      }).checkout.join('|'),
      "git clone '$(x)' code|cd code|git checkout 'a; b'",
    );
    assert.equal(
      recreationOf({ ...ENVIRONMENT, entry }).command,
      `python x.py '$(rm -rf ~)' 'a'\\''b; c'`,
    );
  });
});

describe('a record', () => {
  for (const [why, text] of [
    ['no JSON', '{'],
    ['another version', '{"version": 2}'],
    [
      'a part of a wrong form',
      JSON.stringify({ ...ENVIRONMENT, entry: { kind: 'script', arguments: 7 } }),
    ],
    ['packages that are none', JSON.stringify({ ...ENVIRONMENT, packages: [null] })],
    [
      'a name that is no text',
      JSON.stringify({ ...ENVIRONMENT, packages: [{ name: 7, version: '1' }] }),
    ],
  ] as const) {
    it(`is a problem, not a crash: ${why}`, () => {
      assert.equal(readRecord(base64(text), () => undefined).is, 'problem');
    });
  }
  it('is read with letters beyond ASCII', () => {
    assert.equal(objectText(base64('größe 😀')), 'größe 😀');
    assert.equal(readRecord(base64(JSON.stringify(ENVIRONMENT)), () => undefined).is, 'read');
  });
});

describe('metrics of a run', () => {
  const keys = (search: string, isSystem = false) =>
    chosenMetrics(RUN.metrics, { search, isSystem }).map(({ key }) => key);

  it('are its own or those of the machine, by text or pattern', () => {
    assert.deepEqual(keys(''), ['val/accuracy', 'train/loss', 'spread']);
    assert.deepEqual(keys('', true), ['system/cpu_utilization_percentage']);
    assert.deepEqual(keys('LOSS'), ['train/loss']);
    assert.deepEqual(keys('/^(val|spr)/'), ['val/accuracy', 'spread']);
    assert.deepEqual(keys('/(/'), [], 'half a pattern is a text');
  });
  it('have their best by the direction that the name says', () => {
    const [accuracy, loss, spread] = RUN.metrics;
    assert.equal(bestOf(accuracy!)?.value, 0.957);
    assert.equal(bestOf(loss!)?.value, 0.38);
    assert.equal(bestOf(spread!), undefined);
  });
});

describe('how long a run took', () => {
  it('grows only while it goes on: one that was stopped may have no end', () => {
    assert.deepEqual(durationCell('RUNNING', 1000, undefined), { is: 'elapsed', since: 1000 });
    assert.deepEqual(durationCell('FINISHED', 1000, 3500), { is: 'duration', ms: 2500 });
    for (const status of ['KILLED', 'FAILED', 'SCHEDULED'] as const) {
      assert.deepEqual(durationCell(status, 1000, undefined), { is: 'missing' });
    }
  });
});

describe('files by level', () => {
  const file = (path: string, isDirectory = false): FileRow => ({
    path,
    isDirectory,
    size: 1,
    file: path,
  });
  const FILES: Record<string, FileRow[]> = {
    '': [file('b.txt'), file('a10'), file('a9'), file('model', true)],
    model: [file('model/weights', true)],
    'model/weights': [],
  };
  class FakeLevel implements Level {
    private readonly changed = new Emitter<void>();
    readonly onDidChange = this.changed.event;
    state: Level['state'] = {
      value: undefined,
      isAsking: true,
      problem: undefined,
      refusal: undefined,
      readAt: undefined,
    };
    disposed = false;
    constructor(readonly path: string) {}
    answer(part: Partial<Level['state']>): void {
      this.state = { ...this.state, isAsking: false, ...part };
      this.changed.fire();
    }
    again(): void {}
    dispose(): void {
      this.disposed = true;
    }
  }
  const made: FakeLevel[] = [];
  const open = () => {
    made.length = 0;
    return new Levels(
      (path) => {
        const level = new FakeLevel(path);
        made.push(level);
        return level;
      },
      { reading: 'Reading…', empty: 'Empty' },
    );
  };
  const answer = (path: string) =>
    made
      .find((level) => level.path === path && !level.disposed)
      ?.answer({ value: { items: FILES[path] ?? [] } });
  const texts = (levels: Levels) =>
    levels
      .rows()
      .map(
        ({ depth = 0, value }) =>
          `${'  '.repeat(depth)}${value.is === 'file' ? value.file.path : `(${value.text})`}`,
      );

  it('asks only for what is open; folders first, names as people count', () => {
    const levels = open();
    levels.setOpen([]);
    answer('');
    assert.deepEqual(texts(levels), ['model', 'a9', 'a10', 'b.txt']);
    assert.deepEqual(
      made.map(({ path }) => path),
      [''],
    );
  });
  it('says what it waits for, that a folder is empty, and why one cannot be read', () => {
    const levels = open();
    levels.setOpen(['model', 'model/weights']);
    answer('');
    assert.deepEqual(texts(levels).slice(0, 2), ['model', '  (Reading…)']);
    answer('model');
    answer('model/weights');
    assert.deepEqual(texts(levels).slice(0, 3), ['model', '  model/weights', '    (Empty)']);
    made.find(({ path }) => path === 'model')?.answer({ value: undefined, problem: 'It is gone.' });
    assert.deepEqual(texts(levels).slice(0, 2), ['model', '  (It is gone.)']);
  });
  it('forgets what is closed, and tells of every change', () => {
    const levels = open();
    let told = 0;
    levels.onDidChange(() => {
      told += 1;
    });
    levels.setOpen(['model']);
    answer('');
    levels.setOpen([]);
    assert.equal(made.find(({ path }) => path === 'model')?.disposed, true);
    assert.equal(told, 3);
    assert.deepEqual(texts(levels), ['model', 'a9', 'a10', 'b.txt']);
  });
});

describe('the order of cells', () => {
  const number = (value: number): Cell => ({ is: 'number', value });
  const text = (value: string): Cell => ({ is: 'text', text: value });
  const missing: Cell = { is: 'missing' };
  const sorted = (cells: readonly Cell[], desc: boolean) =>
    sortedRows(
      cells.map((cell, i) => ({ id: String(i), value: cell })),
      [{ id: 'c', name: 'c', cell: (row) => row.value }],
      [{ id: 'c', desc }],
    ).map((row) => row.value);

  it('puts what is missing and not finite last in both directions', () => {
    const cells = [missing, number(Number.NaN), text('b'), number(2), text('10'), number(1)];
    assert.deepEqual(sorted(cells, false), [
      number(1),
      number(2),
      text('10'),
      text('b'),
      number(Number.NaN),
      missing,
    ]);
    assert.deepEqual(sorted(cells, true), [
      text('10'),
      number(2),
      number(1),
      text('b'),
      number(Number.NaN),
      missing,
    ]);
  });
  it('is an order: the same whatever rows stood before', () => {
    const cell = fc.oneof(
      fc.double().map(number),
      fc.constantFrom(
        missing,
        text(''),
        text('a'),
        text('a10'),
        text('a9'),
        text('1e3'),
        text('-0'),
      ),
    );
    fc.assert(
      fc.property(cell, cell, cell, fc.boolean(), (a, b, c, desc) => {
        const both =
          Math.sign(compareCells(a, b, { desc })) + Math.sign(compareCells(b, a, { desc }));
        assert.equal(both + 0, 0);
        if (compareCells(a, b, { desc }) <= 0 && compareCells(b, c, { desc }) <= 0) {
          assert.ok(compareCells(a, c, { desc }) <= 0);
        }
      }),
    );
  });
});

describe('what the Run page keeps', () => {
  it('is read as far as it fits', () => {
    const raw = {
      tab: 'code',
      search: { metrics: 'loss' },
      folded: ['a.', 7],
      open: 'x',
      log: 3,
      draft: { text: 'x' },
    };
    assert.deepEqual(readKept({ version: 1, view: raw }, RUN_VIEW), {
      ...INITIAL_RUN_VIEW,
      tab: 'code',
      search: { parameters: '', metrics: 'loss' },
      folded: ['a.'],
    });
  });
  it('keeps a text that is being written', () => {
    const draft = { text: 'new', base: 'old' };
    const view = { ...INITIAL_RUN_VIEW, draft };
    const raw: unknown = JSON.parse(JSON.stringify({ version: 1, view }));
    assert.deepEqual(readKept(raw, RUN_VIEW).draft, draft);
  });
});
