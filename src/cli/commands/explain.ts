/** `runlens explain`: what a step's cache key is made of, and what changed since the run before. */
import type { FingerprintComponent } from '../../domain/pipeline';
import type { Explanation } from '../../protocol/control';
import { type Command, type Context, EXIT } from '../command';
import { findStep } from '../lookup';
import { tableLines } from '../table';
import { unifiedDiff } from '../textDiff';

const DIGEST_SHOWN = 12;

export const explainCommand: Command = {
  name: 'explain',
  summary: 'Says why a step ran or was cached: the parts of its key, with what changed',
  usage: 'STEP [options]   (a step’s name, for its latest run, or a step run’s id)',
  options: {
    now: { type: 'boolean', help: 'What it would do with today’s source; nothing is run' },
  },
  positionals: { min: 1, max: 1 },
  async run(args, context) {
    const server = await context.server();
    const { row } = await findStep(server, args.positionals[0] ?? '');
    const now = args.flag('now');
    const explanation = await server.call('GET /api/steps/:id/explain', { id: row.id, now });
    if (context.json) context.out.json(explanation);
    else for (const line of explanationLines(explanation, context.out)) context.out.line(line);
    return EXIT.ok;
  },
};

/** One component now and in the run before. */
export interface ComponentChange {
  readonly name: string;
  readonly before: FingerprintComponent | undefined;
  readonly after: FingerprintComponent | undefined;
}

/** Every component of either fingerprint: the present ones in their order, then those gone. */
export function componentChanges(
  before: readonly FingerprintComponent[] | undefined,
  after: readonly FingerprintComponent[],
): ComponentChange[] {
  const old = new Map((before ?? []).map((component) => [component.name, component]));
  const present = new Set(after.map(({ name }) => name));
  const gone = (before ?? []).filter(({ name }) => !present.has(name));
  return [
    ...after.map((component) => ({
      name: component.name,
      before: old.get(component.name),
      after: component,
    })),
    ...gone.map((component) => ({ name: component.name, before: component, after: undefined })),
  ];
}

export function explanationLines(
  { step, pipeline, fingerprint, previous, reasons, texts = {}, now }: Explanation,
  { paint }: Pick<Context['out'], 'paint'>,
): string[] {
  const state = now ? `now ${now.state}` : step.status;
  const head = [`${pipeline} / ${step.stepId}: ${paint('bold', state)}`];
  if (now && reasons.length === 0 && now.state !== 'cached') head.push(`  ${now.text}`);
  if (!fingerprint)
    return [...head, `  its key is not known${now ? '' : ': the step has not been reached'}`];
  const changes = componentChanges(previous?.fingerprint.components, fingerprint.components);
  return [
    ...head,
    ...reasons.map(({ text }) => `  because: ${text}`),
    ...(step.notReusableReason && !now ? [`  not reusable: ${step.notReusableReason}`] : []),
    `  key ${fingerprint.key}`,
    '',
    ...componentTree(changes, previous !== undefined).map((line) =>
      /^ {2}[-+~]/.test(line) ? paint('yellow', line) : line,
    ),
    ...Object.entries(texts).flatMap(([name, { before, after }]) => [
      '',
      `changed: ${name}`,
      ...unifiedDiff(before, after).map((line) => `  ${paint(colourOf(line), line)}`),
    ]),
    ...notTrackedLines(fingerprint.notTracked),
  ];
}

const colourOf = (line: string): 'green' | 'red' | 'dim' =>
  line.startsWith('+') ? 'green' : line.startsWith('-') ? 'red' : 'dim';

const MARKS = { same: ' ', changed: '~', added: '+', removed: '-' } as const;
type Mark = keyof typeof MARKS;

function markOf({ before, after }: ComponentChange, compared: boolean): Mark {
  if (!compared) return 'same';
  if (!before) return 'added';
  if (!after) return 'removed';
  return before.digest === after.digest ? 'same' : 'changed';
}

/** Components under their kind: `parameter` → `gamma  0.001 → 0.002`. */
function componentTree(changes: readonly ComponentChange[], compared: boolean): string[] {
  const rows = changes.map((change) => {
    const mark = markOf(change, compared);
    const [kind, name] = splitName(change.name);
    return { kind, cells: [`${MARKS[mark]} ${name}`, valueText(change, mark)] };
  });
  const lines = tableLines(
    [{ title: '' }, { title: '' }],
    rows.map(({ cells }) => cells),
  ).slice(1);
  const kinds = [...new Set(rows.map(({ kind }) => kind))];
  return kinds.flatMap((kind) => [
    kind,
    ...lines.filter((_, i) => rows[i]?.kind === kind).map((line) => `  ${line}`),
  ]);
}

function splitName(component: string): [kind: string, name: string] {
  const at = component.indexOf(':');
  return at < 0 ? [component, component] : [component.slice(0, at), component.slice(at + 1)];
}

function valueText({ before, after }: ComponentChange, mark: Mark): string {
  const now = after ?? before;
  if (!now) return '';
  if (mark === 'changed' && before && after) return `${partText(before)} → ${partText(after)}`;
  const place = now.source ? `  ${now.source.file}:${now.source.line}` : '';
  return `${partText(now)}${place}`;
}

const partText = ({ display, digest }: FingerprintComponent): string =>
  display ?? digest.slice(0, DIGEST_SHOWN);

const notTrackedLines = (notTracked: readonly string[]): string[] =>
  notTracked.length === 0
    ? []
    : ['', 'not tracked (seen, and could not be followed)', ...notTracked.map((t) => `    ${t}`)];
