// Runs as JSON, one line each, with the whole history of every metric.

import type { Run } from '../../domain/run';
import { TAGS } from '../../domain/tags';
import { toWire } from '../../protocol/wire';
import type { ExportContext, Selected } from './selection';

const PAGE = 4096;

/** A history is an array of `[step, time, value]`; NaN and infinities are texts, as in the API. */
export async function* writeJsonLines(
  context: ExportContext,
  { experiments, runs }: Selected,
): AsyncGenerator<string> {
  const names = new Map(experiments.map(({ experimentId, name }) => [experimentId, name]));
  for await (const run of runs()) {
    yield `${opening(run, names.get(run.info.experimentId) ?? '')},"metrics":{`;
    for (const [i, { key }] of run.metrics.entries()) {
      yield `${i === 0 ? '' : ','}${JSON.stringify(key)}:[`;
      yield* history(context, run.info.runId, key);
      yield ']';
    }
    yield '}}\n';
    context.progress.add('runs');
  }
}

/** The line's object up to its metrics, which are too many for one text. */
function opening({ info, params, tags, datasets, ...run }: Run, experiment: string): string {
  const text = JSON.stringify({
    ...info,
    endTime: info.endTime ?? null,
    experiment,
    parentRunId: tags.find(({ key }) => key === TAGS.parentRunId)?.value ?? null,
    params: Object.fromEntries(params.map(({ key, value }) => [key, value])),
    tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
    datasets,
    inputModels: run.inputModels,
    outputModels: run.outputModels,
  });
  return text.slice(0, -1);
}

async function* history(
  { store, progress }: ExportContext,
  runId: string,
  key: string,
): AsyncGenerator<string> {
  for (let offset = 0; ; offset += PAGE) {
    const points = store.series.history(runId, key, { offset, limit: PAGE });
    const texts = points.map(({ step, timestamp, value }) =>
      JSON.stringify([step, timestamp, toWire(value)]),
    );
    if (texts.length > 0) yield `${offset === 0 ? '' : ','}${texts.join(',')}`;
    progress.add('points', points.length);
    await progress.turn();
    if (points.length < PAGE) return;
  }
}
