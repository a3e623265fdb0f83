/** `runlens logs`: what a step, all steps of a pipeline run, or a launch printed. */
import { isStepDone } from '../../domain/pipeline';
import type { ServerEvent } from '../../protocol/events';
import { isAtLeast, parseLogLine } from '../../protocol/logText';
import { LOG_LEVELS, type LogLevel } from '../../protocol/worker';
import { type Command, type Context, EXIT, UsageError } from '../command';
import { findById, findStep, LookupError } from '../lookup';
import type { Server } from '../server';

export const logsCommand: Command = {
  name: 'logs',
  summary: 'Prints the log of a step (its id, or its name for the latest run) or pipeline run',
  usage: 'ID [options]',
  options: {
    follow: { type: 'boolean', short: 'f', help: 'go on printing until it has ended' },
    level: {
      type: 'string',
      short: 'l',
      value: 'LEVEL',
      help: `only log records that are at least as grave: ${LOG_LEVELS.join(', ')}`,
    },
  },
  positionals: { min: 1, max: 1 },
  async run(args, context) {
    const level = levelOf(args.text('level'));
    if (context.json && args.flag('follow')) {
      throw new UsageError('--json and --follow do not go together');
    }
    const server = await context.server();
    const sources = await logSources(server, args.positionals[0] ?? '');
    if (args.flag('follow')) return await follow(server, sources, { context, level });
    const parts = await Promise.all(sources.map((source) => wholeLog(server, source)));
    const wanted = parts.map((part) => ({ ...part, text: atLevel(part.text, level) }));
    if (context.json) context.out.json(wanted);
    else printParts(wanted, context);
    return EXIT.ok;
  },
};

function levelOf(given: string | undefined): LogLevel | undefined {
  const level = LOG_LEVELS.find((one) => one === given?.toLowerCase());
  if (given === undefined || level) return level;
  throw new UsageError(`--level is one of ${LOG_LEVELS.join(', ')}, not ${given}`);
}

/** Says of line after line whether it is wanted; further lines of a record go with its first. */
function levelFilter(least: LogLevel | undefined): (line: string) => boolean {
  let isWanted = false;
  return (line) => {
    if (least === undefined) return true;
    const { clock, level } = parseLogLine(line);
    if (clock !== '') isWanted = isAtLeast(level, least);
    return isWanted;
  };
}

function atLevel(text: string, least: LogLevel | undefined): string {
  if (least === undefined) return text;
  const isWanted = levelFilter(least);
  const lines = text.split('\n').filter((line) => line !== '' && isWanted(line));
  return lines.map((line) => `${line}\n`).join('');
}

interface LogSource {
  readonly id: string;
  /** The step's name, put before its lines when several logs are printed. */
  readonly step: string;
}
interface WholeLog extends LogSource {
  readonly text: string;
  readonly file: string;
}

async function logSources(server: Server, text: string): Promise<LogSource[]> {
  const step = await findStep(server, text, { executed: true }).catch(unlessNotFound);
  if (step) return [{ id: step.row.id, step: step.row.stepId }];
  const found = await findById(server, text);
  if (found.kind !== 'pipelineRun') {
    throw new LookupError(`${text} is not a step or pipeline run, so it has no log`);
  }
  const { stepRows } = await server.call('GET /api/pipeline-runs/:id', { id: found.row.id });
  // A cached step printed nothing in this run.
  return stepRows
    .filter(({ status }) => status !== 'cached' && status !== 'skipped')
    .map(({ id, stepId }) => ({ id, step: stepId }));
}

function unlessNotFound(error: unknown): undefined {
  if (error instanceof LookupError) return undefined;
  throw error;
}

async function wholeLog(server: Server, source: LogSource): Promise<WholeLog> {
  let text = '';
  for (let from = 0; ; ) {
    const part = await server.call('GET /api/logs/:id', { id: source.id, from });
    text += part.text;
    if (part.next === from) return { ...source, text, file: part.file };
    from = part.next;
  }
}

function printParts(parts: readonly WholeLog[], { out }: Context): void {
  for (const { step, text } of parts) {
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const line of lines) out.line(labelled(out, parts.length > 1, step, line));
  }
}

const labelled = (out: Context['out'], several: boolean, step: string, line: string): string =>
  several ? `${out.paint('dim', `${step} |`)} ${line}` : line;

async function follow(
  server: Server,
  sources: readonly LogSource[],
  { context, level }: { context: Context; level: LogLevel | undefined },
): Promise<number> {
  const { out, onInterrupt } = context;
  const tails = sources.map(({ id, step }) => {
    const isWanted = levelFilter(level);
    return new LogTail(server, id, (line) => {
      if (isWanted(line)) out.line(labelled(out, sources.length > 1, step, line));
    });
  });
  const stop = withResolvers<number>();
  const events = await server.events(
    ['logs', 'pipelines'],
    (event) => {
      for (const tail of tails) tail.onEvent(event);
    },
    stop.reject,
  );
  const interrupt = onInterrupt(() => stop.resolve(EXIT.interrupted));
  try {
    const ended = Promise.all(tails.map((tail) => tail.untilEnd())).then(() => EXIT.ok);
    return await Promise.race([ended, stop.promise]);
  } finally {
    interrupt.dispose();
    events.dispose();
  }
}

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((...settle) => {
    [resolve, reject] = settle;
  });
  return { promise, resolve, reject };
}

/** Prints one log as it grows. Reads are one at a time; an event during a read leads to another. */
class LogTail {
  private from = 0;
  private rest = '';
  private wanted = true;
  private wake: (() => void) | undefined;

  constructor(
    private readonly server: Server,
    private readonly id: string,
    private readonly print: (line: string) => void,
  ) {}

  onEvent(event: ServerEvent): void {
    const concerns =
      event.type === 'reset' ||
      (event.type === 'log' && event.id === this.id) ||
      (event.type === 'step' && event.step.id === this.id && isStepDone(event.step.status));
    if (!concerns) return;
    this.wanted = true;
    this.wake?.();
  }

  async untilEnd(): Promise<void> {
    while (!(await this.readOn())) {
      if (!this.wanted) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      }
    }
    if (this.rest) this.print(this.rest);
  }

  /** @returns whether the log has ended and was read to its end. */
  private async readOn(): Promise<boolean> {
    this.wanted = false;
    const { text, next, ended } = await this.server.call('GET /api/logs/:id', {
      id: this.id,
      from: this.from,
    });
    const isNew = next !== this.from;
    this.from = next;
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.print(line);
    if (isNew) this.wanted = true;
    return ended && !isNew;
  }
}
