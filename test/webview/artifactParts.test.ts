// What the Artifact page computes: geometry, steps, metadata, differences, texts.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import {
  comparableRows,
  isChanged,
  tableDifference,
  versionDifferences,
} from '../../webview/artifact/differences';
import { hexLines } from '../../webview/artifact/hex';
import { brighten, countDifferences } from '../../webview/artifact/imageDifference';
import {
  fitScale,
  fitted,
  GRID_SCALE,
  MAX_SCALE,
  MIN_SCALE,
  moved,
  pixelAt,
  scaleText,
  zoomedTo,
  zoomStep,
} from '../../webview/artifact/imageGeometry';
import { stepsOf } from '../../webview/artifact/imageSteps';
import {
  flattened,
  otherMetadata,
  statisticNames,
  statisticsOf,
} from '../../webview/artifact/metadata';
import { loadSnippet } from '../../webview/artifact/modelSnippet';
import { firstFile, KEPT, oneLine, samePlace, shownOf } from '../../webview/artifact/view';
import { pictureStep } from '../../webview/shared/pictureStep';
import { ARTIFACT, OLDER, tableOf } from '../gallery/artifactHost';

const frame = { width: 800, height: 600 };
const sizes = fc.record({
  width: fc.integer({ min: 1, max: 20_000 }),
  height: fc.integer({ min: 1, max: 20_000 }),
});

describe('the place of a picture', () => {
  it('shows all of it, in the middle; small ones by whole numbers, until they are seen', () => {
    const digit = { width: 28, height: 28 };
    assert.deepEqual(fitScale(digit, frame), 9);
    assert.deepEqual(fitScale(digit, { width: 60, height: 60 }), 2);
    assert.deepEqual(fitScale({ width: 200, height: 10 }, frame), 1);
    fc.assert(
      fc.property(sizes, (image) => {
        const { scale, x, y } = fitted(image, frame);
        assert.ok(image.width * scale <= 800.001 && image.height * scale <= 600.001);
        const isBlownUp =
          Number.isInteger(scale) && Math.max(image.width, image.height) * scale <= 256;
        assert.ok(scale <= 1 || isBlownUp);
        assert.ok(Math.abs(x * 2 + image.width * scale - 800) < 0.001);
        assert.ok(Math.abs(y * 2 + image.height * scale - 600) < 0.001);
      }),
    );
  });

  it('keeps what lies under the pointer when it is zoomed', () => {
    fc.assert(
      fc.property(
        sizes,
        fc.double({ min: MIN_SCALE, max: MAX_SCALE, noNaN: true }),
        fc.record({ x: fc.integer({ min: 0, max: 800 }), y: fc.integer({ min: 0, max: 600 }) }),
        (image, scale, at) => {
          const before = fitted(image, frame);
          const after = zoomedTo(before, scale, at);
          const under = (p: typeof before) => [(at.x - p.x) / p.scale, (at.y - p.y) / p.scale];
          under(before).forEach((place, i) => {
            assert.ok(Math.abs(place - under(after)[i]!) < 1e-6 * Math.max(1, Math.abs(place)));
          });
        },
      ),
    );
  });

  it('never leaves the frame', () => {
    const image = { width: 100, height: 50 };
    for (const by of [-1e9, 1e9]) {
      const { x, y } = moved(fitted(image, frame), { x: by, y: by }, { image, frame });
      assert.ok(x < 800 && x + 200 > 0 && y < 600 && y + 100 > 0);
    }
  });

  it('steps over no size that a person knows, up and down', () => {
    const up = [0.9];
    while (up.at(-1)! < MAX_SCALE) up.push(zoomStep(up.at(-1)!, 1));
    assert.ok([1, 2, GRID_SCALE, MAX_SCALE].every((mark) => up.includes(mark)));
    const down = [70];
    while (down.at(-1)! > MIN_SCALE) down.push(zoomStep(down.at(-1)!, -1));
    assert.ok([GRID_SCALE, 2, 1, MIN_SCALE].every((mark) => down.includes(mark)));
  });

  it('tells the pixel under the pointer, and none beside it', () => {
    const at = { scale: 10, x: 5, y: 5 };
    const image = { width: 4, height: 4 };
    assert.deepEqual(pixelAt(at, image, { x: 5, y: 44.9 }), { x: 0, y: 3 });
    assert.equal(pixelAt(at, image, { x: 4.9, y: 10 }), undefined);
    assert.equal(pixelAt(at, image, { x: 45, y: 10 }), undefined);
    assert.deepEqual([1, 0.125, 0.5, 64].map(scaleText), ['100 %', '12.5 %', '50 %', '6400 %']);
  });
});

describe('the difference of pictures', () => {
  it('counts pixels by their greatest channel and draws small ones bright', () => {
    const data = new Uint8ClampedArray([0, 0, 0, 255, 0, 5, 2, 255, 10, 0, 0, 255]);
    const counted = countDifferences(data);
    assert.deepEqual(counted, { differing: 2, total: 3, most: 10 });
    brighten(data, counted.most);
    assert.deepEqual([...data], [0, 0, 0, 255, 0, 128, 51, 255, 255, 0, 0, 255]);
  });
  it('of equal pictures is none', () => {
    assert.deepEqual(countDifferences(new Uint8ClampedArray(8)), {
      differing: 0,
      total: 2,
      most: 0,
    });
  });
});

describe('pictures by step', () => {
  it('are those of one name, in the order of their numbers', () => {
    const all = ['a/s_2.png', 'a/s_10.png', 'a/s_1.png', 'a/t_3.png', 'a/s_4.csv', 'b/s_5.png'];
    assert.deepEqual(stepsOf('a/s_10.png', all), [
      { path: 'a/s_1.png', step: 1 },
      { path: 'a/s_2.png', step: 2 },
      { path: 'a/s_10.png', step: 10 },
    ]);
  });
  it('are read as MLflow names them; the newest of a step, without small copies', () => {
    const name = (step: number, time: number, end = '.png') =>
      `images/dog%step%${step}%timestamp%${time}%9c1a${end}`;
    const all = [name(0, 5), name(5, 7), name(5, 9), name(5, 9, '%compressed.webp'), name(10, 1)];
    assert.deepEqual(
      stepsOf(name(0, 5), all).map(({ path }) => path),
      [name(0, 5), name(5, 9), name(10, 1)],
    );
    // The one that is looked at stays among them.
    assert.ok(stepsOf(name(5, 7), all).some(({ path }) => path === name(5, 7)));
  });
  it('are none when there is but one, or no picture', () => {
    assert.deepEqual(stepsOf('s_1.png', ['t_1.png']), []);
    assert.deepEqual(stepsOf('s_1.csv', ['s_2.csv']), []);
    assert.deepEqual(stepsOf('plot.png', ['s_2.png']), []);
  });
});

describe('the picture and step of a name', () => {
  for (const [path, name, step] of [
    ['images/samples_step_0010.png', 'images/samples', 10],
    ['images/samples-3.png', 'images/samples', 3],
    ['epoch-3-val.png', 'epoch-val', 3],
    ['step_7.jpeg', 'step', 7],
    ['images/12.png', 'images/*', 12],
    ['v2_10.webp', 'v2', 10],
    ['2024/plot.png', '2024/plot.png', undefined],
    ['images/dog%step%-1%timestamp%5%9c1a.png', 'images/dog', -1],
    ['images/dog+step+4+timestamp+5+9c1a.png', 'images/dog', 4],
    ['x99999999999999999999.png', 'x99999999999999999999.png', undefined],
  ] as const) {
    it(path, () => {
      const found = pictureStep(path);
      assert.deepEqual([found?.name, found?.step], [name, step]);
    });
  }
  it('is none of other files and of small copies', () => {
    for (const path of ['a_1.csv', 'a%step%1%timestamp%2%x%compressed.webp', 'png', '']) {
      assert.equal(pictureStep(path), undefined, path);
    }
  });
});

describe('metadata', () => {
  it('is a row per value, with statistics apart', () => {
    assert.deepEqual(flattened(otherMetadata(ARTIFACT.metadata)), [
      { key: 'rows', value: 120_000 },
      { key: 'columns', value: 4 },
      { key: 'format', value: 'parquet' },
      { key: 'source.url', value: 'https://data.test/x' },
      { key: 'source.checked', value: true },
    ]);
    const columns = statisticsOf(ARTIFACT.metadata);
    assert.deepEqual(
      columns.map(({ name }) => name),
      ['time', 'temperature', 'station'],
    );
    assert.deepEqual(statisticNames(columns).slice(0, 4), ['type', 'count', 'nulls', 'unique']);
  });
  it('of an array is one row of statistics', () => {
    const columns = statisticsOf({ statistics: { count: 3, min: '-inf', odd: 1 } });
    assert.deepEqual(columns, [{ name: '', values: { count: 3, min: '-inf', odd: 1 } }]);
    assert.deepEqual(statisticNames(columns), ['count', 'min', 'odd']);
  });
  it('is not followed without end, and what is no statistic stays', () => {
    let deep = {};
    for (let i = 0; i < 50; i += 1) deep = { x: deep };
    assert.equal(flattened(deep).length, 1);
    assert.deepEqual(otherMetadata({ statistics: 7 }), { statistics: 7 });
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i]));
    assert.equal(flattened(many).length, 2000);
  });
});

describe('differences of versions', () => {
  const byKey = new Map(versionDifferences(OLDER, ARTIFACT).map((each) => [each.key, each]));
  it('tell what changed and by how much', () => {
    assert.deepEqual(byKey.get('rows'), {
      key: 'rows',
      before: '110000',
      after: '120000',
      isEqual: false,
      by: 10_000,
    });
    assert.equal(byKey.get('Size')?.by, 1_400_123);
    assert.deepEqual([byKey.get('Tags')?.before, byKey.get('Tags')?.after], ['raw', 'raw, שלום']);
    assert.equal(byKey.get('Size')?.isBytes, true);
    assert.equal(byKey.get('format')?.isEqual, true);
  });
  it('tell sizes apart that are written alike', () => {
    const found = versionDifferences({ ...OLDER, size: 1_048_576 }, { ...OLDER, size: 1_048_577 });
    assert.equal(found.find(({ key }) => key === 'Size')?.isEqual, false);
  });
  it('of tables match columns by name, wherever they stand', () => {
    const column = (name: string) => ({ name, type: 'x' });
    const found = tableDifference(
      {
        columns: [column('a'), column('b'), column('b')],
        rows: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      {
        columns: [column('new'), column('b'), column('a'), column('b')],
        rows: [
          [0, 2, 1, 3],
          [0, 5, 4, 7],
          [0, 0, 0, 0],
        ],
      },
    );
    assert.deepEqual([found.added, found.removed, found.changed], [['new'], [], 2]);
    const isChangedAt = found.rows.map((row) => isChanged(row, found.columns));
    assert.deepEqual(isChangedAt, [false, true, true]);
  });
  it('of tables end where one of them was not read further, not where it ends', () => {
    const page = (rows: number, total: number | undefined) => ({
      rows: Array.from({ length: rows }, () => []),
      total,
    });
    // A page of a wide table has fewer rows than were asked for.
    assert.equal(comparableRows(page(40, 1000), page(60, undefined)), 40);
    assert.equal(comparableRows(page(40, 40), page(60, undefined)), 60);
    assert.equal(comparableRows(page(40, 40), page(60, 60)), 60);
    assert.equal(comparableRows(page(0, 0), page(0, 0)), 0);
    const [older, newer] = [tableOf(60), tableOf(60)].map((table, i) =>
      table({ place: { artifactId: 'a', path: 'x' }, offset: 0, limit: [40, 60][i] ?? 0 }),
    );
    const found = tableDifference(older!, newer!, comparableRows(older!, newer!));
    assert.deepEqual([found.rows.length, found.changed], [40, 0]);
  });
  it('of a table with itself are none', () => {
    const table = tableOf(20)({ place: { artifactId: 'a', path: 'x' }, offset: 0, limit: 20 });
    assert.equal(tableDifference(table, table).changed, 0);
  });
});

describe('small readings', () => {
  it('know a file again that the panel names without its store', () => {
    const place = { runId: 'r', path: 'a.png', source: 's' };
    assert.equal(samePlace({ runId: 'r', path: 'a.png' }, place), true);
    assert.equal(samePlace({ runId: 'r', path: 'b.png' }, place), false);
    assert.equal(samePlace({ artifactId: 'r', path: 'a.png' }, place), false);
  });
  it('write bytes as lines of sixteen', () => {
    const lines = hexLines('52554e4c454e5300'.repeat(3));
    assert.deepEqual(
      lines.map(({ offset }) => offset),
      ['00000000', '00000010'],
    );
    assert.equal(lines[0]?.text, 'RUNLENS·RUNLENS·');
    assert.equal(lines[1]?.bytes, '52 55 4e 4c 45 4e 53 00');
  });
  it('load a model by its run, with names that are Python texts', () => {
    const model = {
      folder: '/a"b',
      flavors: ['python_function'],
      inputs: undefined,
      outputs: undefined,
      requirements: [],
      pythonVersion: undefined,
      mlflowVersion: undefined,
      bytes: 0,
    };
    const place = { runId: 'r', path: 'm"\n/MLmodel' };
    assert.match(loadSnippet(place, model), /load_model\("runs:\/r\/m\\"\\n"\)$/);
    const ofArtifact = { artifactId: 'a', path: 'MLmodel' };
    assert.match(
      loadSnippet(ofArtifact, { ...model, flavors: ['sklearn'] }),
      /mlflow\.sklearn\.load_model\("\/a\\"b"\)$/,
    );
  });
  it('show what a name hides', () => {
    assert.equal(oneLine('a\u202egnp.exe\n'), 'a\\u202egnp.exe↵');
    assert.equal(oneLine('שלום.csv'), 'שלום.csv');
  });
  it('show first what a person saved: a model, else the biggest, never a sidecar', () => {
    const file = (path: string, size: number) => ({ path, size });
    assert.equal(firstFile(ARTIFACT.files), 'data.parquet');
    assert.equal(firstFile([file('_types.json', 9), file('a', 1), file('b', 2)]), 'b');
    assert.equal(firstFile([file('m/model.pkl', 9), file('m/MLmodel', 1)]), 'm/MLmodel');
    assert.equal(firstFile([file('_only.json', 9)]), '_only.json');
    assert.equal(firstFile([]), undefined);
  });
  it('keep another version and file, and drop what was broken', () => {
    const view = { ...KEPT.initial, artifactId: 'b', path: 'x' };
    assert.deepEqual(shownOf({ kind: 'artifact', artifactId: 'a', path: 'y' }, view), {
      kind: 'artifact',
      artifactId: 'b',
      path: 'x',
    });
    // The path that the panel was opened with belongs to that version only.
    const other = { ...KEPT.initial, artifactId: 'b' };
    assert.equal(shownOf({ kind: 'artifact', artifactId: 'a', path: 'y' }, other)?.path, undefined);
    assert.deepEqual(KEPT.parse({ tab: 'facts', path: 7, against: 'c' }), {
      artifactId: undefined,
      path: undefined,
      tab: 'facts',
      against: 'c',
    });
    assert.equal(KEPT.parse({ tab: 'x' }), undefined);
  });
});
