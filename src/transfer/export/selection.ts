// Which experiments and runs an export takes, a page of runs at a time.
import { RunlensError } from '../../base/errors';
import type { Experiment } from '../../domain/experiment';
import type { Run } from '../../domain/run';
import { EVERYTHING, type Filter } from '../../domain/search/filter';
import { parseFilter } from '../../domain/search/parse';
import { RUNS } from '../../domain/search/subjects';
import type { ExportRequest } from '../../protocol/control';
import type { Store } from '../../store/store';
import type { Progress } from '../progress';

const PAGE = 500;
const ALL = 0x7fffffff;

export interface ExportContext {
  readonly store: Store;
  readonly progress: Progress;
  readonly clock: { now(): number };
  /** Path below the data folder of a run's or model's artifacts; undefined when kept elsewhere. */
  runFolder(artifactUri: string, path: string): string | undefined;
}

export interface Selected {
  readonly experiments: readonly Experiment[];
  /** Their runs that match and are not deleted, in the order of their starts, newest first. */
  runs(): AsyncGenerator<Run>;
}

/** @throws RunlensError `export.experiment`, SearchError for the filter. */
export function select(context: ExportContext, request: ExportRequest): Selected {
  const { filter } = request;
  const tree = filter === undefined ? EVERYTHING : parseFilter(filter, RUNS, context.clock.now());
  const experiments = chosenExperiments(context.store, request.experiments);
  return { experiments, runs: () => pages(context, experiments, tree) };
}

function chosenExperiments(store: Store, wanted: readonly string[] | undefined): Experiment[] {
  const all = store.experiments.list({ stage: 'active', limit: ALL, offset: 0 });
  if (wanted === undefined) return all;
  return wanted.map((text) => {
    const found = all.find(({ name, experimentId }) => name === text || experimentId === text);
    if (found) return found;
    throw new RunlensError('export.experiment', `No experiment is called ${JSON.stringify(text)}.`);
  });
}

async function* pages(
  { store, progress }: ExportContext,
  experiments: readonly Experiment[],
  filter: Filter,
): AsyncGenerator<Run> {
  const experimentIds = experiments.map(({ experimentId }) => experimentId);
  if (experimentIds.length === 0) return;
  const search = { experimentIds, filter, orderBy: [], stage: 'active', limit: PAGE } as const;
  let until: number | undefined;
  for (let offset = 0; ; offset += PAGE) {
    const page = store.runs.search({
      ...search,
      offset,
      ...(until === undefined ? {} : { until }),
    });
    for (const run of page.items) {
      await progress.turn();
      progress.add('seen');
      yield run;
    }
    if (!page.more) return;
    until = page.until;
  }
}
