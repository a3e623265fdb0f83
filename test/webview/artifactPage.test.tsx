// The Artifact page as a person uses it, and what it refuses to run.
/** @jsxRuntime automatic @jsxImportSource preact */
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { render } from 'preact';
import type { FileView } from '../../src/protocol/files';
import type { ImageUri } from '../../src/protocol/webview/artifact';
import { App } from '../../webview/artifact/app';
import { inertHtml } from '../../webview/artifact/inertHtml';
import { looksApart } from '../../webview/artifact/looksApart';
import {
  ARTIFACT,
  answersFor,
  factsOf,
  openArtifactPage,
  type PageOptions,
  PICTURE,
  type TestPage,
} from '../gallery/artifactHost';
import { openPage } from './dom';

const GLOBALS = ['ResizeObserver', 'DOMParser', 'HTMLScriptElement'] as const;
const soon = (ms = 150) => new Promise((resolve) => setTimeout(resolve, ms));
const IMAGE: FileView = { kind: 'image', mediaType: 'image/png', width: 8, height: 8 };
const HTML: FileView = { kind: 'html', language: 'html' };
const TEXT: FileView = { kind: 'text', language: 'json' };

/** None of them is a look, whatever stands beside it. */
const TOKENS = [
  'style="x"',
  '<p>',
  '</p>',
  '<b title="style=1">',
  '<i a=b>',
  '<!-- style -->',
  ' ',
  '< ',
  '&lt;',
];

let dom: ReturnType<typeof openPage>;
let before: Map<string, unknown>;

beforeEach(() => {
  dom = openPage();
  const globals = globalThis as Record<string, unknown>;
  before = new Map(GLOBALS.map((name) => [name, globals[name]]));
  for (const name of GLOBALS) globals[name] = dom.window[name];
});
afterEach(async () => {
  render(null, dom.root);
  for (const [name, value] of before) (globalThis as Record<string, unknown>)[name] = value;
  await dom.close();
});

describe('the Artifact page', () => {
  let opened: TestPage;
  const subject = { kind: 'artifact', artifactId: ARTIFACT.id } as const;

  async function open(view: FileView, options: Partial<PageOptions> = {}): Promise<void> {
    opened = openArtifactPage({
      subject,
      answers: answersFor(view, options.answers),
      ...without(options),
    });
    render(<App page={opened.page} />, dom.root);
    await soon(400);
  }
  const without = ({ answers: _, ...rest }: Partial<PageOptions>) => rest;
  const text = () => dom.root.textContent ?? '';
  const all = (selector: string) => [...dom.root.querySelectorAll<HTMLElement>(selector)];
  const one = (selector: string) => {
    const [found] = all(selector);
    assert.ok(found, `${selector} is not there`);
    return found;
  };
  const press = async (label: string, selector = 'button, vscode-button') => {
    const found = () => all(selector).find((each) => each.textContent?.trim() === label);
    for (let i = 0; i < 40 && !found(); i += 1) await soon(50);
    const button = found();
    assert.ok(button, `There is no ${label}`);
    button.click();
    await soon();
  };
  const askedOf = (route: string) =>
    opened.done.asks.filter((each) => each.route === route).map(({ request }) => request);

  it('tells what a version is, who made it and who used it', async () => {
    await open(TEXT);
    for (const part of [
      'measurements v7',
      'DataFrame',
      'load',
      'train_1',
      '4 more',
      'first line',
    ]) {
      assert.ok(text().includes(part), part);
    }
    await press('load · weather-2026_11_20-11_40');
    assert.deepEqual(opened.done.commands, [
      {
        command: 'runlens.openPipeline',
        target: { pipeline: 'weather', pipelineRunId: 'r0', stepRunId: 's0' },
      },
    ]);
  });

  it('goes on to another version by itself, and keeps it', async () => {
    await open(TEXT, {
      answers: {
        'GET /api/artifacts/:id': ({ id }) => ({ ...ARTIFACT, id, version: id.slice(1) }),
      },
    });
    await press('version 3');
    assert.ok(text().includes('measurements v3'));
    const { view } = opened.done.kept as { view: unknown };
    assert.deepEqual(
      { view },
      {
        view: { artifactId: 'a3', path: undefined, tab: 'content', against: undefined },
      },
    );
  });

  it('shows the value, not its sidecar, and asks for no more of it than is seen', async () => {
    await open({ kind: 'table', format: 'parquet' });
    assert.deepEqual(askedOf('POST /api/file-facts'), [{ artifactId: 'a7', path: 'data.parquet' }]);
    const pages = askedOf('POST /api/file-table') as { offset: number; limit: number }[];
    assert.ok(pages.length > 0 && pages.every(({ offset, limit }) => offset + limit <= 400));
    assert.ok(text().includes('More than 100 rows') && text().includes('4 columns'));
  });

  it('opens files by commands of the extension', async () => {
    await open(TEXT);
    await press('Open File');
    await press('Open Externally');
    assert.deepEqual(opened.done.commands.at(-1), {
      command: 'runlens.openFileInEditor',
      target: { artifactId: 'a7', path: 'data.parquet' },
    });
    assert.deepEqual(opened.external, [{ artifactId: 'a7', path: 'data.parquet' }]);
  });

  it('asks for more of a long text only when told to', async () => {
    const size = 5_000_000_000;
    await open(TEXT, {
      answers: {
        'POST /api/file-text': ({ bytes }) => ({ text: 'x'.repeat(10), next: bytes, size }),
      },
    });
    assert.ok(text().includes('The first 64 KB of 4.7 GB'));
    await press('Show More');
    await press('Show More');
    const bytes = askedOf('POST /api/file-text').map(
      (request) => (request as { bytes: number }).bytes,
    );
    assert.deepEqual(bytes, [65_536, 262_144, 1_048_576]);
    assert.ok(!all('vscode-button').some((button) => button.textContent === 'Show More'));
  });

  it('compares texts in the editor', async () => {
    await open(TEXT, {
      view: { tab: 'compare' },
      answers: {
        'POST /api/file-text': ({ place }) => {
          const content = 'artifactId' in place ? `of ${place.artifactId}` : '';
          return { text: content, next: content.length, size: content.length };
        },
      },
    });
    await press('Compare in the Editor');
    assert.deepEqual(opened.done.commands.at(-1), {
      command: 'runlens.compareTexts',
      target: {
        texts: {
          title: 'data.parquet: measurements v6 ↔ measurements v7',
          left: 'of a6',
          right: 'of a7',
        },
      },
    });
  });

  it('says that a version was deleted, and asks again when told to', async () => {
    await open(TEXT, { subject: { kind: 'artifact', artifactId: 'gone' } });
    assert.ok(text().includes('There is no artifact gone'));
    const times = askedOf('GET /api/artifacts/:id').length;
    await press('Try Again');
    assert.equal(askedOf('GET /api/artifacts/:id').length, times + 1);
  });

  it('lets another version be chosen when the one that is compared was deleted', async () => {
    await open(TEXT, { view: { tab: 'compare', against: 'gone' } });
    assert.ok(text().includes('There is no artifact gone'));
    const choose = one('select') as HTMLSelectElement;
    assert.equal(choose.value, 'gone');
    choose.value = 'a6';
    choose.dispatchEvent(new dom.window.Event('change', { bubbles: true }) as unknown as Event);
    await soon(400);
    assert.ok(!text().includes('There is no artifact gone'));
    assert.ok(text().includes('measurements v6') && text().includes('Facts and metadata'));
    const labels = [...choose.options].map((option) => option.textContent);
    assert.ok(!labels.includes('another version'), labels.join());
  });

  it('reads metadata anew that came later, and nothing for another artifact', async () => {
    await open(TEXT);
    const times = () => askedOf('GET /api/artifacts/:id').length;
    const first = times();
    const { page } = opened.page.panel;
    await page.events([{ type: 'artifact', artifact: { ...ARTIFACT, id: 'other' } }]);
    await soon(150);
    assert.equal(times(), first);
    await page.events([{ type: 'artifact', artifact: ARTIFACT }]);
    await soon(150);
    assert.equal(times(), first + 1);
  });

  describe('pictures', () => {
    const file = { kind: 'file', runId: 'r', path: 'p/s_2.png' } as const;
    const beside = {
      'GET /api/runs/:runId/files': () => ({
        items: ['p/s_1.png', 'p/s_2.png', 'p/s_3.png'].map((path) => ({
          path,
          isDirectory: false,
          size: 1,
          file: `/${path}`,
        })),
        total: 3,
      }),
    };

    it('are img elements, an SVG with scripts, too', async () => {
      await open({ kind: 'svg', mediaType: 'image/svg+xml' });
      assert.equal(one('.art-picture').tagName, 'IMG');
      assert.equal(one('.art-picture').getAttribute('src'), PICTURE);
      assert.equal(all('script, object, embed, iframe, .art-frame svg').length, 0);
    });

    it('wait for one that is fetched from elsewhere, and say why it was not', async () => {
      let uri: ImageUri = { kind: 'pending' };
      await open(IMAGE, { uriOf: async () => uri });
      assert.ok(text().includes('fetched from its server'));
      uri = { kind: 'ready', uri: PICTURE };
      opened.fetched.fire({ place: { artifactId: 'a7', path: 'other.png' }, problem: undefined });
      await soon();
      assert.equal(all('.art-picture').length, 0);
      opened.fetched.fire({
        place: { artifactId: 'a7', path: 'data.parquet' },
        problem: undefined,
      });
      await soon();
      assert.equal(all('.art-picture').length, 1);
      opened.fetched.fire({
        place: { artifactId: 'a7', path: 'data.parquet' },
        problem: 'It was cancelled.',
      });
      await soon();
      assert.ok(text().includes('It was cancelled.'));
    });

    it('are gone through by step, while the slider keeps the focus', async () => {
      await open(IMAGE, { subject: file, answers: beside });
      const slider = one('input[type=range]') as HTMLInputElement;
      assert.equal(slider.getAttribute('aria-valuetext'), 'Step 2 (2 of 3)');
      slider.value = '2';
      slider.dispatchEvent(new dom.window.Event('input', { bubbles: true }) as unknown as Event);
      await soon();
      assert.equal(one('input[type=range]'), slider);
      assert.equal(slider.getAttribute('aria-valuetext'), 'Step 3 (3 of 3)');
      assert.ok(text().includes('p/s_3.png'));
      assert.deepEqual(askedOf('POST /api/file-facts').at(-1), { runId: 'r', path: 'p/s_3.png' });
    });

    it('are zoomed by keys', async () => {
      await open(IMAGE);
      const key = async (name: string) => {
        const event = new dom.window.KeyboardEvent('keydown', { key: name, bubbles: true });
        one('.art-frame').dispatchEvent(event as unknown as Event);
        await soon(10);
      };
      // A small picture is blown up until it is seen, without lines on it.
      assert.equal(one('.art-zoom').textContent, '3200 %');
      assert.equal(all('.art-grid').length, 0);
      for (let i = 0; i < 12; i += 1) await key('+');
      assert.ok(one('.art-picture').className.includes('art-sharp'));
      assert.equal(all('.art-grid').length, 1);
      await key('0');
      assert.equal(one('.art-zoom').textContent, '3200 %');
      assert.equal(all('.art-grid').length, 0);
    });

    it('that are compared are zoomed together', async () => {
      await open(IMAGE, { view: { tab: 'compare' } });
      const zooms = () => all('.art-zoom').map(({ textContent }) => textContent);
      for (const picture of all('.art-picture')) {
        Object.defineProperties(picture, {
          naturalWidth: { value: 8 },
          naturalHeight: { value: 8 },
        });
        picture.dispatchEvent(new dom.window.Event('load') as unknown as Event);
      }
      await soon();
      assert.deepEqual(zooms(), ['3200 %', '3200 %']);
      const key = new dom.window.KeyboardEvent('keydown', { key: '1', bubbles: true });
      one('.art-frame').dispatchEvent(key as unknown as Event);
      await soon();
      assert.deepEqual(zooms(), ['100 %', '100 %']);
    });

    it('of a gigapixel are not decoded', async () => {
      await open({ ...IMAGE, width: 40_000, height: 40_000 });
      assert.equal(all('.art-picture').length, 0);
      assert.ok(text().includes('too big to be shown here'));
    });
  });

  describe('reports', () => {
    const report = '<p onclick="evil()">Hello</p><script>evil()</script>';
    const answers = {
      'POST /api/file-facts': () => factsOf(HTML, { size: report.length }),
      'POST /api/file-text': () => ({ text: report, next: report.length, size: report.length }),
    };

    it('are shown in a frame that may do nothing', async () => {
      await open(HTML, { answers });
      const frame = one('iframe');
      assert.equal(frame.getAttribute('sandbox'), '');
      const source = frame.getAttribute('srcdoc') ?? '';
      assert.ok(source.includes('Hello') && !source.includes('evil'));
      await press('Run Scripts in This Report');
      assert.equal(opened.done.commands.at(-1)?.command, 'runlens.runReportScripts');
    });

    it('offer to run their scripts only where code may run', async () => {
      const place = { id: 'p', name: 'x', source: undefined, canWrite: true, canRun: false };
      await open(HTML, { answers, start: { place } });
      const button = all('vscode-button').find((each) => each.textContent?.includes('Run Scripts'));
      assert.ok(button);
      assert.notEqual(button.getAttribute('disabled'), null);
    });
  });

  it('shows names as text, on one line', async () => {
    const name = '‮<img src=x onerror="evil()">\nשלום';
    await open(TEXT, {
      answers: { 'GET /api/artifacts/:id': () => ({ ...ARTIFACT, name, tags: [name] }) },
    });
    const title = one('h1');
    assert.equal(title.textContent, '\\u202e<img src=x onerror="evil()">↵שלום v7');
    assert.equal(title.querySelector('bdi')?.getAttribute('dir'), 'auto');
    assert.equal(all('img').length, 0);
  });

  it('never loads a pickle, and says what it would import', async () => {
    await open({ kind: 'pickle', globals: ['os.system'], complete: false });
    assert.ok(text().includes('os.system') && text().includes('It was not loaded here'));
    assert.ok(text().includes('there may be more'));
    assert.deepEqual(askedOf('POST /api/file-text'), []);
  });

  it('finds entries of an archive', async () => {
    const entries = ['a/x.txt', 'a/Y.txt', 'b/z.bin'].map((path) => ({ path, size: 10 }));
    await open({ kind: 'archive', entries, total: 3 });
    const field = one('vscode-text-field') as HTMLInputElement;
    field.value = 'y.t';
    field.dispatchEvent(new dom.window.Event('input', { bubbles: true }) as unknown as Event);
    await soon();
    assert.ok(text().includes('1 of 3 entries'));
  });
});

describe('a report without its scripts', () => {
  const cleaned = (source: string) => inertHtml(source, 'NONCE');

  for (const source of [
    '<script>evil()</script>',
    '<svg><script>evil()</script></svg>',
    '<p onclick="evil()">x</p>',
    '<svg onload="evil()"></svg>',
    '<a href="javascript:evil()">x</a>',
    '<a href=" java\nscript:evil()">x</a>',
    '<iframe srcdoc="<script>evil()</script>"></iframe>',
    '<object data="evil()"></object>',
    '<embed src="evil()">',
    '<base href="https://evil()">',
    '<meta http-equiv="refresh" content="0; url=evil()">',
    '<form action="https://evil()"><button formaction="javascript:evil()">x</button></form>',
    '<link rel="stylesheet" href="https://evil()">',
    '<img src="https://evil()">',
    '<img srcset="https://evil() 2x">',
    '<svg><image xlink:href="https://evil()"/></svg>',
    '<img srcset="data:image/png,AA 1x, https://evil() 2x">',
    '<style>@import url("https://evil()"); b { background: url(https://evil) }</style>',
    '<b style="background: url( \'https://evil\' )">x</b>',
    '<style>b { background: url(https://evil</style>',
    '<style>@import "https://evil</style>',
    '<a href="data:text/html,<script>evil()</script>">x</a>',
  ]) {
    it(`has nothing left of ${source}`, () => {
      assert.doesNotMatch(cleaned(source).html, /evil/);
    });
  }

  it('keeps its texts, pictures and looks, with the nonce that the policy asks for', () => {
    const { html, scripts, foreign } = cleaned(
      '<style>b { color: red }</style><b style="margin: 1px">x</b><img src="data:image/png;base64,AA==">',
    );
    assert.match(html, /<style nonce="NONCE">b \{ color: red \}<\/style>/);
    assert.match(html, /<b class="rl-look-0">x<\/b>/);
    assert.match(html, /\.rl-look-0:not\(#_#_#_\)\{margin: 1px\}/);
    assert.match(html, /src="data:image\/png;base64,AA=="/);
    assert.deepEqual([scripts, foreign], [0, 0]);
  });

  it('lets no style attribute end its own rule', () => {
    const { html } = cleaned('<b style="x:y}*{background:url(https://evil)}</style><p>">x</b>');
    assert.doesNotMatch(html, /\}\*\{/);
  });

  it('has no looks where the policy would meet them: in what is parsed', () => {
    for (const source of [
      '<style>b{}</style>',
      '<STYLE media=print>b{}</STYLE >',
      '<b title="a>b" STYLE = "x:y" class=c>',
      "<b a='\"' style='x:y'/>",
      '<b =x style=x:y>',
      '<svg><style><![CDATA[b{}]]></style><path style="x:y"/></svg>',
      '<!-- <b --><b style="x:y">',
      '<!--><b style="x:y">',
      '<b\nstyle>',
    ]) {
      const { html } = looksApart(source);
      const parsed = new DOMParser().parseFromString(html, 'text/html');
      assert.equal(parsed.querySelectorAll('style, [style]').length, 0, source);
    }
  });

  it('takes texts for no looks, and changes nothing else', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TOKENS)), (tokens) => {
        const source = tokens.join('');
        assert.deepEqual(looksApart(source), { html: source, sheets: [] });
      }),
    );
    for (const source of ['<title><b style="x"></title>', '<textarea><style>a</textarea>']) {
      assert.equal(looksApart(source).html, source);
    }
    const { html, sheets } = looksApart('a<style a="b">c > d</style>e<b style="f">');
    assert.deepEqual(sheets, ['c > d']);
    assert.match(html, /^a<script [^>]*a="b"><\/script>e<b data-rl-style="f">$/);
  });

  it('gives equal looks one rule, stronger than those of its own sheets', () => {
    const { html } = cleaned(
      '<b style="x:y" class="c">1</b><i style="x:y">2</i><u style="z:y">3</u>',
    );
    assert.match(html, /<b class="c rl-look-0">.*<i class="rl-look-0">.*<u class="rl-look-1">/);
    assert.equal(html.match(/rl-look-\d:not/g)?.length, 2);
  });

  it('counts what is missing', () => {
    const { scripts, foreign } = cleaned(
      '<body onload="a()"><script></script><script></script><img src="https://x"><iframe src="y"></iframe>',
    );
    assert.deepEqual([scripts, foreign], [3, 2]);
  });
});
