/** What the filter line offers: names and values of the runs of the page, whatever the filter. */
import type { RunScope } from '../../src/protocol/runTable';
import type { RunsHost } from '../../src/protocol/webview/views';
import type { FilterNames } from '../shared/filter/suggest';

export function filterNames(host: Pick<RunsHost, 'ask'>, scope: () => RunScope): FilterNames {
  const unfiltered = (): RunScope => {
    const { filter: _, ...rest } = scope();
    return rest;
  };
  return {
    names: async () => {
      const reply = await host.ask('POST /api/run-columns', unfiltered());
      if (!reply.ok) throw new Error(reply.refusal.message);
      const keys = (list: readonly { readonly key: string }[]) => list.map(({ key }) => key);
      const { metrics, params, tags } = reply.value;
      return { metrics: keys(metrics), params: keys(params), tags: keys(tags) };
    },
    values: async (of) => {
      const reply = await host.ask('POST /api/run-values', { ...unfiltered(), ...of });
      return reply.ok ? reply.value.values : [];
    },
  };
}
