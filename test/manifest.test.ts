// The manifest and the code agree both ways: nothing contributed that nobody handles, and the reverse.
import assert from 'node:assert/strict';
import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  COMMANDS,
  CONTAINER,
  CONTEXT,
  ITEMS,
  PANELS,
  SERIES_COLOURS,
  SETTINGS,
  VIEWS,
} from '../src/extension/contributions';
import { LENS_COMMANDS } from '../src/protocol/lsp';

const root = path.join(__dirname, '..');
const read = (file: string) => JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
const manifest = read('package.json');
const texts: Record<string, string> = read('package.nls.json');
const { contributes } = manifest;

interface MenuRow {
  command: string;
  when?: string;
  group?: string;
}
interface Colour {
  id: string;
  defaults: Record<'dark' | 'light' | 'highContrast' | 'highContrastLight', string>;
}
const menus: [string, MenuRow[]][] = Object.entries(contributes.menus);
const rows = menus.flatMap(([, each]) => each);
const whens: string[] = [...rows, ...contributes.viewsWelcome]
  .map((each: { when?: string }) => each.when)
  .filter((when) => when !== undefined);

const sorted = (items: Iterable<string>) => [...items].sort();

describe('the manifest', () => {
  it('contributes exactly the commands that are registered', () => {
    const ids = contributes.commands.map((each: { command: string }) => each.command);
    assert.deepEqual(sorted(ids), sorted(Object.keys(COMMANDS)));
    for (const id of Object.values(LENS_COMMANDS)) assert.ok(id in COMMANDS, id);
  });

  it('hides in the palette exactly the commands that need an item', () => {
    const hidden = contributes.menus.commandPalette.filter(
      (each: MenuRow) => each.when === 'false',
    );
    const items = Object.entries(COMMANDS).filter(([, where]) => where === 'item');
    assert.deepEqual(
      sorted(hidden.map((each: MenuRow) => each.command)),
      sorted(items.map(([id]) => id)),
    );
    assert.ok(Object.keys(COMMANDS).length - items.length <= 40, 'at most 40 in the palette');
  });

  it('names commands in Title Case with the category Runlens', () => {
    for (const { title, category } of contributes.commands) {
      const text = texts[title.slice(1, -1)];
      assert.equal(category, 'Runlens');
      const small = /^(a|as|from|in|of|the|to|with|it)$/;
      const words = text!.replace('…', '').split(' ');
      for (const word of words) assert.ok(small.test(word) || /^[A-Z]/.test(word), text);
      assert.doesNotMatch(text!, /Runlens/, 'the category says it already');
    }
  });

  it('uses only commands, views and items that exist', () => {
    for (const { command } of rows) assert.ok(command in COMMANDS, command);
    const views = contributes.views[CONTAINER].map((each: { id: string }) => each.id);
    assert.deepEqual(sorted(views), sorted(Object.values(VIEWS)));
    for (const { view } of contributes.viewsWelcome) assert.ok(views.includes(view), view);
    const values: string[] = Object.values(ITEMS);
    for (const when of whens) {
      for (const [, view] of when.matchAll(/view == (\S+)/g)) assert.ok(views.includes(view), view);
      for (const [, value] of when.matchAll(/viewItem == (\S+)/g)) {
        assert.ok(values.includes(value!), value);
      }
      for (const [, pattern] of when.matchAll(/viewItem =~ \/(.+?)\/(?:$| )/g)) {
        assert.ok(
          values.some((value) => new RegExp(pattern!).test(value)),
          pattern,
        );
      }
    }
  });

  it('reads only context keys that the code sets, and no others are set', () => {
    const own = whens.flatMap((when) =>
      [...when.matchAll(/(?<![\w.])runlens\.\w+/g)].map(([key]) => key),
    );
    const known: string[] = [...Object.values(CONTEXT), ...Object.values(VIEWS)];
    for (const key of own) assert.ok(known.includes(key), key);
    for (const key of Object.values(CONTEXT))
      assert.ok(own.includes(key), `${key} is read nowhere`);
  });

  it('has welcome content for each state, with links to existing commands only', () => {
    for (const { contents } of contributes.viewsWelcome) {
      const text = texts[contents.slice(1, -1)];
      const commands = [...text!.matchAll(/command:([\w.]+)/g)].map(([, id]) => id!);
      assert.ok(commands.length > 0, `no way on from: ${text}`);
      for (const id of commands) assert.ok(id in COMMANDS || !id.startsWith('runlens.'), id);
    }
  });

  it('declares exactly the settings that are read, each with scope and description', () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(
      sorted(Object.keys(properties)),
      sorted(SETTINGS.map((key) => `runlens.${key}`)),
    );
    for (const [key, setting] of Object.entries<Record<string, unknown>>(properties)) {
      assert.ok(setting['scope'], `${key} has no scope`);
      assert.ok('default' in setting, `${key} has no default`);
      assert.ok(setting['markdownDescription'], `${key} has no description`);
    }
  });

  it('holds back settings that name programs until the workspace is trusted', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.ok(untrustedWorkspaces.restrictedConfigurations.includes('runlens.interpreter'));
    for (const key of untrustedWorkspaces.restrictedConfigurations) {
      assert.ok(key in contributes.configuration.properties, key);
    }
    assert.equal(virtualWorkspaces.supported, false);
  });

  it('has a text for every key, and no text without a key', () => {
    const used = [...JSON.stringify(manifest).matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key!);
    assert.deepEqual(sorted(new Set(used)), sorted(Object.keys(texts)));
  });

  it('has a walkthrough of five steps that ends in a chart', () => {
    const [walkthrough] = contributes.walkthroughs;
    const steps: {
      description: string;
      media: { markdown: string };
      completionEvents: string[];
    }[] = walkthrough.steps;
    assert.equal(steps.length, 5);
    for (const { description, media, completionEvents } of steps) {
      assert.ok(fs.existsSync(path.join(root, media.markdown)), media.markdown);
      const done = completionEvents.map((event) => event.replace('onCommand:', ''));
      for (const id of done) assert.ok(id in COMMANDS, id);
      const [, offered] = /command:([\w.]+)/.exec(texts[description.slice(1, -1)]!) ?? [];
      assert.ok(done.includes(offered!), `${offered} does not complete its step`);
    }
    assert.deepEqual(steps.at(-1)?.completionEvents, ['onCommand:runlens.openCharts']);
  });

  it('refers to files that are there', () => {
    const views = contributes.views[CONTAINER] as { icon: string }[];
    const containers = contributes.viewsContainers.activitybar as { icon: string }[];
    for (const file of [manifest.icon, ...[...views, ...containers].map((each) => each.icon)]) {
      assert.ok(fs.existsSync(path.join(root, file)), file);
    }
    const png = fs.readFileSync(path.join(root, manifest.icon));
    assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [256, 256]);
  });

  it('activates when any of its panels is restored, each with an icon for both themes', () => {
    const events: string[] = manifest.activationEvents;
    const panels = events.filter((event) => event.startsWith('onWebviewPanel:'));
    assert.deepEqual(
      sorted(panels),
      sorted(Object.values(PANELS).map((type) => `onWebviewPanel:${type}`)),
    );
    for (const page of Object.keys(PANELS)) {
      for (const theme of ['light', 'dark']) {
        assert.ok(fs.existsSync(path.join(root, `media/${page}-${theme}.svg`)), `${page} ${theme}`);
      }
    }
    assert.ok(!manifest.activationEvents.includes('*'));
  });
});

describe('the reference', () => {
  const text = fs.readFileSync(path.join(root, 'docs/reference.md'), 'utf8');

  it('names every command and every setting', () => {
    for (const { title } of contributes.commands) {
      const said = texts[title.slice(1, -1)];
      assert.ok(text.includes(`| *${said}* |`), said);
    }
    for (const [key, setting] of Object.entries<{ default: unknown }>(
      contributes.configuration.properties,
    )) {
      assert.ok(text.includes(`| \`${key}\` | \`${JSON.stringify(setting.default)}\` |`), key);
    }
  });

  it('explains every code of an error, and no others', () => {
    const files = fs.readdirSync(path.join(root, 'src'), { recursive: true }) as string[];
    const sources = files
      .filter((file) => file.endsWith('.ts'))
      .map((file) => fs.readFileSync(path.join(root, 'src', file), 'utf8'));
    const thrown = sources.flatMap((source) =>
      [...source.matchAll(/new RunlensError\(\s*'([\w.]+)'/g)].map(([, code]) => code!),
    );
    const [, messages = ''] = text.split('## Messages');
    const firsts = messages.split('\n').map((line) => line.split('|')[1] ?? '');
    const explained = firsts.flatMap((cell) =>
      [...cell.matchAll(/`(\w+\.\w+)`/g)].map(([, code]) => code!),
    );
    assert.deepEqual(sorted(explained), sorted(new Set(thrown)));
  });
});

describe('the colours of runs', () => {
  const colours: Colour[] = contributes.colors;
  const backgrounds = {
    dark: '#1f1f1f',
    light: '#ffffff',
    highContrast: '#000000',
    highContrastLight: '#ffffff',
  };

  it('are the ten that the code uses', () => {
    assert.deepEqual(
      colours.map((each) => each.id),
      SERIES_COLOURS,
    );
  });

  for (const [theme, background] of Object.entries(backgrounds)) {
    it(`stand out from the background by 3:1 in ${theme}`, () => {
      for (const { id, defaults } of colours) {
        const ratio = contrast(defaults[theme as keyof typeof backgrounds], background);
        assert.ok(ratio >= 3, `${id} has ${ratio.toFixed(2)}:1`);
      }
    });
  }
});

/** Contrast of WCAG 2.1, 1.4.3. */
function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
