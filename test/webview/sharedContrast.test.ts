// The contrast of every colour that is drawn by value, in the four themes as the editor gives them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import {
  type Colour,
  contrast,
  LINE_CONTRAST,
  parseColour,
  TEXT_CONTRAST,
  toHex,
  withContrast,
} from '../../webview/shared/contrast';
import { declarations, readTheme } from '../../webview/shared/theme';
import { openPage } from './dom';

interface EditorTheme {
  readonly body: string;
  readonly kind: string;
  readonly variables: Readonly<Record<string, string>>;
}
const THEMES = JSON.parse(
  fs.readFileSync(path.join(__dirname, '../gallery/themes.json'), 'utf8'),
) as Record<string, EditorTheme>;

const colour = (text: string): Colour => {
  const parsed = parseColour(text);
  assert.ok(parsed, `${text} is no colour`);
  return parsed;
};

describe('contrast', () => {
  it('is that of WCAG', () => {
    assert.equal(contrast(colour('#000'), colour('#fff')), 21);
    assert.equal(contrast(colour('#777777'), colour('#ffffff')).toFixed(2), '4.48');
    assert.equal(contrast(colour('#fff'), colour('#fff')), 1);
  });

  it('reads what style sheets compute', () => {
    assert.deepEqual(colour('#1a2b3c80'), { r: 26, g: 43, b: 60, a: 128 / 255 });
    assert.deepEqual(colour('rgba(1, 2, 3, 0.5)'), { r: 1, g: 2, b: 3, a: 0.5 });
    assert.deepEqual(colour('rgb(1 2 3 / 50%)'), { r: 1, g: 2, b: 3, a: 0.5 });
    assert.deepEqual(colour('color(srgb 1 0 0.2)'), { r: 255, g: 0, b: 51, a: 1 });
    assert.deepEqual(colour('transparent'), { r: 0, g: 0, b: 0, a: 0 });
    for (const text of ['', 'red', '#12', 'rgb(1, 2)', 'rgb(a, b, c)']) {
      assert.equal(parseColour(text), undefined);
    }
  });

  it('is reached by moving a colour, whatever the two are, and no further than needed', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const any = fc.record({ r: byte, g: byte, b: byte, a: fc.constant(1) });
    fc.assert(
      fc.property(any, any, fc.constantFrom(LINE_CONTRAST, TEXT_CONTRAST), (own, under, ratio) => {
        const before = toHex(own);
        const after = withContrast(before, toHex(under), ratio);
        assert.ok(contrast(colour(after), under) >= ratio);
        if (contrast(own, under) >= ratio) assert.equal(after, before);
      }),
    );
  });
});

describe('the theme', () => {
  for (const [id, { body, kind, variables }] of Object.entries(THEMES)) {
    describe(id, () => {
      let page: ReturnType<typeof openPage>;
      beforeEach(() => {
        page = openPage();
        page.window.document.body.className = body;
        // The editor's variables as a browser computes them; happy-dom does not know custom properties well.
        const globals = globalThis as Record<string, unknown>;
        globals['getComputedStyle'] = () => ({
          getPropertyValue: (name: string) => variables[name] ?? '',
        });
      });
      afterEach(() => page.close());
      const read = () => readTheme(page.window.document.body as unknown as HTMLElement);

      it('is known by its classes', () => {
        assert.equal(read().kind, id);
        assert.ok(kind.startsWith('vscode-'));
      });

      it('has lines of 3 : 1 and text of 4.5 : 1', () => {
        const theme = read();
        const on = (text: string) =>
          Math.min(...[theme.editor, theme.selected].map((u) => contrast(colour(text), colour(u))));
        const onEditor = (text: string) => contrast(colour(text), colour(theme.editor));
        for (const name of [
          'foreground',
          'faint',
          'link',
          'good',
          'bad',
          'warn',
          'active',
        ] as const) {
          assert.ok(on(theme[name]) >= TEXT_CONTRAST, `${name} ${theme[name]} on ${theme.editor}`);
        }
        for (const line of [theme.line, theme.focus, ...theme.series]) {
          assert.ok(onEditor(line) >= LINE_CONTRAST, `${line} on ${theme.editor}`);
        }
        assert.equal(theme.editor, variables['--vscode-editor-background']);
        assert.equal(new Set(theme.series).size, 10);
      });

      it('grows darker or lighter along the ramp', () => {
        const theme = read();
        const steps = theme.ramp.map((text) => contrast(colour(text), colour(theme.editor)));
        assert.deepEqual(
          [...steps].sort((a, b) => a - b),
          steps,
        );
      });

      it('is told to style sheets', () => {
        const text = declarations(read());
        assert.match(text, /--rl-line: #[0-9a-f]{6};/);
        assert.match(text, /--rl-series-10: #[0-9a-f]{6};/i);
      });
    });
  }
});
