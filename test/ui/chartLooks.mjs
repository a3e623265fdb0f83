// What a person sees of a chart: its highest point, the box beside the crosshair, whether it is still being drawn.
import { until } from './person.mjs';

/** The box beside the crosshair. */
export const tooltipIn = (canvas) => canvas.locator('xpath=..').locator('.rl-chart-tooltip');

export const tooltipOf = (canvas) => tooltipIn(canvas).innerText();

/** Its first line says the place. */
export const placeIn = (text) => text.split('\n')[0];

/** What was asked for has been drawn. */
export const drawn = (canvas) =>
  canvas.evaluate(
    () =>
      new Promise((resolve) => {
        let frames = 4;
        const next = () => {
          frames -= 1;
          if (frames === 0) resolve();
          else requestAnimationFrame(next);
        };
        requestAnimationFrame(next);
      }),
  );

/** For a second it has drawn nothing else: what a zoom asks for has come. */
export async function rest(canvas) {
  let before;
  let since = Date.now();
  await until(
    async () => {
      const now = await canvas.evaluate((element) => element.toDataURL());
      if (now !== before) since = Date.now();
      before = now;
      return Date.now() - since > 1000;
    },
    'the chart rests',
    60_000,
  );
}

/** Where the highest coloured pixel of a chart is: its axes and grid are grey. */
export const highestOf = (canvas) =>
  canvas.evaluate((element) => {
    const { width, height } = element;
    const { data } = element.getContext('2d').getImageData(0, 0, width, height);
    const scale = width / element.clientWidth;
    for (let i = 0; i < data.length; i += 4) {
      const colour = [data[i], data[i + 1], data[i + 2]];
      if (data[i + 3] < 100 || Math.max(...colour) - Math.min(...colour) < 60) continue;
      return { x: ((i / 4) % width) / scale, y: Math.floor(i / 4 / width) / scale };
    }
    throw new Error('The chart draws nothing');
  });
