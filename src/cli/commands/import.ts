/** `runlens import`: takes what an mlruns folder or an mlflow.db holds into the store. */
import path from 'node:path';
import type { Command } from '../command';
import { follow, report } from '../transfer';

export const importCommand: Command = {
  name: 'import',
  summary: 'Takes runs, models and artifacts of MLflow into this store',
  usage: 'PATH [options]',
  options: {
    experiment: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'this experiment only (name or id); may be given more than once',
    },
    artifacts: {
      type: 'string',
      value: 'DIR',
      help: 'where the artifacts are, when they are not beside the data',
    },
  },
  positionals: { min: 1, max: 1 },
  async run(args, context) {
    const server = await context.server();
    const [given = ''] = args.positionals;
    const artifacts = args.text('artifacts');
    const experiments = args.texts('experiment');
    const request = {
      path: path.resolve(context.cwd, given),
      ...(artifacts === undefined ? {} : { artifacts: path.resolve(context.cwd, artifacts) }),
      ...(experiments.length === 0 ? {} : { experiments }),
    };
    const start = () => server.call('POST /api/imports', request);
    return report(await follow({ server, context, kind: 'import', start }), context);
  },
};
