// What a line chart draws of lines: looks that differ, points that stand alone, marks of axes that can be told apart.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { meanLine } from '../../webview/shared/charts/bands';
import { thinDecades, tickText } from '../../webview/shared/charts/drawing';
import { hoverRows } from '../../webview/shared/charts/hover';
import { type LineChartSpec, setsOf } from '../../webview/shared/charts/lineSets';
import { markerOf } from '../../webview/shared/charts/marks';
import type { Line } from '../../webview/shared/charts/series';
import { INITIAL_CHART_VIEW } from '../../webview/shared/charts/types';
import { COLOURS, dashOf, type Theme } from '../../webview/shared/theme';

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
const theme: Theme = {
  kind: 'dark',
  isContrast: false,
  editor: '#1f1f1f',
  foreground: '#cccccc',
  faint: '#999999',
  grid: '#333333',
  line: '#777777',
  background: '#252526',
  border: '#454545',
  focus: '#0078d4',
  selected: '#04395e',
  link: '#4daafc',
  font: 'sans-serif',
  good: '#73c991',
  bad: '#f48771',
  warn: '#cca700',
  active: '#3794ff',
  series: Array.from({ length: COLOURS }, (_, i) => `#0000${(16 + i).toString(16)}`),
  ramp: ['#000000', '#111111', '#222222', '#333333', '#444444'],
};
const specOf = (lines: readonly Line[], more: Partial<LineChartSpec> = {}): LineChartSpec => ({
  lines,
  bands: [],
  told: lines,
  view: { ...INITIAL_CHART_VIEW, smoothing: 0 },
  zoom: {},
  theme,
  highlight: undefined,
  direction: undefined,
  ...more,
});

describe('looks of lines', () => {
  it('of a hundred runs are all different', () => {
    const looks = Array.from({ length: 100 }, (_, slot) =>
      JSON.stringify([slot % COLOURS, dashOf(slot), markerOf(slot)]),
    );
    assert.equal(new Set(looks).size, 100);
  });

  it('show a point between gaps, which has no line', () => {
    const { NaN: nan } = Number;
    const sets = setsOf(specOf([line([0, 1, 2, 3, 4], [nan, 3, Number.POSITIVE_INFINITY, 5, 6])]));
    const dots = sets.filter(({ pointRadius }) => Number(pointRadius) > 0);
    assert.deepEqual(
      dots.map(({ data }) => data),
      [[{ x: 1, y: 3 }]],
    );
  });

  it('smooth by themselves what is long, and no more where a zoom shows few points', () => {
    const xs = Array.from({ length: 1000 }, (_, i) => i);
    const long = line(
      xs,
      xs.map((x) => (x === 500 ? 9 : 0)),
    );
    const view = { ...INITIAL_CHART_VIEW, smoothing: 'auto' as const };
    const peak = (spec: LineChartSpec) =>
      Math.max(
        ...(setsOf(spec)
          .at(-1)
          ?.data.map(({ y }) => y) ?? []),
      );
    assert.ok(peak(specOf([long], { view })) < 5);
    assert.equal(peak(specOf([long], { view, zoom: { x: [490, 510] } })), 9);
  });

  it('fade all but the run that is meant', () => {
    const [a, b] = [line([0, 1], [1, 2], { name: 'a' }), line([0, 1], [2, 3], { name: 'b' })];
    const [first, second] = setsOf(specOf([a, b], { highlight: 'a' }));
    assert.equal(first?.borderWidth, 3);
    assert.equal(first?.borderColor, theme.series[0]);
    assert.notEqual(second?.borderColor, theme.series[0]);
  });
});

describe('the point under the pointer', () => {
  const spike = line([0, 1, 2, 3, 4], [1, 1, 900.125, 1, 1]);
  const at = (y: number) => (value: number) => Math.abs(value / 10 - y);
  it('is a spike although its neighbour is nearer along the axis', () => {
    const { nearest } = hoverRows([spike], 2.6, { reach: 3, close: 1, distance: at(90) });
    assert.deepEqual([nearest?.x, nearest?.value], [2, 900.125]);
    const below = hoverRows([spike], 2.6, { reach: 3, close: 1, distance: at(0) });
    assert.equal(below.nearest?.x, 3);
  });
  it('is the upper one of two values at one place', () => {
    const twice = line([5, 5], [10, 700]);
    const { nearest, rows } = hoverRows([twice], 5, { reach: 1, close: 1, distance: at(70) });
    assert.equal(nearest?.value, 700);
    assert.equal(rows.length, 1);
  });
  it('of a group is its mean, with what its runs lie between', () => {
    const band = {
      group: 'g',
      slot: 3,
      xs: [0, 1],
      mean: [2, 3],
      low: [1, 1],
      high: [4, 5],
      runs: 6,
    };
    const { rows } = hoverRows([meanLine(band)], 1, { reach: 1 });
    const [row] = rows;
    assert.equal(row?.value, 3);
    assert.equal(row?.line.spread?.high[row.index], 5);
  });
});

describe('marks of an axis', () => {
  it('are told apart, however near they are', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.integer({ min: -7, max: 3 }),
        (from, power) => {
          const values = [0, 1, 2, 3, 4].map((i) => from + i * 10 ** power);
          const ticks = values.map((value) => ({ value }));
          const texts = values.map((value, i) => tickText(value, i, ticks));
          assert.equal(new Set(texts).size, new Set(values).size);
        },
      ),
    );
  });
  it('stay short where that is enough', () => {
    const ticks = [0, 0.5, 1].map((value) => ({ value }));
    assert.deepEqual(
      ticks.map(({ value }, i) => tickText(value, i, ticks)),
      ['0', '0.5', '1'],
    );
  });
  it('of decades stand at the same digits in each', () => {
    const values = [-2, -1, 0, 1].flatMap((p) =>
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => n * 10 ** p),
    );
    const thinned = (from: number, to: number) => {
      const ticks = values.filter((v) => v >= from && v <= to).map((value) => ({ value }));
      const scale = { ticks };
      thinDecades(scale as unknown as Parameters<typeof thinDecades>[0]);
      return scale.ticks.map(({ value }) => Number(value.toPrecision(3)));
    };
    assert.deepEqual(thinned(0.01, 50), [0.01, 0.1, 1, 10]);
    assert.deepEqual(thinned(0.09, 3), [0.1, 0.3, 1, 3]);
    assert.deepEqual(thinned(1.5, 5.5), [2, 3, 4, 5]);
  });
});
