// What charts compute before anything is drawn.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { bandsOf, valueAt } from '../../webview/shared/charts/bands';
import { binned, binsOf } from '../../webview/shared/charts/bins';
import { confusionCells, confusionOf } from '../../webview/shared/charts/confusionMatrix';
import {
  importanceOf,
  rankEffect,
  ranksOf,
  spearman,
} from '../../webview/shared/charts/correlation';
import { csvOf, fileName, jsonOf } from '../../webview/shared/charts/exportChart';
import { hoverRows, TOOLTIP_ROWS } from '../../webview/shared/charts/hover';
import { bestOf, markerOf } from '../../webview/shared/charts/marks';
import { fencesOf, quantile } from '../../webview/shared/charts/outliers';
import { axisOfColumn, passing } from '../../webview/shared/charts/parallel';
import { hasPointsIn, type Line } from '../../webview/shared/charts/series';
import { weightOf } from '../../webview/shared/charts/smoothing';
import { roundTicks, spanText } from '../../webview/shared/charts/ticks';
import { trendOf } from '../../webview/shared/charts/trend';
import { dragged, scaled, zoomTo } from '../../webview/shared/charts/zoom';

const line = (xs: number[], values: number[], more: Partial<Line> = {}): Line => ({
  runId: more.name ?? 'r',
  name: 'run',
  slot: 0,
  steps: xs,
  times: xs,
  xs,
  values,
  count: values.length,
  ...more,
});
const close = (a: number, b: number, by = 1e-9) =>
  assert.ok(Math.abs(a - b) <= by * Math.max(1, Math.abs(a), Math.abs(b)), `${a} is not ${b}`);
const numbers = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2 });

describe('rank correlation', () => {
  it('gives equal values the mean of their ranks', () => {
    assert.deepEqual(ranksOf([10, 20, 10, 5]), [2.5, 4, 2.5, 1]);
  });
  it('is a published example', () => {
    // IQ and hours of television: d² sums to 194, ρ = 1 − 6·194 / (10·99).
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    close(spearman(iq, hours)!, -29 / 165);
  });
  it('sees only the order, and changes its sign with it', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -99, max: 99 }), { minLength: 3 }), (values) => {
        const other = values.map((value, i) => value * ((i % 3) - 1) + i);
        const rho = spearman(values, other);
        const stretched = spearman(
          values.map((v) => Math.exp(v / 50)),
          other,
        );
        if (rho === undefined) return assert.equal(stretched, undefined);
        assert.ok(rho >= -1 && rho <= 1);
        close(rho, stretched!);
        close(
          spearman(
            values.map((v) => -v),
            other,
          )!,
          -rho,
        );
        close(spearman(values, values)!, 1);
      }),
    );
  });
  it('of two groups is the rank correlation with 0 and 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 9 })), { minLength: 3 }),
        (runs) => {
          const effect = rankEffect(
            runs.map(([group]) => String(group)),
            runs.map(([, value]) => value),
          );
          const rho = spearman(
            runs.map(([group]) => Number(group)),
            runs.map(([, value]) => value),
          );
          if (rho === undefined) assert.equal(effect, undefined);
          else close(effect!, Math.abs(rho), 1e-7);
        },
      ),
    );
  });
  it('tells numbers, texts, constants and too few runs apart', () => {
    assert.deepEqual(importanceOf(['1', '2', '10'], [3, 2, 1]), {
      kind: 'ranked',
      rho: -1,
      runs: 3,
    });
    assert.equal(importanceOf(['a', 'a', 'b', 'b'], [1, 2, 8, 9]).kind, 'grouped');
    assert.deepEqual(importanceOf(['x', 'x', 'x'], [1, 2, 3]), { kind: 'constant', runs: 3 });
    assert.deepEqual(importanceOf(['a', 'b', 'c'], [1, 2, 3]), { kind: 'few', runs: 3 });
    assert.deepEqual(importanceOf(['1', '2', null, '3'], [1, Number.NaN, 3, 4]), {
      kind: 'few',
      runs: 2,
    });
  });
});

describe('bands', () => {
  it('are mean, deviation and extremes where all runs have the same steps', () => {
    const lines = [line([0, 1], [1, 3], { group: 'g' }), line([0, 1], [3, 5], { group: 'g' })];
    const [sd] = bandsOf(lines, 'sd');
    assert.deepEqual(sd!.mean, [2, 4]);
    close(sd!.high[0]!, 2 + Math.SQRT2);
    const [range] = bandsOf(lines, 'range');
    assert.deepEqual(
      [range!.low, range!.high],
      [
        [1, 3],
        [3, 5],
      ],
    );
  });
  it('do not go on with a run that has ended, or across a gap', () => {
    const lines = [
      line([0, 2], [0, 2], { group: 'g' }),
      line([0, 2, 9], [2, 4, 9], { group: 'g' }),
    ];
    const [band] = bandsOf(lines, 'range');
    assert.deepEqual(band!.mean, [1, 3, 9]);
    assert.ok(Number.isNaN(valueAt(line([0, 1, 2], [0, Number.NaN, 2]), 0.5)));
  });
  it('hold their mean between their edges', () => {
    fc.assert(
      fc.property(fc.array(numbers, { minLength: 1, maxLength: 5 }), (all) => {
        const lines = all.map((values) =>
          line(
            values.map((_, i) => i),
            values,
            { group: 'g' },
          ),
        );
        for (const kind of ['sd', 'range'] as const) {
          const [band] = bandsOf(lines, kind);
          for (const [i, mean] of band!.mean.entries()) {
            assert.ok(band!.low[i]! <= mean && mean <= band!.high[i]!);
          }
        }
      }),
    );
  });
});

describe('bins', () => {
  it('put every value into one of them', () => {
    const texts = fc.array(
      fc
        .oneof(
          fc.integer(),
          fc.double({ noNaN: true, min: 1e-9, max: 1e9 }),
          fc.constantFrom('adam', 'sgd'),
        )
        .map(String),
    );
    fc.assert(
      fc.property(texts, (all) => {
        const bins = binsOf(all);
        assert.ok(bins.labels.length <= 10);
        for (const text of all) {
          const bin = bins.indexOf(text);
          assert.ok(bin !== undefined && bin >= 0 && bin < bins.labels.length, `${text} in ${bin}`);
        }
      }),
    );
  });
  it('of numbers are in order, however they are written', () => {
    assert.deepEqual(binsOf(['0.1', '1e-3', '0.01', '1e-1']).labels, ['0.001', '0.01', '0.1']);
  });
  it('hold the largest numbers, too', () => {
    const all = Array.from({ length: 12 }, (_, i) => String((i - 5.5) * 3e307));
    const bins = binsOf(all);
    assert.equal(bins.labels.length, 10);
    assert.deepEqual([bins.indexOf(all[0]!), bins.indexOf(all[11]!)], [0, 9]);
  });
  it('are of equal ratio over decades', () => {
    const rates = Array.from({ length: 50 }, (_, i) => String(10 ** (-5 + i / 10)));
    const bins = binsOf(rates);
    const counts = new Map<number, number>();
    for (const rate of rates)
      counts.set(bins.indexOf(rate)!, (counts.get(bins.indexOf(rate)!) ?? 0) + 1);
    assert.equal(counts.size, 10);
  });
  it('hold each run once, with the mean of those that have a finite value', () => {
    const runs = [
      { x: '1', y: 'a', value: 2 },
      { x: '1', y: 'a', value: 4 },
      { x: '1', y: 'a', value: Number.NaN },
      { x: null, y: 'a', value: 9 },
      { x: '2', y: 'b', value: 5 },
    ];
    const cells = binned(runs, binsOf(['1', '2']), binsOf(['a', 'b']));
    assert.deepEqual(cells, [
      { x: 0, y: 0, mean: 3, runs: 2 },
      { x: 1, y: 1, mean: 5, runs: 1 },
    ]);
  });
});

describe('outliers', () => {
  it('lie beyond the fences, and only they', () => {
    assert.equal(quantile([1, 2, 3, 4], 0.25), 1.75);
    assert.deepEqual(fencesOf([1, 2, 3, 4, 5, 1000, Number.NaN]), { low: 1, high: 5, outside: 1 });
    assert.equal(fencesOf([1, 2, 3, 4, 5]), undefined);
    assert.equal(fencesOf([]), undefined);
    assert.equal(fencesOf([7, 7, 7, 7, 9]), undefined);
  });
});

describe('smoothing by length', () => {
  it('is none for a short line, unless it was chosen', () => {
    assert.deepEqual([weightOf('auto', 59), weightOf('auto', 60), weightOf(0.9, 2)], [0, 0.6, 0.9]);
  });
});

describe('trendOf', () => {
  it('finds the line that points are on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -9, max: 9 }),
        fc.integer({ min: -9, max: 9 }),
        (slope, intercept) => {
          const trend = trendOf([0, 1, 4, 9].map((x) => ({ x, y: intercept + slope * x })));
          close(trend!.slope, slope, 1e-9);
          close(trend!.intercept, intercept, 1e-9);
          close(trend!.r2, 1);
        },
      ),
    );
    assert.equal(
      trendOf([
        { x: 1, y: 1 },
        { x: 1, y: 2 },
        { x: 1, y: 3 },
      ]),
      undefined,
    );
    assert.equal(
      trendOf([
        { x: 1, y: 1 },
        { x: 2, y: 2 },
      ]),
      undefined,
    );
    // Their squares are beyond all numbers: better no line than one of which nothing can be told.
    const huge = [1e200, -1e200, 1e200].map((y, x) => ({ x, y }));
    assert.equal(trendOf(huge), undefined);
  });
});

describe('a part of the x axis', () => {
  const lines = [line([0, 10, 20], [1, Number.NaN, -1])];
  it('is empty between two points, and where none can be drawn', () => {
    assert.equal(hasPointsIn(lines, [0, 5], false), true);
    assert.equal(hasPointsIn(lines, [1, 9], false), false);
    assert.equal(hasPointsIn(lines, [5, 15], false), false);
    assert.equal(hasPointsIn(lines, [15, 20], false), true);
    assert.equal(hasPointsIn(lines, [15, 20], true), false);
    assert.equal(hasPointsIn(lines, undefined, true), true);
    assert.equal(hasPointsIn([], undefined, false), false);
  });
});

describe('the tooltip', () => {
  const lines = Array.from({ length: 14 }, (_, i) => line([0, 10], [i, i], { name: `r${i}` }));
  it('has ten rows around the nearest, as the lines lie, and counts the others', () => {
    const found = hoverRows(lines, 9, { reach: 2, distance: (value) => Math.abs(value - 1) });
    assert.equal(found.rows.length, TOOLTIP_ROWS);
    assert.equal(found.more, 4);
    assert.equal(found.nearest!.line.name, 'r1');
    assert.ok(found.rows.includes(found.nearest!));
    const values = found.rows.map(({ value }) => value);
    assert.deepEqual(
      values,
      [...values].sort((a, b) => b - a),
    );
  });
  it('leaves out lines that are not there, and values that are none', () => {
    assert.equal(hoverRows(lines, 5, { reach: 2 }).rows.length, 0);
    assert.equal(hoverRows([line([0], [Number.NaN])], 0, { reach: 2 }).rows.length, 0);
  });
});

describe('marks', () => {
  it('are at the best point, whichever way is better', () => {
    const lines = [line([0, 1], [5, Number.NaN]), line([0, 1], [7, -2])];
    assert.deepEqual([bestOf(lines, 'max')!.value, bestOf(lines, 'min')!.value], [7, -2]);
    assert.equal(bestOf([line([0], [Number.NaN])], 'max'), undefined);
    assert.equal(bestOf([line([0], [3])], 'max')!.only, true);
  });
  it('tell lines of one colour apart', () => {
    const styles = [3, 13, 23, 33].map(markerOf);
    assert.equal(new Set(styles).size, 4);
  });
});

describe('ticks of time', () => {
  it('are round, within the range and not too many', () => {
    assert.deepEqual(roundTicks(0, 60_000, 6), [0, 10_000, 20_000, 30_000, 40_000, 50_000]);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.integer({ min: 1, max: 1e12 }),
        (from, span) => {
          const ticks = roundTicks(from, from + span, 6);
          assert.ok(
            ticks.length <= 6 && ticks.every((tick) => tick >= from && tick <= from + span),
          );
        },
      ),
    );
    assert.deepEqual(
      [spanText(250), spanText(90_000), spanText(-7200_000)],
      ['250 ms', '1.5 min', '-2 h'],
    );
  });
});

describe('zoom', () => {
  const area = { left: 40, right: 240, top: 10, bottom: 110 };
  const at = { xAt: (p: number) => p, yAt: (p: number) => -p };
  it('by a drag takes x, with Shift a box, with Alt y, within the plot', () => {
    const drag = (kind: 'x' | 'box' | 'y') => {
      const box = dragged({ x: 60, y: 20 }, { x: 900, y: 60 }, { kind, area });
      return zoomTo({}, box!, { kind, ...at });
    };
    assert.deepEqual(drag('x'), { x: [60, 240] });
    assert.deepEqual(drag('box'), { x: [60, 240], y: [-60, -20] });
    assert.deepEqual(drag('y'), { y: [-60, -20] });
  });
  it('needs a drag, not a click', () => {
    assert.equal(dragged({ x: 60, y: 20 }, { x: 62, y: 90 }, { kind: 'x', area }), undefined);
  });
  it('keeps its place, ends at the whole, and never leaves it', () => {
    const whole: [number, number] = [0, 100];
    const options = { whole, isLog: false, around: 20 };
    assert.deepEqual(scaled([0, 100], { ...options, factor: 0.5 }), [10, 60]);
    assert.equal(scaled([10, 60], { ...options, factor: 99 }), undefined);
  });
});

describe('parallel coordinates', () => {
  const values = ['0.1', '0.001', null, '0.01'];
  it('stand between bottom and top; on a logarithmic axis by the logarithm', () => {
    const { places } = axisOfColumn({ key: 'lr', kind: 'param', values, isLog: true });
    close(places[0]!, 1);
    close(places[1]!, 0);
    assert.ok(Number.isNaN(places[2]!));
    close(places[3]!, 0.5);
  });
  it('put texts in order, and the largest numbers where they belong', () => {
    const texts = axisOfColumn({ key: 'o', kind: 'param', values: ['sgd', 'adam', 'rms'] });
    assert.deepEqual(texts.places, [1, 0, 0.5]);
    const large = axisOfColumn({ key: 'm', kind: 'metric', values: [-1.7e308, 1.7e308, 0] });
    assert.deepEqual(large.places, [0, 1, 0.5]);
  });
  it('let pass what lies in every brush; a run without the value does not', () => {
    const axes = [
      axisOfColumn({ key: 'lr', kind: 'param', values, isLog: true }),
      axisOfColumn({ key: 'lr', kind: 'metric', values: [1, 2, 3, 4] }),
    ];
    assert.deepEqual(passing(axes, {}), [true, true, true, true]);
    assert.deepEqual(passing(axes, { 'param lr': [0.4, 1] }), [true, false, false, true]);
    assert.deepEqual(passing(axes, { 'param lr': [0.4, 1], 'metric lr': [0.9, 1] }), [
      false,
      false,
      false,
      true,
    ]);
  });
});

describe('confusion matrices', () => {
  const columns = ['', 'cat', 'dog'].map((name) => ({ name, type: 'text' }));
  it('are read from a square table, with labels or without', () => {
    const rows = [
      ['cat', 3, 1],
      ['dog', '0', 4],
    ];
    assert.deepEqual(confusionOf({ columns, rows }), {
      labels: ['cat', 'dog'],
      counts: [
        [3, 1],
        [0, 4],
      ],
    });
    assert.equal(
      confusionOf({
        columns,
        rows: [
          ['cat', 3, 'x'],
          ['dog', 0, 4],
        ],
      }),
      undefined,
    );
    assert.equal(confusionOf({ columns, rows: rows.slice(1) }), undefined);
  });
  it('as shares are shares of the true class', () => {
    const cells = confusionCells(
      {
        labels: ['a', 'b'],
        counts: [
          [3, 1],
          [0, 0],
        ],
      },
      true,
    );
    assert.deepEqual(
      cells.map(({ value }) => value),
      [0.75, 0.25, 0, 0],
    );
  });
});

describe('exports', () => {
  const data = {
    heads: ['x', 'run', 'run'],
    rows: [
      [0, 1.25, Number.NaN],
      ['a"b', undefined, 3],
    ],
  };
  it('quote what CSV must, and keep all digits', () => {
    assert.equal(csvOf(data), 'x,run,run\n0,1.25,NaN\n"a""b",,3\n');
  });
  it('as JSON lose no column of the same name, and no NaN', () => {
    assert.deepEqual(JSON.parse(jsonOf(data)), [
      { x: 0, run: 1.25, 'run (2)': 'NaN' },
      { x: 'a"b', run: null, 'run (2)': 3 },
    ]);
  });
  it('as JSON keep three columns apart, also when one is called like a second of another', () => {
    const heads = ['run', 'run (2)', 'run'];
    assert.deepEqual(JSON.parse(jsonOf({ heads, rows: [[1, 2, 3]] })), [
      { run: 1, 'run (2)': 2, 'run (3)': 3 },
    ]);
  });
  it('have names that every file system takes', () => {
    assert.equal(fileName('../val/loss:<b>'), 'val-loss-b');
    assert.equal(fileName('///'), 'chart');
    const letters = fileName('𐐨'.repeat(100));
    assert.equal(letters, '𐐨'.repeat(80));
  });
});
