/** What a run's record says to whoever wants to run it again: the command, and what is to be known. */
import { countOf } from './display';
import type { RunEnvironment } from './environment';

/** What was typed, with `runlens run` for a launch from the editor. */
export function commandText({ entry }: RunEnvironment): string {
  switch (entry.kind) {
    case 'launch':
      return ['runlens', 'run', ...entry.arguments].join(' ');
    case 'notebook':
      return 'in a notebook';
    default:
      return ['python', ...entry.arguments].join(' ');
  }
}

/** What must be done by hand, a sentence each. */
export function recreationNotes({ entry, packages }: RunEnvironment): string[] {
  const local = packages.filter((one) => one.local !== undefined && one.name !== 'runlens');
  return [
    ...(entry.hidden > 0
      ? [
          `${countOf(entry.hidden, 'secret value')} of the command left out of the record: replace each *** in run.sh.`,
        ]
      : []),
    ...local.map(
      ({ name, local: from }) => `${name} was installed from ${from}: install it again.`,
    ),
  ];
}
