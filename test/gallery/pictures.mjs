// The pictures of the gallery: takes them, compares them with those of expected/, leaves what differs.
import fs from 'node:fs';
import path from 'node:path';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { THEMES } from '../../scripts/lib/gallery.mjs';

export const WIDTHS = [380, 1400];
export const HEIGHT = 900;
/** Of a pixel's colour distance, and of all pixels: smoothing of letters differs between machines. */
const PIXEL_TOLERANCE = 0.15;
const SHARE_TOLERANCE = 0.002;
/** Bytes of all expected pictures: they are in every clone. */
const MOST_BYTES = 18_000_000;
/** Where a case is compared that is not the first of its file: that one is in every theme and width. */
const USUAL = [
  { theme: 'dark', width: 1400 },
  { theme: 'light', width: 380 },
];

export class Pictures {
  taken = 0;

  /** `leavesAll`: combinations that are not compared are left in `out`, too, to be looked at. */
  constructor({ folder, out, isUpdate, leavesAll, isComparable }) {
    Object.assign(this, { folder, out, isUpdate, leavesAll, isComparable });
    fs.mkdirSync(out, { recursive: true });
    fs.mkdirSync(folder, { recursive: true });
  }

  get summary() {
    if (!this.isComparable) return 'no pictures compared: their fonts come with a Chromium for x64';
    return `${this.taken} pictures ${this.isUpdate ? 'taken' : 'compared'}`;
  }

  /** @returns {Promise<string[]>} how the picture differs from the expected one */
  async look(page, { one, theme, width }) {
    const name = nameOf(one.name, theme, width);
    for (const end of ['actual', 'diff']) {
      fs.rmSync(path.join(this.out, `${name}.${end}.png`), { force: true });
    }
    const isCompared = this.isComparable && wants(one, theme, width);
    if (!isCompared && !this.leavesAll) return [];
    const picture = await take(page, width);
    if (!isCompared) return this.leave(name, picture, []);
    this.taken += 1;
    return this.compare(name, picture);
  }

  compare(name, picture) {
    const file = path.join(this.folder, `${name}.png`);
    const before = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
    if (before?.equals(picture)) return this.leavesAll ? this.leave(name, picture, []) : [];
    const { share, diff } = before ? differs(before, picture) : { share: 1 };
    if (this.isUpdate && share > 0) fs.writeFileSync(file, picture);
    if (this.isUpdate) return this.leavesAll ? this.leave(name, picture, []) : [];
    if (before && share <= SHARE_TOLERANCE) return [];
    if (diff) fs.writeFileSync(path.join(this.out, `${name}.diff.png`), diff());
    const at = `out/gallery/${name}.actual.png`;
    const what = before
      ? `looks different (${(share * 100).toFixed(2)} % of its pixels): ${at}`
      : `has no expected picture; look at ${at}, then --update`;
    return this.leave(name, picture, [what]);
  }

  leave(name, picture, problems) {
    fs.writeFileSync(path.join(this.out, `${name}.actual.png`), picture);
    return problems;
  }

  /** Pictures of no case, which an update removes; and whether there is too much of them all. */
  leftOver(cases) {
    const known = new Set(cases.flatMap(namesOf));
    const files = fs.readdirSync(this.folder);
    const old = files.filter((file) => !known.has(file));
    if (this.isUpdate) for (const file of old) fs.rmSync(path.join(this.folder, file));
    const bytes = files
      .filter((file) => known.has(file))
      .reduce((sum, file) => sum + fs.statSync(path.join(this.folder, file)).size, 0);
    return [
      ...(this.isUpdate ? [] : old.map((file) => `expected/${file} is of no case: --update`)),
      ...(bytes > MOST_BYTES
        ? [`the expected pictures have ${bytes} bytes, not ${MOST_BYTES}`]
        : []),
    ];
  }
}

const wants = ({ isFirst }, theme, width) =>
  isFirst || USUAL.some((one) => one.theme === theme && one.width === width);

const namesOf = (one) =>
  Object.keys(THEMES).flatMap((theme) =>
    WIDTHS.filter((width) => wants(one, theme, width)).map(
      (width) => `${nameOf(one.name, theme, width)}.png`,
    ),
  );

const nameOf = (name, theme, width) =>
  `${name.replace(/[^\w]+/g, '-').replace(/^-|-$/g, '')}.${theme}.${width}`;

async function take(page, width) {
  const height = await page.evaluate(heightOf);
  return page.screenshot({
    clip: { x: 0, y: 0, width, height: Math.min(HEIGHT, height) },
    animations: 'disabled',
    caret: 'hide',
  });
}

/** As high as what is drawn, with what lies above it. */
function heightOf() {
  const app = document.getElementById('app');
  const layers = [...document.querySelectorAll('[popover], .rl-toast, .rl-suggestions')];
  const bottoms = [app, ...layers].map((element) => element.getBoundingClientRect().bottom);
  return Math.max(40, Math.ceil(Math.max(...bottoms)) + 8);
}

/** The share of pixels that differ; 1 when the sizes do, and then there is no picture of it. */
function differs(before, after) {
  const [a, b] = [PNG.sync.read(before), PNG.sync.read(after)];
  if (a.width !== b.width || a.height !== b.height) return { share: 1 };
  const image = new PNG({ width: a.width, height: a.height });
  const count = pixelmatch(a.data, b.data, image.data, a.width, a.height, {
    threshold: PIXEL_TOLERANCE,
  });
  return { share: count / (a.width * a.height), diff: () => PNG.sync.write(image) };
}
