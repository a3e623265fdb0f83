/** `runlens env`: the environment with which MLflow code outside of the editor logs here. */
import path from 'node:path';
import { type Command, type Context, EXIT, UsageError } from '../command';

const SHELLS = ['sh', 'fish', 'powershell'] as const;
type Shell = (typeof SHELLS)[number];
/** MLflow sends a user name and password rather than a token, so a stored password stays at home. */
const USER = 'runlens';

export const envCommand: Command = {
  name: 'env',
  summary: 'Prints the environment for logging here: eval $(runlens env)',
  usage: '[options]',
  options: {
    shell: {
      type: 'string',
      value: 'SHELL',
      help: `for which shell: ${SHELLS.join(', ')} (default: this one)`,
    },
  },
  positionals: { min: 0, max: 0 },
  async run(args, context) {
    const shell = parseShell(args.text('shell')) ?? currentShell(context.env);
    const variables = await trackingEnvironment(context);
    if (context.json) context.out.json(variables);
    else for (const line of exportLines(variables, shell)) context.out.line(line);
    return EXIT.ok;
  },
};

/** Variables that lead MLflow clients to the root's server. */
export async function trackingEnvironment({
  server,
  env,
  dist,
}: Context): Promise<Record<string, string>> {
  const { url, trackingToken } = await server();
  return {
    MLFLOW_TRACKING_URI: url,
    MLFLOW_TRACKING_TOKEN: trackingToken,
    MLFLOW_TRACKING_USERNAME: USER,
    MLFLOW_TRACKING_PASSWORD: trackingToken,
    PYTHONPATH: withFolder(env['PYTHONPATH'], path.join(dist, 'python')),
  };
}

/** After the user's own folders, so that their modules win. */
function withFolder(paths: string | undefined, folder: string): string {
  const folders = (paths ?? '').split(path.delimiter).filter(Boolean);
  return folders.includes(folder)
    ? folders.join(path.delimiter)
    : [...folders, folder].join(path.delimiter);
}

export const exportLines = (variables: Readonly<Record<string, string>>, shell: Shell): string[] =>
  Object.entries(variables).map(([name, value]) => ASSIGN[shell](name, value));

const ASSIGN: Readonly<Record<Shell, (name: string, value: string) => string>> = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", "'\\''")}';`,
  fish: (name, value) => `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}';`,
  powershell: (name, value) => `$env:${name} = '${value.replaceAll("'", "''")}';`,
};

function parseShell(text: string | undefined): Shell | undefined {
  if (text === undefined) return undefined;
  const shell = SHELLS.find((name) => name === text);
  if (!shell) throw new UsageError(`--shell takes ${SHELLS.join(', ')}, not "${text}"`);
  return shell;
}

function currentShell(env: Context['env']): Shell {
  if (env['SHELL']) return path.basename(env['SHELL']) === 'fish' ? 'fish' : 'sh';
  return process.platform === 'win32' ? 'powershell' : 'sh';
}
