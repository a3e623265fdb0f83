// What panels are measured on: many wide runs, many experiments, long series.
import { API, newRun } from './calls.mjs';
import { connect } from './http.mjs';

const TIME = 1_760_000_000_000;
const METRICS = 10;
const PARAMS = 22;
const CLIENTS = 8;
const BATCH = 1000;

/** Work over several connections, one number each. */
async function each(server, count, work) {
  let next = 0;
  const client = async () => {
    const wire = connect(server);
    for (let n = next++; n < count; n = next++) await work(wire, n);
    wire.close();
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

export async function newExperiment(server, name) {
  const wire = connect(server);
  const { experiment_id } = await wire.post(`${API}/experiments/create`, { name });
  wire.close();
  return experiment_id;
}

/**
 * Finished runs of 10 metrics and 22 parameters: a table of 30 columns and a few.
 * @param {number} later milliseconds by which they began later than those of other experiments
 */
export async function fillTable(server, experiment, runs, later = 0) {
  await each(server, runs, async (wire, n) => {
    const began = TIME + n * 1000 + later;
    const { run } = await wire.post(`${API}/runs/create`, {
      experiment_id: experiment,
      run_name: `training-${n}`,
      start_time: began,
    });
    const run_id = run.info.run_id;
    await wire.raw('POST', `${API}/runs/log-batch`, { run_id, ...contentOf(n) });
    await wire.raw('POST', `${API}/runs/update`, {
      run_id,
      status: 'FINISHED',
      end_time: began + 60_000,
    });
  });
}

const contentOf = (n) => ({
  metrics: Array.from({ length: METRICS }, (_, i) => ({
    key: `metric_${i}`,
    value: ((n * 7919 + i * 104_729) % 100_003) / 100_003,
    timestamp: TIME + n,
    step: 0,
  })),
  params: Array.from({ length: PARAMS }, (_, i) => ({
    key: `param_${String(i).padStart(2, '0')}`,
    value: String((n * (i + 1)) % 97),
  })),
});

/** Runs with series of so many points each. @returns {Promise<string[]>} their ids */
export async function fillSeries(server, { runs, metrics, points }) {
  const wire = connect(server);
  const ids = [];
  for (let n = 0; n < runs; n += 1) ids.push(await newRun(wire));
  wire.close();
  await each(server, runs * metrics, async (own, n) => {
    const run_id = ids[n % runs];
    const key = `metric_${Math.floor(n / runs)}`;
    for (let from = 0; from < points; from += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, points - from) }, (_, i) => ({
        key,
        value: Math.exp(-(from + i) / points) + ((from + i) % 17) / 400 + n / 1000,
        timestamp: TIME + (from + i) * 37,
        step: from + i,
      }));
      await own.raw('POST', `${API}/runs/log-batch`, { run_id, metrics: batch });
    }
  });
  return ids;
}
