/** `runlens doctor`: checks everything that is stored, also when no server can open it. */
import { findServer } from '../../client/discovery';
import { ServerClient } from '../../client/http';
import { runDoctor } from '../../client/launchDoctor';
import { type Diagnosis, type Finding, isHealthy, type Severity } from '../../domain/diagnosis';
import { countOf } from '../../domain/display';
import type { Discovery } from '../../protocol/discovery';
import { type Command, type Context, EXIT } from '../command';
import type { Colour } from '../output';
import { endServer } from './stop';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Checks snapshots, journals, points and artifacts; says what is wrong with them',
  usage: '[options]',
  options: {
    repair: {
      type: 'boolean',
      help: 'mend what can be derived; ends the server; sets aside, never deletes',
    },
    force: { type: 'boolean', short: 'f', help: 'with --repair: also while runs are active' },
  },
  positionals: { min: 0, max: 0 },
  async run(args, context) {
    const repair = args.flag('repair');
    const running = await runningServer(context);
    if (running && repair) await endServer(running, args.flag('force'));
    const diagnosis =
      running && !repair
        ? await ask(running)
        : await runDoctor({ root: context.root, launcher: context.launcher, repair });
    if (context.json) context.out.json(diagnosis);
    else print(diagnosis, context);
    return isHealthy(diagnosis) ? EXIT.ok : EXIT.failed;
  },
};

/** A discovery file that cannot be used is one of the doctor's findings. */
async function runningServer({ root }: Context): Promise<Discovery | undefined> {
  return findServer(root).catch(() => undefined);
}

async function ask(running: Discovery): Promise<Diagnosis> {
  const client = new ServerClient(running);
  try {
    return await client.call('POST /api/doctor', {});
  } finally {
    client.dispose();
  }
}

const COLOURS: Readonly<Record<Severity, Colour>> = {
  info: 'dim',
  warning: 'yellow',
  damage: 'red',
};

function print(diagnosis: Diagnosis, { out }: Context): void {
  for (const finding of diagnosis.findings) {
    for (const line of findingLines(finding, out.paint)) out.line(line);
  }
  out.line(summary(diagnosis));
}

function findingLines(finding: Finding, paint: Context['out']['paint']): string[] {
  const { severity, kind, what, where, action, repaired } = finding;
  const colour = repaired ? 'green' : COLOURS[severity];
  return [
    `${paint(colour, repaired ? 'repaired' : severity)}  ${kind}  ${where}`,
    `  ${what}`,
    `  ${action}`,
    '',
  ];
}

function summary({ findings, checked, folder }: Diagnosis): string {
  const { snapshots, journals, chunks, rows, artifactFiles } = checked;
  const looked = [
    countOf(snapshots, 'snapshot'),
    countOf(journals, 'journal'),
    countOf(chunks, 'chunk'),
    countOf(rows, 'row'),
    countOf(artifactFiles, 'output file'),
  ].join(', ');
  const open = findings.filter(({ severity, repaired }) => severity !== 'info' && !repaired);
  const damage = open.filter(({ severity }) => severity === 'damage').length;
  const verdict =
    open.length === 0
      ? 'Nothing is wrong.'
      : `${damage === 0 ? 'Nothing is lost' : `${damage} of them mean that something is lost`}.`;
  return `${folder}: ${looked} checked; ${countOf(open.length, 'problem')}. ${verdict}`;
}
