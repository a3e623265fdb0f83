/** `runlens mv`: moves a run to another experiment, or gives an experiment another name. */
import { countOf } from '../../domain/display';
import { type Command, EXIT, UsageError } from '../command';
import { findExperiment, findRun } from '../lookup';

export const mvCommand: Command = {
  name: 'mv',
  summary: 'Moves a run to another experiment, or renames an experiment',
  usage: 'RUN EXPERIMENT | --experiment NAME NEW-NAME',
  options: {
    experiment: { type: 'string', value: 'NAME', help: 'rename this experiment (name or id)' },
  },
  positionals: { min: 1, max: 2 },
  async run(args, { server: open, out, json }) {
    const [first = '', second] = args.positionals;
    const renamed = args.text('experiment');
    if ((renamed === undefined) !== (second !== undefined)) throw wrong();
    const server = await open();
    if (renamed !== undefined) {
      const { experimentId, name } = await findExperiment(server, renamed);
      const request = { experimentId, name: first };
      await server.call('POST /api/experiments/:experimentId/rename', request);
      if (json) out.json(request);
      else out.line(`Experiment ${name} is now ${first}.`);
      return EXIT.ok;
    }
    const { runId, name } = await findRun(server, first);
    const target = await findExperiment(server, second ?? '');
    const { experimentId } = target;
    const { moved } = await server.call('POST /api/runs/:runId/move', { runId, experimentId });
    if (json) out.json({ runId, experimentId, moved });
    else if (moved === 0) out.line(`Run ${name} is in ${target.name} already.`);
    else out.line(`Moved ${name} to ${target.name}${nestedText(moved)}.`);
    return EXIT.ok;
  },
};

const nestedText = (moved: number): string =>
  moved > 1 ? ` with ${countOf(moved - 1, 'nested run')}` : '';

const wrong = (): UsageError =>
  new UsageError('mv takes RUN EXPERIMENT, or --experiment NAME and the new name');
