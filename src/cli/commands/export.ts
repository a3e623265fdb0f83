/** `runlens export`: writes runs as a table, as JSON lines, or as a folder that MLflow opens. */
import path from 'node:path';
import { EXPORT_FORMATS, type ExportFormat } from '../../protocol/control';
import { type Command, UsageError } from '../command';
import { follow, report } from '../transfer';

const ENDINGS: Readonly<Record<string, ExportFormat>> = { '.csv': 'csv', '.jsonl': 'jsonl' };

export const exportCommand: Command = {
  name: 'export',
  summary: 'Writes runs to a CSV or JSON lines file, or to an mlruns folder for MLflow',
  usage: 'PATH [options]',
  options: {
    format: {
      type: 'string',
      short: 'f',
      value: 'FORMAT',
      help: `${EXPORT_FORMATS.join(', ')}; else by the ending of PATH`,
    },
    experiment: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'this experiment only (name or id); may be given more than once',
    },
    filter: { type: 'string', value: 'TEXT', help: 'runs that match, as in a search' },
    overwrite: { type: 'boolean', help: 'replace what an earlier export wrote there' },
  },
  positionals: { min: 1, max: 1 },
  async run(args, context) {
    const [given = ''] = args.positionals;
    const experiments = args.texts('experiment');
    const filter = args.text('filter');
    const request = {
      format: formatOf(args.text('format'), given),
      path: path.resolve(context.cwd, given),
      ...(experiments.length === 0 ? {} : { experiments }),
      ...(filter === undefined ? {} : { filter }),
      overwrite: args.flag('overwrite'),
    };
    const server = await context.server();
    const start = () => server.call('POST /api/exports', request);
    return report(await follow({ server, context, kind: 'export', start }), context);
  },
};

function formatOf(given: string | undefined, file: string): ExportFormat {
  if (given === undefined) return ENDINGS[path.extname(file).toLowerCase()] ?? 'mlruns';
  const format = EXPORT_FORMATS.find((known) => known === given);
  if (format) return format;
  throw new UsageError(`--format takes ${EXPORT_FORMATS.join(', ')}, not "${given}"`);
}
