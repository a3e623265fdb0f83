// Places in texts: links of tracebacks, folded progress, cells of notebooks, the function a cursor is in.
import assert from 'node:assert/strict';
import { progressRanges } from '../../../../src/domain/progressLines';
import { isInBody } from '../../../../src/extension/models/functionBody';
import { cellAtLine } from '../../../../src/extension/models/notebookLines';
import { sourceLinks } from '../../../../src/extension/models/sourceLinks';

describe('links of a traceback', () => {
  it('lead to files, absolute or of the root, and to nothing that is no file', () => {
    const text = [
      '12:41:04.576   File "/a/train.py", line 12, in fit',
      '  File "sub/my file.py", line 3',
      '  File "<string>", line 1, in <module>',
    ].join('\n');
    const links = sourceLinks(text, '/project');
    assert.deepEqual(
      links.map(({ file, line }) => [file, line]),
      [
        ['/a/train.py', 12],
        ['/project/sub/my file.py', 3],
      ],
    );
    assert.equal(text.slice(links[1]!.start, links[1]!.end), 'File "sub/my file.py", line 3');
  });
});

describe('progress bars in a log', () => {
  const bars = [
    '  0%|      | 0/20',
    ' 45%|####  | 9/20',
    ' 90%|##### | 18/20',
    '100%|######| 20/20',
  ];

  it('fold up to the last one', () => {
    assert.deepEqual(progressRanges(['begin', ...bars, 'end']), [{ start: 1, end: 3 }]);
    assert.deepEqual(progressRanges(bars), [{ start: 0, end: 2 }]);
  });

  it('of two kinds of text stay apart, and single ones stay', () => {
    assert.deepEqual(progressRanges([...bars, 'epoch 2', ...bars]), [
      { start: 0, end: 2 },
      { start: 5, end: 7 },
    ]);
    assert.deepEqual(progressRanges(['a', bars[0]!, 'b', 'loss 45% better', 'c']), []);
  });

  it('are known in the forms of keras and rich', () => {
    const keras = ['9/20 [====>....]', '12/20 [=====>...]', '20/20 [=========]'];
    assert.deepEqual(progressRanges(keras), [{ start: 0, end: 1 }]);
    const rich = ['fit ━━━━━━━━ 10%', 'fit ━━━━━━━━ 20%', 'fit ━━━━━━━━ 30%'];
    assert.deepEqual(progressRanges(rich), [{ start: 0, end: 1 }]);
  });
});

describe('a line of joined cells', () => {
  it('is one of the cell that holds it', () => {
    assert.deepEqual(cellAtLine([3, 1, 2], 0), { cell: 0, line: 0 });
    assert.deepEqual(cellAtLine([3, 1, 2], 2), { cell: 0, line: 2 });
    assert.deepEqual(cellAtLine([3, 1, 2], 3), { cell: 1, line: 0 });
    assert.deepEqual(cellAtLine([3, 1, 2], 5), { cell: 2, line: 1 });
    assert.equal(cellAtLine([3, 1, 2], 6), undefined);
  });
});

describe('the function a cursor is in', () => {
  const text = `@step(
    enable_cache=False,
)
def fit(
    data: list,
) -> int:
    x = 1

    # a comment
    return x


OTHER = 1
`.split('\n');
  const inside = (at: number) => isInBody(text, 0, at);

  it('goes from its decorator to its last line', () => {
    for (let at = 0; at <= 11; at += 1) assert.ok(inside(at), `line ${at + 1}`);
  });

  it('ends where something else begins', () => {
    assert.ok(!inside(12));
    assert.ok(!inside(13));
  });

  it('may be a method', () => {
    const lines = ['class A:', '    @step', '    def f(self):', '        return 1', '    y = 2'];
    assert.ok(isInBody(lines, 1, 3));
    assert.ok(!isInBody(lines, 1, 4));
  });
});
