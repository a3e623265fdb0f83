// Markdown of somebody else: what is drawn of it, and that nothing of it can do anything.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { render } from 'preact';
import { parseMarkdown } from '../../webview/shared/markdown/blocks';
import { parseInline, plainText } from '../../webview/shared/markdown/inline';
import { linkTarget } from '../../webview/shared/markdown/links';
import { Markdown } from '../../webview/shared/markdown/markdown';
import type { Block, Inline, StoreLink } from '../../webview/shared/markdown/types';
import { openPage } from './dom';

const RUN = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';

describe('Markdown', () => {
  let page: ReturnType<typeof openPage>;
  let opened: StoreLink[];
  beforeEach(() => {
    page = openPage();
    opened = [];
  });
  afterEach(async () => {
    render(null, page.root);
    await page.close();
  });
  const html = (text: string) => {
    render(<Markdown text={text} onOpen={(link) => opened.push(link)} />, page.root);
    return page.root.innerHTML
      .replaceAll(' dir="auto"', '')
      .replaceAll(' tabindex="0"', '')
      .replace(/^<div class="rl-md">([\s\S]*)<\/div>$/, '$1');
  };

  for (const [text, expected] of [
    [
      'a *b* **c** ~~d~~ `e*f*`',
      '<p>a <em>b</em> <strong>c</strong> <s>d</s> <code>e*f*</code></p>',
    ],
    ['***both***', '<p><strong><em>both</em></strong></p>'],
    ['snake_case_name and 2 * 3 * 4', '<p>snake_case_name and 2 * 3 * 4</p>'],
    ['**open', '<p>**open</p>'],
    ['\\*not\\* emphasis', '<p>*not* emphasis</p>'],
    ['one\ntwo  \nthree', '<p>one two<br>three</p>'],
    ['# One\n### Three', '<h3>One</h3><h4>Three</h4>'],
    ['Title\n===\ntext', '<h3>Title</h3><p>text</p>'],
    [
      '- a\n- b\n  - c',
      '<ul><li><span>a</span></li><li><span>b</span><ul><li><span>c</span></li></ul></li></ul>',
    ],
    ['3. a\n4. b', '<ol start="3"><li><span>a</span></li><li><span>b</span></li></ol>'],
    ['```py\nx = "<b>"\n```', '<pre><code>x = "&lt;b>"</code></pre>'],
    ['    indented', '<pre><code>indented</code></pre>'],
    ['> said\n> twice', '<blockquote><p>said twice</p></blockquote>'],
    ['a\n\n---\n\nb', '<p>a</p><hr><p>b</p>'],
  ] as const) {
    it(`draws ${JSON.stringify(text)}`, () => {
      assert.equal(html(text).replaceAll('&gt;', '>'), expected);
    });
  }

  it('draws tables with their alignment, and bars in cells', () => {
    html('| a | b |\n|:-:|--:|\n| 1 \\| 2 | **3** |\n| short |\n\nafter');
    const cells = [...page.root.querySelectorAll('td')];
    assert.deepEqual(
      cells.map(({ textContent, className }) => [textContent, className]),
      [
        ['1 | 2', 'rl-md-center'],
        ['3', 'rl-md-end'],
        ['short', 'rl-md-center'],
        ['', 'rl-md-end'],
      ],
    );
    assert.equal(page.root.querySelector('p')?.textContent, 'after');
  });

  it('draws tasks as boxes that cannot be changed', () => {
    html('- [x] seeds\n- [ ] ablation');
    const boxes = [...page.root.querySelectorAll('input')];
    assert.deepEqual(
      boxes.map(({ checked, disabled }) => [checked, disabled]),
      [
        [true, true],
        [false, true],
      ],
    );
  });

  it('opens what the store holds, and leaves web pages to the editor', () => {
    html(
      `[a](runs:/${RUN}/plots/x.png) [b](models:/classifier@champion) [c](https://example.org/x?y=1)`,
    );
    for (const button of page.root.querySelectorAll<HTMLElement>('button')) button.click();
    assert.deepEqual(
      opened.map(({ uri, ...link }) => link),
      [
        { to: 'run', runId: RUN, path: 'plots/x.png' },
        { to: 'model', name: 'classifier', version: '@champion' },
      ],
    );
    const links = [...page.root.querySelectorAll('a')];
    assert.deepEqual(
      links.map((link) => link.getAttribute('href')),
      ['https://example.org/x?y=1'],
    );
  });

  for (const address of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'file:///etc/passwd',
    'command:workbench.action.quit',
    'vscode://x/y',
    '//example.org/x',
    '/etc/passwd',
    'https://',
    `runs:/${RUN.slice(1)}/x`,
    `https://example.org/${'x'.repeat(3000)}`,
  ]) {
    it(`leads nowhere: ${JSON.stringify(address.slice(0, 40))}`, () => {
      assert.equal(linkTarget(address), undefined);
      html(`[click](${address}) [click](<${address}>) ![click](${address}) <${address}>`);
      assert.equal(page.root.querySelectorAll('a, button').length, 0);
    });
  }

  for (const address of ['https://a b', 'https://a"onclick="x', 'https://a\\b', "https://a'b"]) {
    it(`leads no further than what is an address: ${address}`, () => {
      assert.equal(linkTarget(address), undefined);
      html(`[click](${address})`);
      for (const link of page.root.querySelectorAll('a')) {
        assert.equal(link.getAttribute('href'), 'https://a');
      }
    });
  }

  it('has tags as text', () => {
    html('<img src=x onerror="document.body.remove()"> <script>1</script>\n\n<b>x</b>');
    assert.equal(page.root.querySelectorAll('img, script, b').length, 0);
    assert.match(page.root.textContent ?? '', /<img src=x onerror="document.body.remove\(\)">/);
  });

  it('makes no element but those it knows, with no attribute but those it sets', () => {
    const known = new Set(
      'p ul ol li span code pre em strong s br hr blockquote table thead tbody tr th td div a button input h3 h4 h5 h6'.split(
        ' ',
      ),
    );
    const attributes = new Set(
      'class dir tabindex href title rel type disabled checked aria-label role start'.split(' '),
    );
    const piece = fc.oneof(
      fc.constantFrom(...PIECES),
      fc.string({ unit: 'binary', maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        html(pieces.join(''));
        for (const element of page.root.querySelectorAll('*')) {
          assert.ok(known.has(element.localName), element.localName);
          for (const { name } of element.attributes) assert.ok(attributes.has(name), name);
          const href = element.getAttribute('href');
          if (href !== null) assert.match(href, /^https?:\/\//i);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('loses no word', () => {
    const word = fc.constantFrom('alpha', 'beta', 'gamma', 'delta');
    const mark = fc.constantFrom(
      ' ',
      '\n',
      '\n\n',
      ' **',
      '** ',
      ' *',
      '* ',
      ' `',
      '` ',
      '\n- ',
      '\n> ',
      '\n# ',
      ' [',
      '] ',
      ' | ',
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(word, mark), { maxLength: 30 }), (parts) => {
        const text = parts.map(([w, m]) => `${w}${m}`).join('');
        const drawn = parseMarkdown(text).blocks.map(wordsOf).join(' ');
        const words = (of: string) => (of.match(/alpha|beta|gamma|delta/g) ?? []).sort();
        assert.deepEqual(words(drawn), words(text));
      }),
      { numRuns: 500 },
    );
  });

  it('ends soon, whatever the text is', () => {
    const texts = [
      '*',
      '_',
      '`',
      '[',
      ']',
      '![',
      '\\',
      '**a ',
      '*a',
      '`a``',
      '[a](',
      '[a](<',
      'http://',
      '> ',
      '- ',
      '  - ',
      '# ',
      '|',
      '|-',
      '~~',
      '<',
      '((',
      '[a](b "',
      '1. ',
      '\\`',
      '_a_b',
      '***',
    ];
    for (const text of texts) {
      for (const joint of ['', '\n']) {
        const started = process.cpuUsage();
        parseMarkdown(`${text}${joint}`.repeat(Math.floor(90_000 / (text.length + 1))));
        // Of the processor: other work of the machine does not count.
        const took = process.cpuUsage(started).user / 1000;
        assert.ok(took < 2000, `${JSON.stringify(text + joint)} took ${took.toFixed(0)} ms`);
      }
    }
    // Seconds of the processor, minutes on a machine that does much else.
  }).timeout(180_000);

  it('says that the rest of a long text is not drawn', () => {
    html('word '.repeat(30_000));
    assert.match(page.root.textContent ?? '', /Only the first 100,000 characters\./);
    assert.ok((page.root.textContent?.length ?? 0) < 100_100);
  });

  it('reads emphasis within links and code within emphasis', () => {
    assert.deepEqual(parseInline('[*a*](https://x.test) **`b`**'), [
      {
        is: 'link',
        target: { to: 'web', href: 'https://x.test' },
        content: [{ is: 'emphasis', content: [{ is: 'text', text: 'a' }] }],
      },
      { is: 'text', text: ' ' },
      { is: 'strong', content: [{ is: 'code', text: 'b' }] },
    ]);
  });

  it('finds addresses as they are, without what ends a sentence', () => {
    const found = parseInline('see https://x.test/a_b, or (https://y.test).');
    const links = found.filter((node) => node.is === 'link');
    assert.deepEqual(
      links.map((node) => node.is === 'link' && node.target),
      [
        { to: 'web', href: 'https://x.test/a_b' },
        { to: 'web', href: 'https://y.test' },
      ],
    );
  });
});

const PIECES = [
  '*',
  '**',
  '_',
  '`',
  '```\n',
  '[',
  '](',
  ')',
  '<',
  '>',
  '"',
  "'",
  '\n',
  '\n\n',
  '- ',
  '1. ',
  '# ',
  '> ',
  '|',
  '|-|\n',
  '\\',
  '![',
  '    ',
  'javascript:',
  'https://x.test/',
  'runs:/',
  '<script>',
  '&lt;',
  '- [x] ',
  'a',
  ' ',
  '---\n',
];

function wordsOf(block: Block): string {
  switch (block.is) {
    case 'heading':
    case 'paragraph':
      return textOf(block.content);
    case 'list':
      return block.items.flatMap(({ blocks }) => blocks.map(wordsOf)).join(' ');
    case 'quote':
      return block.blocks.map(wordsOf).join(' ');
    case 'code':
      return block.text;
    case 'table':
      return [block.head, ...block.rows].flat().map(textOf).join(' ');
    case 'rule':
      return '';
  }
}

const textOf = (content: readonly Inline[]): string => plainText(content);
